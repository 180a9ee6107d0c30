using System.Globalization;

namespace ExactCompression.Benchmarks;

/// <summary>The outcome for one network: our best run, and the peer's if there is one.</summary>
internal sealed record Comparison(string Network, NetworkResult Ours, double? PeerDecided, double? PeerSeconds)
{
    /// <summary>How many times as long the peer takes.</summary>
    public double? Ratio => PeerSeconds / Ours.Seconds;

    /// <summary>Runs both in alternation on some networks, in one process each, and keeps the quickest run of each network.</summary>
    /// <exception cref="ContestantException">A program did not report on every network.</exception>
    public static IReadOnlyList<Comparison> Run(NetworkOptions options, IReadOnlyList<string> files)
    {
        var ours = new NetworkResult?[files.Count];
        var peer = new PeerResult?[files.Count];
        for (int i = 0; i < options.Repeats; i++)
        {
            Keep(ours, Contestant.Search(options, files), files, "ours", static r => r.Seconds);
            if (options.Peer is { } command)
                Keep(peer, Contestant.Peer(command, files), files, "peer", static r => r.Seconds);
        }

        return [.. files.Select(
            (file, i) => new Comparison(Path.GetFileNameWithoutExtension(file), ours[i]!, peer[i]?.Decided, peer[i]?.Seconds))];
    }

    /// <summary>Reports each run as it ends: a list can take long.</summary>
    private static void Keep<T>(T?[] best, IEnumerable<T> runs, IReadOnlyList<string> files, string who, Func<T, double> seconds)
        where T : class
    {
        int at = 0;
        foreach (T run in runs)
        {
            if (at == files.Count)
                throw new ContestantException($"'{who}' reports on more networks than it was given.");
            Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{who}: {Path.GetFileName(files[at])} {seconds(run):F3} s"));
            if (best[at] is not { } kept || seconds(run) < seconds(kept))
                best[at] = run;
            at++;
        }

        if (at < files.Count)
            throw new ContestantException($"'{who}' says nothing of '{files[at]}'.");
    }
}
