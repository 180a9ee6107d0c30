using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// What follows where cheap bounds, samples and a shared attack leave neurons open. Layer by layer: optimised slopes (for the layers below,
/// too: their tighter bounds help all above), small search trees, attacks on single neurons, large trees.
/// </summary>
internal static class RefinementSchedule
{
    /// <summary>So many open sides of a layer are worth a small tree each before they are worth many sample points and attacks.</summary>
    private const int Few = 8;

    /// <summary>Sub-problems for all of these trees together: about what those points and attacks cost.</summary>
    private const int QuickBudget = 768;

    private const int FirstBudget = 64;
    private const int BudgetBeforeAttack = 256;
    private const int LastBudget = 16_384;

    /// <summary>Where inputs are few, splitting their box has settled what trees could.</summary>
    private const int LastBudgetOfFewInputs = 1_024;

    /// <summary>Works on all open neurons.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Attacks, and checks of corners.</param>
    /// <param name="hints">Further starts for some targets.</param>
    public static void Run(VerdictLedger board, SearchClock clock, WitnessSearch search, IReadOnlyDictionary<SignTarget, float[]> hints) =>
        ForLayers(board, (layer, map, below) => Refine(board, layer, map, below, clock, search, hints));

    /// <summary>
    /// What costs less than looking at many points: optimised slopes for the open neurons alone, and, where they are few, small trees.
    /// </summary>
    /// <param name="board">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="search">Checks of corners.</param>
    /// <param name="mostTrees">With more open sides in a layer than these there are no trees.</param>
    public static void RunQuickly(VerdictLedger board, SearchClock clock, WitnessSearch search, int mostTrees = Few) =>
        ForLayers(board, (layer, map, below) =>
        {
            if (!board.HasOpen(layer))
                return;
            using var bounds = new AlphaBetaCrown(map, below);
            clock.Run(SearchStage.AlphaCrown, () => Tighten(board, layer, bounds, clock, onlyUndecided: true));
            List<SignTarget> open = search.Open(layer);
            if (open.Count == 0 || open.Count > mostTrees)
                return;
            ReluBranchAndBound[] trees = Trees(board, layer, bounds, open);
            int budget = Math.Max(FirstBudget, QuickBudget / trees.Length);
            clock.Run(SearchStage.BranchAndBound, () => Branch(board, layer, trees, budget, budget, search, clock));
        });

    private static void ForLayers(VerdictLedger board, Action<int, AffineLayer, RelaxedNetwork> work)
    {
        using var below = new RelaxedNetwork(board.Domain);
        for (int layer = 1; layer <= board.Network.Depth && board.DeepestOpen() >= layer; layer++)
        {
            AffineLayer map = board.Network.HiddenLayer(layer);
            if (layer > 1)
                work(layer, map, below);
            below.Add(map, board.LowerOf(layer), board.UpperOf(layer));
        }
    }

    private static void Refine(
        VerdictLedger board, int layer, AffineLayer map, RelaxedNetwork below, SearchClock clock, WitnessSearch search,
        IReadOnlyDictionary<SignTarget, float[]> hints)
    {
        using var bounds = new AlphaBetaCrown(map, below);
        clock.Run(SearchStage.AlphaCrown, () => Tighten(board, layer, bounds, clock, onlyUndecided: layer == board.DeepestOpen()));
        if (!board.HasOpen(layer))
            return;
        ReluBranchAndBound[] trees = Trees(board, layer, bounds, search.Open(layer));
        clock.Run(SearchStage.BranchAndBound, () => Branch(board, layer, trees, FirstBudget, BudgetBeforeAttack, search, clock));

        // A neuron that stays open is hard to prove or hard to attack: trees and attacks take turns, each turn with twice the effort.
        int budget = BudgetBeforeAttack;
        for (int round = 0; round < AttackSchedule.Rounds && board.HasOpen(layer); round++)
        {
            int current = round;
            budget *= 2;
            clock.Run(
                SearchStage.Attack, () => AttackSchedule.Single(search, layer, current, board.Network.InputSize, board.Domain, hints));
            clock.Run(SearchStage.BranchAndBound, () => Branch(board, layer, trees, budget, budget, search, clock));
        }

        if (board.HasOpen(layer))
            clock.Run(
                SearchStage.BranchAndBound,
                () => Branch(
                    board, layer, trees, 4 * budget,
                    board.Network.InputSize > InputBranchAndBound.MostInputs ? LastBudget : LastBudgetOfFewInputs, search, clock));
    }

    /// <summary>A tree for each open side of a layer.</summary>
    private static ReluBranchAndBound[] Trees(VerdictLedger board, int layer, AlphaBetaCrown bounds, List<SignTarget> open) =>
        [.. open.Select(target => new ReluBranchAndBound(bounds, target, target.Index - board.Offsets[layer - 1]))];

    private static void Tighten(VerdictLedger board, int layer, AlphaBetaCrown bounds, SearchClock clock, bool onlyUndecided)
    {
        clock.Report(SearchStage.AlphaCrown, layer);
        int first = board.Offsets[layer - 1], width = board.Network.WidthOf(layer);
        float[] slopes = bounds.PlainSlopes();
        var problems = new List<CrownSubproblem>();
        for (int i = 0; i < width; i++)
        {
            if (board.Lower[first + i] >= 0 || board.Upper[first + i] <= 0)
                continue;
            foreach (bool above in (bool[])[true, false])
            {
                if (!onlyUndecided || board.Wants(first + i, above))
                    problems.Add(CrownSubproblem.Root(i, above, slopes));
            }
        }

        CrownSubproblem[] all = [.. problems];
        bounds.Optimize(all, AdamSchedule.FromPlainSlopes, clock.Parallel);
        foreach (CrownSubproblem problem in all)
        {
            if (problem.Above)
                board.Bound(first + problem.Neuron, double.NegativeInfinity, problem.Bound, Evidence.AlphaCrown);
            else
                board.Bound(first + problem.Neuron, -problem.Bound, double.PositiveInfinity, Evidence.AlphaCrown);
        }
    }

    /// <summary>
    /// Grows the trees of the sides that are still open, all a little before any a lot, so that easy neurons do not wait for hard ones.
    /// </summary>
    private static void Branch(
        VerdictLedger board, int layer, ReluBranchAndBound[] trees, int budget, int last, WitnessSearch search, SearchClock clock)
    {
        for (; budget <= last; budget *= 4)
        {
            foreach (ReluBranchAndBound tree in trees.Where(t => search.IsOpen(t.Target) && !t.Stuck))
            {
                clock.Report(SearchStage.BranchAndBound, layer);
                tree.GoOn(budget, search, clock.Parallel);
                if (!tree.IsProven)
                    continue;
                if (tree.Target.Above)
                    board.Bound(tree.Target.Index, double.NegativeInfinity, 0, Evidence.BranchAndBound);
                else
                    board.Bound(tree.Target.Index, 0, double.PositiveInfinity, Evidence.BranchAndBound);
            }
        }
    }
}
