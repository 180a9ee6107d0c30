using System.Diagnostics;
using System.Globalization;
using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>Which of a layer's trees grows next, and how far.</summary>
internal static class TreeGrowth
{
    /// <summary>Sub-problems between two looks at the time, of a plain tree and of one that bounds all layers anew.</summary>
    private const int Slice = 256, SliceOfParts = 4_096;

    /// <summary>Sub-problems of a tree that bounds layers anew, where the time is not limited: minutes.</summary>
    private const long LastBudgetOfParts = 1_000_000;

    /// <summary>
    /// Grows the trees that are still open for a given time: where the time is limited, nothing else limits them but memory, and many need
    /// only a few times the budget. Those with few sub-problems left, and with little work behind them, come first; a tie, which keeps a
    /// few for ever, does not hold up the others.
    /// </summary>
    /// <param name="time">The time.</param>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based layer of the targets.</param>
    /// <param name="trees">The trees.</param>
    /// <param name="mostWaiting">The number of sub-problems that may wait in all of them together.</param>
    /// <param name="untilStalled">Whether a tree is left when its loosest bound no longer moves.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
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
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based layer of the targets.</param>
    /// <param name="trees">The trees.</param>
    /// <param name="mostWaiting">The number of sub-problems that may wait in all of them together.</param>
    /// <param name="budget">Sub-problems of a tree in the first round; four times as many in each further one.</param>
    /// <param name="last">The same, in the last round at most.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public static void ForBudget(
        VerdictLedger ledger, int layer, ReluBranchAndBound[] trees, int mostWaiting, int budget, int last, WitnessSearch search,
        SearchClock clock)
    {
        long waiting = trees.Sum(static t => (long)t.Open);
        for (; budget <= last; budget *= 4)
        {
            foreach (ReluBranchAndBound tree in trees.Where(t => search.IsOpen(t.Target) && !t.Stuck))
            {
                clock.Report(SearchStage.BranchAndBound, layer, () => Progress(ledger, tree.Target, tree.Solved, tree.Open));
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

                ledger.BoundClass(tree.Target.Index, tree.Target.Above, 0, Evidence.BranchAndBound);
            }
        }
    }

    /// <summary>
    /// Grows trees that bound all layers anew in parts of the domain, those with few parts left and with little work behind them first.
    /// </summary>
    /// <param name="time">The time; null for no limit, where a large number of sub-problems ends each.</param>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based layer of the targets.</param>
    /// <param name="trees">The trees.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public static void OfParts(
        TimeSpan? time, VerdictLedger ledger, int layer, RetighteningTree[] trees, WitnessSearch search, SearchClock clock)
    {
        var watch = Stopwatch.StartNew();
        while (!(watch.Elapsed > time))
        {
            RetighteningTree? next = trees.Where(t => search.IsOpen(t.Target) && t is { IsProven: false, Stuck: false } && (
                time is not null || t.Solved < LastBudgetOfParts)).MinBy(static t => (double)t.Open * t.Solved);
            if (next is null)
                return;
            clock.Report(SearchStage.BranchAndBound, layer, () => Progress(ledger, next.Target, next.Solved, next.Open));
            next.Continue(SliceOfParts, search, clock.Parallel);
            if (next.IsProven)
                ledger.BoundClass(next.Target.Index, next.Target.Above, 0, Evidence.BranchAndBound);
        }
    }

    private static string Progress(VerdictLedger ledger, SignTarget target, long solved, long waiting) => string.Create(
        CultureInfo.InvariantCulture,
        $"neuron {ledger.Place(target.Index).Neuron} {(target.Above ? "above" : "below")} 0, {solved:N0} sub-problems, "
            + $"{waiting:N0} waiting");
}
