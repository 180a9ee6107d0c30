using System.Diagnostics;
using ExactCompression.Tests.Campaigns;
using ExactCompression.Tests.Formats;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>
/// Damaged files before every reader. Whatever is in a file, reading ends soon, takes memory in proportion to the file, and gives either
/// something sound or one of the errors that are documented, in a
/// message of readable length; and what a checksum covers is never taken for sound when it was changed.
/// </summary>
internal sealed class ReaderCampaign(IReadOnlyList<ReaderTarget> targets) : CampaignPart
{
    private const int LongestMessage = 2_000;

    /// <summary>Bytes that a reader may allocate for each byte of the file, beside what it may for any.</summary>
    private const long MemoryPerByte = 2_000;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2), TooSlow = TimeSpan.FromSeconds(20);

    public ReaderCampaign()
        : this(ReaderTargets.All)
    {
    }

    public override string Name => "Readers";

    public override int PerThousand => 1_000;

    public override TimeSpan TimeLimit => TimeSpan.FromMinutes(3);

    protected override void Try(CampaignCase place, CampaignReport report)
    {
        ReaderTarget target = targets[(int)(place.Place % targets.Count)];
        Random random = place.Random();
        byte[] seed = target.Corpus[random.Next(target.Corpus.Count)];
        (byte[] file, bool covered) = Damage(target, seed, random);
        Judge(place, target, file, covered ? Expected(target, seed) : null, report);
    }

    /// <summary>Reads a file and notes what is wrong about it.</summary>
    /// <param name="place">The case.</param>
    /// <param name="target">The reader.</param>
    /// <param name="file">The file.</param>
    /// <param name="expected">What must be read where anything is, or null where nothing is known.</param>
    /// <param name="report">Takes counts and faults.</param>
    public static void Judge(CampaignCase place, ReaderTarget target, byte[] file, string? expected, CampaignReport report)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write(target.File, file);
        void Wrong(string kind, string detail) =>
            report.Fault(place.Fault(kind, $"{target.Name}, {file.Length} bytes: {detail}"), target.File, file);

        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        object? read = null;
        Exception? error = null;
        try
        {
            read = target.Read(path);
        }
        catch (Exception e)
        {
            error = e;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        report.Count(error is null ? "files read" : "files refused");
        if (elapsed > Slow)
            report.Count($"files of more than {Slow.TotalSeconds} s");
        if (elapsed > TooSlow && Again(target, path) is var again && again > TooSlow)
            Wrong("Slow", $"{elapsed}, and again {again}");
        if (allocated > target.Memory + (MemoryPerByte * file.Length))
            Wrong("Memory", $"{allocated} bytes allocated");
        if (error is not (null or ExactCompressionException))
            Wrong("Escaped", error.ToString());
        if (error?.Message.Length > LongestMessage)
            Wrong("LongMessage", $"{error.Message.Length} characters: {error.Message[..200]}");
        if (read is not null && !target.IsSound(read))
            Wrong("NotSound", "It was read, with numbers that do not belong there.");
        if (read is not null && expected is not null && ReaderContent.Of(read) is var content && content != expected
            && content != "not valid")
            Wrong("ChecksumIgnored", "What a checksum covers was changed, and is taken for sound.");
    }

    /// <summary>How long reading takes a second time: other work on the machine may have slowed the first.</summary>
    private static TimeSpan Again(ReaderTarget target, string path)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            target.Read(path);
        }
        catch (Exception)
        {
            // Noted at the first time.
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static string Expected(ReaderTarget target, byte[] seed)
    {
        using var folder = new TemporaryFolder();
        return ReaderContent.Of(target.Read(folder.Write(target.File, seed)));
    }

    /// <summary>A damaged file, and whether only what a checksum covers was changed in a sound one.</summary>
    private static (byte[] File, bool Covered) Damage(ReaderTarget target, byte[] seed, Random random)
    {
        bool sound = target.Seeds.Contains(seed);
        if (sound && random.Next(6) == 0 && target.Envelope?.Covered(seed) is { Count: > 0 } covered)
        {
            (int from, int to) = covered[random.Next(covered.Count)];
            return (ByteMutator.BitFlips(seed, random, from, to), true);
        }

        byte[] file = seed;
        if (sound && target.Envelope is { } envelope && random.Next(4) > 0)
            file = envelope.Change(file, random, content => Changed(content, target, random));
        if (ReferenceEquals(file, seed) || random.Next(8) == 0)
            file = Changed(file, target, random);
        return (file, false);
    }

    private static byte[] Changed(byte[] content, ReaderTarget target, Random random)
    {
        ReaderTarget from = random.Next(5) > 0 ? target : ReaderTargets.All[random.Next(ReaderTargets.All.Count)];
        byte[] other = from.Corpus[random.Next(from.Corpus.Count)];
        do
        {
            content = random.Next(4) < (target.IsText ? 3 : 1) ? TextMutator.Mutate(content, other, random)
                : ByteMutator.Mutate(content, other, random);
        }
        while (random.Next(3) == 0);
        return content;
    }
}
