using System.Diagnostics;
using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>Which of a layer's trees grows next, and how far.</summary>
internal static class TreeGrowth
{
    /// <summary>Sub-problems between two looks at the time.</summary>
    private const int Slice = 256;

    /// <summary>
    /// Grows the trees that are still open for a given time: where the time is limited, nothing else limits them but memory, and many need
    /// only a few times the budget. Those with few sub-problems left, and with little work behind them, come first; a tie, which keeps a
    /// few for ever, does not hold up the others.
    /// </summary>
    public static void ForTime(
        TimeSpan time, VerdictLedger ledger, int layer, ReluBranchAndBound[] trees, int mostWaiting, bool untilStalled,
        WitnessSearch search, SearchClock clock)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            ReluBranchAndBound? next = trees.Where(
                t => (t.Open > 0 || t.Solved == 0) && search.IsOpen(t.Target) && !t.Stuck && !(untilStalled && t.IsStalled)).MinBy(
                static t => (double)t.Open * t.Solved);
            if (next is null || trees.Sum(static t => (long)t.Open) > mostWaiting)
                return;
            ForBudget(ledger, layer, [next], mostWaiting, Slice, Slice, search, clock);
        }
    }

    /// <summary>
    /// Grows the trees of the targets that are still open, all of them a little before any of them much, so that easy neurons do not wait
    /// for hard ones. A tree for which there is no room in memory begins anew with the next budget.
    /// </summary>
    public static void ForBudget(
        VerdictLedger ledger, int layer, ReluBranchAndBound[] trees, int mostWaiting, int budget, int last, WitnessSearch search,
        SearchClock clock)
    {
        long waiting = trees.Sum(static t => (long)t.Open);
        for (; budget <= last; budget *= 4)
        {
            foreach (ReluBranchAndBound tree in trees.Where(t => search.IsOpen(t.Target) && !t.Stuck))
            {
                clock.Report(SearchStage.BranchAndBound, layer);
                waiting -= tree.Open;
                tree.Continue(Math.Min(budget, mostWaiting), search, clock.Parallel);
                waiting += tree.Open;
                if (!tree.IsProven)
                {
                    if (waiting > mostWaiting)
                    {
                        waiting -= tree.Open;
                        tree.Forget();
                    }

                    continue;
                }

                Report(tree.Target, ledger);
            }
        }
    }

    /// <summary>Passes on that a sign is unreachable.</summary>
    /// <param name="target">The neuron and the sign.</param>
    /// <param name="ledger">What is known.</param>
    public static void Report(SignTarget target, VerdictLedger ledger)
    {
        if (target.Above)
            ledger.BoundClass(target.Index, double.NegativeInfinity, 0, Evidence.BranchAndBound);
        else
            ledger.BoundClass(target.Index, 0, double.PositiveInfinity, Evidence.BranchAndBound);
    }
}
