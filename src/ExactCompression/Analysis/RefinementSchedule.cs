using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The stages after cheap bounds, samples and a shared attack, for the neurons that these leave open. Layer by layer: optimised slopes (for
/// the layers below, too: their tighter bounds help all layers above), small search trees, attacks on single neurons; then large trees
/// (<see cref="LargeTreeSchedule"/>).
/// </summary>
internal static class RefinementSchedule
{
    /// <summary>Up to this many open targets of a layer are given a small tree each before many sample points and attacks.</summary>
    private const int Few = 8;

    /// <summary>Sub-problems for all of these trees together: about the cost of those points and attacks.</summary>
    private const int QuickBudget = 768;

    private const int FirstBudget = 64;
    private const int BudgetBeforeAttack = 256;

    /// <summary>Works on all open neurons.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Attacks, and checks of corners.</param>
    /// <param name="hints">Further starting points for some targets.</param>
    public static void Run(
        VerdictLedger ledger, SearchClock clock, WitnessSearch search, IReadOnlyDictionary<SignTarget, BoxCorner> hints)
    {
        OpenLayers.ForEach(ledger, clock, (layer, map, below) => Refine(ledger, layer, map, below, clock, search, hints));
        LargeTreeSchedule.Run(ledger, clock, search);
    }

    /// <summary>
    /// The stages that cost less than sampling many points: optimised slopes for the open neurons alone, and, where they are few, small
    /// trees.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Checks of corners.</param>
    /// <param name="mostTrees">With more open targets in a layer than this no trees are grown.</param>
    public static void RunQuickly(VerdictLedger ledger, SearchClock clock, WitnessSearch search, int mostTrees = Few) =>
        OpenLayers.ForEach(ledger, clock, (layer, map, below) =>
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
                SearchStage.BranchAndBound,
                () => TreeGrowth.ForBudget(ledger, layer, trees.All, bounds.MostWaiting, budget, budget, search, clock));
        });

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
            () => TreeGrowth.ForBudget(ledger, layer, trees, bounds.MostWaiting, FirstBudget, BudgetBeforeAttack, search, clock));

        // A neuron that stays open is hard to prove or hard to attack: trees and attacks alternate, each time with twice the effort.
        int budget = BudgetBeforeAttack;
        for (int round = 0; round < AttackSchedule.Rounds && ledger.HasOpen(layer); round++)
        {
            int current = round;
            budget *= 2;
            clock.Run(
                SearchStage.Attack, () => AttackSchedule.Single(search, layer, current, ledger.Network.InputSize, ledger.Domain, hints));
            clock.Run(
                SearchStage.BranchAndBound,
                () => TreeGrowth.ForBudget(ledger, layer, trees, bounds.MostWaiting, budget, budget, search, clock));
        }
    }
}
