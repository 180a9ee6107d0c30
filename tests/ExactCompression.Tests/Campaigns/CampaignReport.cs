using System.Collections.Concurrent;
using System.Globalization;

namespace ExactCompression.Tests.Campaigns;

/// <summary>Something that a campaign has shown to be wrong.</summary>
/// <param name="Part">The part of the campaign.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Case">The case, which alone makes it again with that seed.</param>
/// <param name="Kind">What is wrong, in a word.</param>
/// <param name="Detail">The numbers, and all that the case is made of.</param>
internal sealed record CampaignFault(string Part, int Seed, long Case, string Kind, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Part} seed {Seed} case {Case}: {Kind}: {Detail}");
}

/// <summary>Counts what a campaign has tried and keeps what it has found wrong. Safe to use from many threads.</summary>
/// <param name="folder">Where each fault is written as it is found, or null.</param>
internal sealed class CampaignReport(string? folder = null)
{
    /// <summary>Faults that are written out and kept whole: more of them tell nothing more.</summary>
    private const int MostKept = 200;

    private readonly ConcurrentQueue<CampaignFault> faults = new();
    private readonly ConcurrentDictionary<string, long> counts = new();
    private long found;

    /// <summary>All faults, also those of which no more is kept.</summary>
    public long FaultCount => Interlocked.Read(ref found);

    /// <summary>The first faults.</summary>
    public IEnumerable<CampaignFault> Faults => faults;

    /// <summary>How often each thing was counted.</summary>
    public IEnumerable<KeyValuePair<string, long>> Counts => counts.OrderBy(static c => c.Key, StringComparer.Ordinal);

    public long this[string name] => counts.GetValueOrDefault(name);

    public void Count(string name, long by = 1) => counts.AddOrUpdate(name, by, (_, before) => before + by);

    /// <summary>Notes a fault.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="name">What the file that shows it is called, or null.</param>
    /// <param name="content">The file.</param>
    public void Fault(CampaignFault fault, string? name = null, byte[]? content = null)
    {
        Count($"fault {fault.Kind}");
        if (Interlocked.Increment(ref found) > MostKept)
            return;
        faults.Enqueue(fault);
        if (folder is null)
            return;
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder,
            string.Create(CultureInfo.InvariantCulture, $"{fault.Part}-{fault.Seed}-{fault.Case}-{fault.Kind}"));
        File.WriteAllText(path + ".txt", fault.ToString());
        if (content is not null)
            File.WriteAllBytes($"{path}-{name}", content);
    }

    /// <summary>The first faults as text, for a test to fail with.</summary>
    public override string ToString() =>
        $"{FaultCount} faults; {string.Join(", ", Counts.Select(static c => $"{c.Value} {c.Key}"))}"
        + string.Concat(Faults.Take(10).Select(static f => $"\n{f}"));
}
