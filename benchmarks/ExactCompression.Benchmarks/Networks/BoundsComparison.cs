using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>bounds</c>: intervals and CROWN bounds of all units, proven, and those of a peer.</summary>
internal static class BoundsComparison
{
    /// <summary>How long a turn of ours lasts: until code is compiled at full optimisation. A peer, too, runs more than once.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>Prints a line for each network.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(NetworkOptions options)
    {
        Console.WriteLine($"Bounds of all units; {options.Repeats} turns, and the least time that each program reports of itself.");
        Console.WriteLine("intervals: of that, for intervals; first: of our first run, for which code may have to be compiled.");
        Console.WriteLine(
            $"{"network",-32} {"units",7} {"decided %",9} {"ms",9} {"intervals",9} {"first",9} {"peer %",9} {"peer ms",9} {"ratio",7}");
        InputDomain[] domains = [.. options.Domains.Select(static path => InputDomainFiles.Read(path))];
        foreach (string file in options.Files)
        {
            ReluNetwork network = NetworkFormats.Read(file);
            StabilityTable undecided = StabilityTable.Undecided(network, Array.Find(domains, d => d.Size == network.InputSize));
            BoundsResult? ours = null, first = null;
            PeerResult? peer = null;
            for (int turn = 0; turn < options.Repeats; turn++)
            {
                long start = Stopwatch.GetTimestamp();
                do
                {
                    BoundsResult result = Bound(undecided, options.Threads);
                    first ??= result;
                    ours = ours is { } best && best.Seconds <= result.Seconds ? best : result;
                }
                while (Stopwatch.GetElapsedTime(start) < Turn);
                if (options.Peer is { } command)
                {
                    foreach (PeerResult result in Contestant.Peer(command, [file]))
                        peer = peer is not null && peer.Seconds <= result.Seconds ? peer : result;
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileNameWithoutExtension(file),-32} {undecided.Neurons.Count,7} {ours!.Decided,9:F2} {1000 * ours.Seconds,9:F2} "
                    + $"{1000 * ours.IntervalSeconds,9:F2} {1000 * first!.Seconds,9:F2} {peer?.Decided,9:F2} {1000 * peer?.Seconds,9:F2} "
                    + $"{peer?.Seconds / ours.Seconds,7:F2}"));
        }

        return 0;
    }

    private static BoundsResult Bound(StabilityTable undecided, int threads)
    {
        var ledger = new VerdictLedger(undecided);
        _ = ledger.Graph; // lowered when it is first asked for, as the peer converts networks beforehand
        long start = Stopwatch.GetTimestamp();
        using var clock = new SearchClock(ledger, new() { Threads = threads }, CancellationToken.None);
        BoundPropagation.Run(ledger, clock);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        StabilityTable table = ledger.ToTable(clock.Elapsed, clock.Stages, null);
        double intervals = clock.Stages.Where(static s => s.Stage == SearchStage.Interval).Sum(static s => s.Elapsed.TotalSeconds);
        return new(100.0 * (table.StablyActive + table.StablyInactive) / undecided.Neurons.Count, seconds, intervals);
    }

    /// <summary>One of our runs.</summary>
    private sealed record BoundsResult(double Decided, double Seconds, double IntervalSeconds);
}
