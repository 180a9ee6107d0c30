using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Verdicts;

namespace ExactCompression.Analysis;

/// <summary>Tightens the bounds of a layer's neurons by optimised slopes, as many as memory and time allow.</summary>
internal static class SlopeOptimization
{
    /// <summary>Where the time is limited it is looked at after this many targets.</summary>
    private const int Batch = 256;

    /// <summary>One layer takes at most one part in this many of the time that is left.</summary>
    private const int TimeShare = 4;

    /// <summary>Bounds a layer's neurons.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based layer with rectifiers.</param>
    /// <param name="bounds">Bounds for that layer.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="onlyUndecided">True for the missing signs of open neurons alone; false for all whose bounds matter to the layers
    /// above.</param>
    public static void Tighten(VerdictLedger ledger, int layer, AlphaBetaCrown bounds, SearchClock clock, bool onlyUndecided)
    {
        clock.Report(SearchStage.AlphaCrown, layer);
        int first = ledger.Offsets[layer - 1], width = ledger.Graph.Rectifier(layer).Width;
        var targets = new List<(int Neuron, bool Above)>();
        for (int i = 0; i < width; i++)
        {
            if (ledger.Lower[first + i] >= 0 || ledger.Upper[first + i] <= 0)
                continue;
            foreach (bool above in (bool[])[true, false])
            {
                if (!onlyUndecided || ledger.NeedsWitness(first + i, above))
                    targets.Add((i, above));
            }
        }

        targets = [.. ledger.OnePerClass(targets, t => (first + t.Neuron, t.Above))];
        TimeSpan? most = targets.Count > Batch ? clock.Remaining / TimeShare : null;
        if (most is not null || targets.Count > bounds.MostAtWork)
            targets.Sort((a, b) => Order(ledger, first, a).CompareTo(Order(ledger, first, b)));
        Tighten(ledger, first, targets, bounds, clock, most);
    }

    private static void Tighten(
        VerdictLedger ledger, int first, List<(int Neuron, bool Above)> targets, AlphaBetaCrown bounds, SearchClock clock, TimeSpan? most)
    {
        var watch = Stopwatch.StartNew();
        float[] slopes = bounds.PlainSlopes();
        int batch = most is null ? bounds.MostAtWork : Math.Min(Batch, bounds.MostAtWork);
        for (int at = 0; at < targets.Count && !(watch.Elapsed > most); at += batch)
        {
            CrownSubproblem[] problems = [.. targets.Skip(at).Take(batch).Select(t => CrownSubproblem.Root(t.Neuron, t.Above, slopes))];
            bounds.Optimize(problems, AdamSchedule.FromPlainSlopes, clock.Parallel);
            foreach (CrownSubproblem problem in problems)
                problem.Report(ledger, first);
        }
    }

    /// <summary>Passes an optimised bound on.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="ledger">Where the bound goes.</param>
    /// <param name="first">Index of the layer's first neuron.</param>
    public static void Report(this CrownSubproblem problem, VerdictLedger ledger, int first) =>
        ledger.BoundClass(first + problem.Neuron, problem.Above, problem.Bound, Evidence.AlphaCrown);

    /// <summary>Missing signs before others, those whose bounds are nearest to 0 first: they are the most likely to be settled.</summary>
    private static (bool IsKnown, double Excess) Order(VerdictLedger ledger, int first, (int Neuron, bool Above) target)
    {
        int index = first + target.Neuron;
        double lower = ledger.Lower[index], upper = ledger.Upper[index];
        return (!ledger.NeedsWitness(index, target.Above), (target.Above ? upper : -lower) / (upper - lower));
    }
}
