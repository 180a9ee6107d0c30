using System.Diagnostics;
using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Milp;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The stages after cheap bounds, samples and a shared attack, for the neurons that these leave open. Layer by layer: optimised slopes (for
/// the layers below, too: their tighter bounds help all layers above), small search trees, attacks on single neurons, large trees.
/// </summary>
internal static class RefinementSchedule
{
    /// <summary>Up to this many open targets of a layer are given a small tree each before many sample points and attacks.</summary>
    private const int Few = 8;

    /// <summary>Sub-problems for all of these trees together: about the cost of those points and attacks.</summary>
    private const int QuickBudget = 768;

    private const int FirstBudget = 64;
    private const int BudgetBeforeAttack = 256;
    private const int LastBudget = 16_384;

    /// <summary>Where inputs are few, splitting the input box has already settled what trees could.</summary>
    private const int LastBudgetOfFewInputs = 1_024;

    /// <summary>Of the time that is left, the share of a layer's large trees; more where no deeper layer is open.</summary>
    private const double OfLayer = 0.5, OfLastLayer = 0.8;

    /// <summary>Of that, the share for trees whose bounds functions above rectifiers have lowered much.</summary>
    private const double OfSharpened = 0.6;

    /// <summary>Neurons that depend on more weights have no linear programs.</summary>
    private const int MostWeights = 200_000;

    /// <summary>Trees of a layer that have linear programs at the same time: these take memory.</summary>
    private const int MostRefined = 4;

    /// <summary>Works on all open neurons.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Attacks, and checks of corners.</param>
    /// <param name="hints">Further starting points for some targets.</param>
    public static void Run(
        VerdictLedger ledger, SearchClock clock, WitnessSearch search, IReadOnlyDictionary<SignTarget, BoxCorner> hints) =>
        ForLayers(ledger, clock, (layer, map, below) => Refine(ledger, layer, map, below, clock, search, hints));

    /// <summary>
    /// The stages that cost less than sampling many points: optimised slopes for the open neurons alone, and, where they are few, small
    /// trees.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Checks of corners.</param>
    /// <param name="mostTrees">With more open targets in a layer than this no trees are grown.</param>
    public static void RunQuickly(VerdictLedger ledger, SearchClock clock, WitnessSearch search, int mostTrees = Few) =>
        ForLayers(ledger, clock, (layer, map, below) =>
        {
            if (!ledger.HasOpen(layer))
                return;
            var bounds = new AlphaBetaCrown(map, below);
            clock.Run(SearchStage.AlphaCrown, () => SlopeOptimization.Tighten(ledger, layer, bounds, clock, onlyUndecided: true));
            List<SignTarget> open = search.OpenClasses(layer);
            if (open.Count == 0 || open.Count > mostTrees)
                return;
            using var trees = new SearchTrees(ledger, layer, bounds, open);
            int budget = Math.Max(FirstBudget, QuickBudget / open.Count);
            clock.Run(
                SearchStage.BranchAndBound, () => Branch(ledger, layer, trees.All, bounds.MostWaiting, budget, budget, search, clock));
        });

    private static void ForLayers(VerdictLedger ledger, SearchClock clock, Action<int, LoweredLayer, RelaxedGraph> work)
    {
        using var below = new RelaxedGraph(ledger.Domain, ledger.Graph);
        for (int layer = 1; layer <= ledger.Graph.Rectifiers && ledger.DeepestOpen() >= layer; layer++)
        {
            LoweredLayer map = CrownBounds.Advance(below, layer, clock.Parallel);
            if (layer > 1)
                work(layer, map, below);
            below.Add(ledger.LowerOf(layer), ledger.UpperOf(layer));
        }
    }

    private static void Refine(
        VerdictLedger ledger, int layer, LoweredLayer map, RelaxedGraph below, SearchClock clock, WitnessSearch search,
        IReadOnlyDictionary<SignTarget, BoxCorner> hints)
    {
        var bounds = new AlphaBetaCrown(map, below);
        clock.Run(
            SearchStage.AlphaCrown,
            () => SlopeOptimization.Tighten(ledger, layer, bounds, clock, onlyUndecided: layer == ledger.DeepestOpen()));
        if (!ledger.HasOpen(layer))
            return;
        using var forest = new SearchTrees(ledger, layer, bounds, search.OpenClasses(layer));
        ReluBranchAndBound[] trees = forest.All;
        clock.Run(
            SearchStage.BranchAndBound,
            () => Branch(ledger, layer, trees, bounds.MostWaiting, FirstBudget, BudgetBeforeAttack, search, clock));

        // A neuron that stays open is hard to prove or hard to attack: trees and attacks alternate, each time with twice the effort.
        int budget = BudgetBeforeAttack;
        for (int round = 0; round < AttackSchedule.Rounds && ledger.HasOpen(layer); round++)
        {
            int current = round;
            budget *= 2;
            clock.Run(
                SearchStage.Attack, () => AttackSchedule.Single(search, layer, current, ledger.Network.InputSize, ledger.Domain, hints));
            clock.Run(SearchStage.BranchAndBound, () => Branch(ledger, layer, trees, bounds.MostWaiting, budget, budget, search, clock));
        }

        if (ledger.HasOpen(layer))
            clock.Run(SearchStage.BranchAndBound, () => GrowLarge(ledger, layer, trees, bounds.MostWaiting, search, clock));
    }

    /// <summary>
    /// Grows large trees. Gradient steps end some way from the best slopes and multipliers, and what they leave open there no splitting
    /// closes; the trees of the few neurons that are left begin anew with the duals of linear programs, which are the best ones.
    /// </summary>
    private static void GrowLarge(
        VerdictLedger ledger, int layer, ReluBranchAndBound[] trees, int mostWaiting, WitnessSearch search, SearchClock clock)
    {
        if (InputBranchAndBound.CanSplit(ledger.Network))
        {
            Branch(ledger, layer, trees, mostWaiting, LastBudgetOfFewInputs, LastBudgetOfFewInputs, search, clock);
            return;
        }

        TimeSpan? time = clock.Remaining * (layer < ledger.DeepestOpen() ? OfLayer : OfLastLayer);
        var watch = Stopwatch.StartNew();
        GrowRefined(Sharpen(trees, search, clock), OfSharpened);
        Grow(trees, LastBudget / 2, 1, untilStalled: true);
        if (ledger.HasOpen(layer) && !GrowRefined(trees, 1) && time is not null)
            Grow(trees, LastBudget, 1, untilStalled: false);

        bool GrowRefined(ReluBranchAndBound[] candidates, double share)
        {
            var refined = new List<(ReluBranchAndBound Tree, TriangleRefinement By)>();
            try
            {
                foreach (ReluBranchAndBound tree in candidates.Where(t => search.IsOpen(t.Target) && !t.IsTie).OrderBy(static t => t.Open))
                {
                    if (refined.Count == MostRefined || TriangleRefinement.Of(tree, MostWeights, clock) is not { } by)
                        continue;
                    refined.Add((tree, by));
                    tree.Forget();
                    tree.Refine(by);
                }

                Grow([.. refined.Select(static r => r.Tree)], LastBudget, share, untilStalled: false);
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

        void Grow(ReluBranchAndBound[] grown, int budget, double share, bool untilStalled)
        {
            if (time is { } limit)
                GrowFor((limit * share) - watch.Elapsed, ledger, layer, grown, mostWaiting, untilStalled, search, clock);
            else
                Branch(ledger, layer, grown, mostWaiting, budget, budget, search, clock);
        }
    }

    /// <summary>Begins trees anew with functions above rectifiers that know more of what these take than the range of their sum.</summary>
    /// <returns>These trees.</returns>
    private static ReluBranchAndBound[] Sharpen(ReluBranchAndBound[] trees, WitnessSearch search, SearchClock clock)
    {
        ReluBranchAndBound[] small = [.. trees.Where(t => t.Field is not null && search.IsOpen(t.Target) && !t.IsTie)];
        var slopes = new float[small.Length][];
        Parallel.For(0, small.Length, clock.Parallel, k => slopes[k] = EnvelopeProgram.Sharpen(
            small[k].Field!, small[k].Target.Above, small[k].Range, clock.Remaining, clock.Parallel.CancellationToken) ?? []);
        for (int k = 0; k < small.Length; k++)
        {
            if (slopes[k].Length > 0)
                small[k].Restart(slopes[k]);
        }

        return [.. small.Where((_, k) => slopes[k].Length > 0)];
    }

    /// <summary>
    /// Grows the trees that are still open for a given time: where the time is limited, nothing else limits them but memory, and many need
    /// only a few times the budget. Those with few sub-problems left, and with little work behind them, come first; a tie, which keeps a
    /// few for ever, does not hold up the others.
    /// </summary>
    private static void GrowFor(
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
            Branch(ledger, layer, [next], mostWaiting, BudgetBeforeAttack, BudgetBeforeAttack, search, clock);
        }
    }

    /// <summary>
    /// Grows the trees of the targets that are still open, all of them a little before any of them much, so that easy neurons do not wait
    /// for hard ones. A tree for which there is no room in memory begins anew with the next budget.
    /// </summary>
    private static void Branch(
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

                if (tree.Target.Above)
                    ledger.BoundClass(tree.Target.Index, double.NegativeInfinity, 0, Evidence.BranchAndBound);
                else
                    ledger.BoundClass(tree.Target.Index, 0, double.PositiveInfinity, Evidence.BranchAndBound);
            }
        }
    }
}
