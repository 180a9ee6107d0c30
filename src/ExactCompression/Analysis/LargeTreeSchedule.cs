using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Branching.InputSplitting;
using ExactCompression.Milp;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// Large trees for the few neurons that small ones and attacks leave open. First plain trees, until more sub-problems gain nothing; then
/// trees that bound all layers anew in each part of the domain. Small trees of their own tighten the ranges of the layers between: in dense
/// networks first, since every tree above gains; where plain trees are in fields, these close more without, and it comes after them.
/// </summary>
internal static class LargeTreeSchedule
{
    private const int LastBudget = 16_384;

    /// <summary>Where inputs are few, splitting the input box has already settled what trees could.</summary>
    private const int LastBudgetOfFewInputs = 1_024;

    /// <summary>Of the time that is left, the share of a layer's large trees; more where no deeper layer is open.</summary>
    private const double OfLayer = 0.5, OfLastLayer = 0.8;

    /// <summary>
    /// Of that, the share of plain trees, of those in fields, which bound thousands of sub-problems a second, and of those whose bounds
    /// functions above rectifiers have lowered much; and, at the end, of those that have linear programs because they had stalled. Each
    /// ends by then.
    /// </summary>
    private const double OfPlain = 0.25, OfFields = 0.8, OfSharpened = 0.5, OfStalled = 0.7;

    /// <summary>Of the time that is left, the share for the ranges of a layer.</summary>
    private const double OfRanges = 0.15;

    /// <summary>Neurons that depend on more weights have no linear programs.</summary>
    private const int MostWeights = 200_000;

    /// <summary>Trees of a layer that have linear programs at the same time: these take memory.</summary>
    private const int MostRefined = 4;

    /// <summary>Works on all open neurons.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Checks of corners.</param>
    public static void Run(VerdictLedger ledger, SearchClock clock, WitnessSearch search)
    {
        bool hasFewInputs = InputBranchAndBound.CanSplit(ledger.Network);
        bool tightensFirst = ledger.Network.IsDense && !hasFewInputs;
        OpenLayers.ForEach(ledger, clock, (layer, map, below) =>
        {
            Grow(layer, map, below, ledger, clock, search, hasFewInputs ? GrowLittle : GrowPlain);
            if (tightensFirst)
                TightenRanges(layer, map, below, ledger, clock, search);
        });
        if (hasFewInputs)
            return;
        OpenLayers.ForEach(ledger, clock, (layer, map, below) =>
        {
            Grow(layer, map, below, ledger, clock, search, GrowTight);
            if (!tightensFirst)
                TightenRanges(layer, map, below, ledger, clock, search);
        });
    }

    private static void TightenRanges(
        int layer, LoweredLayer map, RelaxedGraph below, VerdictLedger ledger, SearchClock clock, WitnessSearch search)
    {
        if (layer < ledger.DeepestOpen())
        {
            clock.Run(
                SearchStage.BranchAndBound,
                () => RangeTightening.Run(ledger, layer, map, below, search, clock.Remaining * OfRanges, clock));
        }
    }

    private static void Grow(
        int layer, LoweredLayer map, RelaxedGraph below, VerdictLedger ledger, SearchClock clock, WitnessSearch search, Action<Work> grow)
    {
        if (!ledger.HasOpen(layer))
            return;
        var bounds = new AlphaBetaCrown(map, below);
        clock.Run(SearchStage.AlphaCrown, () => SlopeOptimization.Tighten(ledger, layer, bounds, clock, onlyUndecided: true));
        if (!ledger.HasOpen(layer))
            return;
        using var trees = new SearchTrees(ledger, layer, bounds, search.OpenClasses(layer));
        var work = new Work(
            ledger, layer, trees.All, bounds.MostWaiting, search, clock,
            clock.Remaining * (layer < ledger.DeepestOpen() ? OfLayer : OfLastLayer));
        clock.Run(SearchStage.BranchAndBound, () => grow(work));
    }

    private static void GrowLittle(Work work) => work.Grow(work.Trees, LastBudgetOfFewInputs);

    /// <summary>
    /// Grows plain trees, as long as more sub-problems gain anything; those of functions above rectifiers first: where these lower the
    /// bound much, they close what else stays open. Trees that gain nothing have linear programs, which see that no point has all the
    /// phases of a sub-problem, where gradient steps do not.
    /// </summary>
    private static void GrowPlain(Work work)
    {
        GrowRefined(work, Sharpen(work), OfSharpened);
        bool inFields = work.Trees.All(static t => t.Field is not null);
        work.Grow(work.Trees, LastBudget / 2, inFields ? OfFields : OfPlain, untilStalled: true);
        GrowRefined(work, [.. work.Trees.Where(static t => t.IsStalled || t.Stuck)], OfStalled);
    }

