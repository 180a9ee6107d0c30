using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>bounds</c>: intervals and CROWN bounds of all units, proven, and those of a peer.</summary>
internal static class BoundsComparison
{
    /// <summary>Our runs of each turn: a peer, too, runs more than once in a process.</summary>
    private const int RunsOfATurn = 3;

    /// <summary>Prints a line for each network.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(NetworkOptions options)
    {
        Console.WriteLine($"Bounds of all units; {options.Repeats} turns, and the least seconds that each program reports of itself.");
        Console.WriteLine($"{"network",-32} {"units",7} {"decided %",9} {"ms",9} {"peer %",9} {"peer ms",9} {"ratio",7}");
        InputDomain[] domains = [.. options.Domains.Select(static path => InputDomainFiles.Read(path))];
        foreach (string file in options.Files)
        {
            ReluNetwork network = NetworkFormats.Read(file);
            StabilityTable undecided = StabilityTable.Undecided(network, Array.Find(domains, d => d.Size == network.InputSize));
            var ours = new PeerResult(0, double.PositiveInfinity);
            PeerResult? peer = null;
            for (int turn = 0; turn < options.Repeats; turn++)
            {
                for (int run = 0; run < RunsOfATurn; run++)
                    ours = Quicker(ours, Bound(undecided, options.Threads));
                if (options.Peer is { } command)
                    peer = Contestant.Peer(command, [file]).Aggregate(peer, Quicker);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileNameWithoutExtension(file),-32} {undecided.Neurons.Count,7} {ours.Decided,9:F2} {1000 * ours.Seconds,9:F2} "
                    + $"{peer?.Decided,9:F2} {1000 * peer?.Seconds,9:F2} {peer?.Seconds / ours.Seconds,7:F2}"));
        }

        return 0;
    }

    private static PeerResult Bound(StabilityTable undecided, int threads)
    {
        var ledger = new VerdictLedger(undecided);
        _ = ledger.Graph; // lowered when it is first asked for, as the peer converts networks beforehand
        long start = Stopwatch.GetTimestamp();
        using var clock = new SearchClock(ledger, new() { Threads = threads }, CancellationToken.None);
        BoundPropagation.Run(ledger, clock);
        return new(100.0 * ledger.Decided / undecided.Neurons.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static PeerResult Quicker(PeerResult? a, PeerResult b) => a is not null && a.Seconds <= b.Seconds ? a : b;
}