    /// <summary>
    /// Grows trees that bound all layers anew; where that would take too long, trees with linear programs, and then plain ones.
    /// </summary>
    private static void GrowTight(Work work)
    {
        RetighteningTree[] trees = [
            .. work.Trees.Where(t => work.Search.IsOpen(t.Target)).Select(static t => RetighteningTree.Of(t)).OfType<RetighteningTree>()];
        work.Grow(trees);
        SignTarget[] done = Array.ConvertAll(trees, static t => t.Target);
        ReluBranchAndBound[] others = [.. work.Trees.Where(t => !done.Contains(t.Target))];
        if (!GrowRefined(work, others, 1) && work.Time is not null)
            work.Grow(others, LastBudget, 1, untilStalled: false);
    }

    /// <summary>
    /// Grows trees with the duals of linear programs: gradient steps end some way from the best slopes and multipliers, and what they leave
    /// open there no splitting closes.
    /// </summary>
    /// <returns>Whether there were any.</returns>
    private static bool GrowRefined(Work work, ReluBranchAndBound[] candidates, double share)
    {
        var refined = new List<(ReluBranchAndBound Tree, TriangleRefinement By)>();
        try
        {
            foreach (ReluBranchAndBound tree in candidates.Where(t => work.Search.IsOpen(t.Target) && !t.IsTie).OrderBy(static t => t.Open))
            {
                if (refined.Count == MostRefined || TriangleRefinement.Of(tree, MostWeights, work.Clock) is not { } by)
                    continue;
                refined.Add((tree, by));
                tree.Forget();
                tree.Refine(by);
            }

            work.Grow([.. refined.Select(static r => r.Tree)], LastBudget, share, untilStalled: false);
            return refined.Count > 0;
        }
        finally
        {
            foreach ((ReluBranchAndBound tree, TriangleRefinement by) in refined)
            {
                tree.Refine(null);
                by.Dispose();
            }
        }
    }

    /// <summary>Begins trees anew with functions above rectifiers that know more of what these take than the range of their sum.</summary>
    /// <returns>These trees.</returns>
    private static ReluBranchAndBound[] Sharpen(Work work)
    {
        ReluBranchAndBound[] small = [.. work.Trees.Where(t => t.Field is not null && work.Search.IsOpen(t.Target) && !t.IsTie)];
        var slopes = new float[small.Length][];
        CancellationToken cancellation = work.Clock.Parallel.CancellationToken;
        Parallel.For(0, small.Length, work.Clock.Parallel, k => slopes[k] = EnvelopeProgram.Sharpen(
            small[k].Field!, small[k].Target.Above, small[k].Range, work.Clock.Remaining, cancellation) ?? []);
        for (int k = 0; k < small.Length; k++)
        {
            if (slopes[k].Length > 0)
                small[k].Restart(slopes[k]);
        }

        return [.. small.Where((_, k) => slopes[k].Length > 0)];
    }

    /// <summary>The trees of a layer, and what they need.</summary>
    private sealed record Work(
        VerdictLedger Ledger, int Layer, ReluBranchAndBound[] Trees, int MostWaiting, WitnessSearch Search, SearchClock Clock,
        TimeSpan? Time)
    {
        private readonly Stopwatch watch = Stopwatch.StartNew();

        /// <summary>Grows plain trees by a budget.</summary>
        public void Grow(ReluBranchAndBound[] grown, int budget) =>
            TreeGrowth.ForBudget(Ledger, Layer, grown, MostWaiting, budget, budget, Search, Clock);

        /// <summary>Grows trees that bound all layers anew for what is left of the time.</summary>
        public void Grow(RetighteningTree[] grown) => TreeGrowth.OfParts(Time - watch.Elapsed, Ledger, Layer, grown, Search, Clock);

        /// <summary>
        /// Grows plain trees for a share of the time, from the beginning of the work on; by a budget where it is not limited.
        /// </summary>
        public void Grow(ReluBranchAndBound[] grown, int budget, double share, bool untilStalled)
        {
            if (Time is { } limit)
                TreeGrowth.ForTime((limit * share) - watch.Elapsed, Ledger, Layer, grown, MostWaiting, untilStalled, Search, Clock);
            else
                Grow(grown, budget);
        }
    }
}
