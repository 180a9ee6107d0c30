using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>What follows where cheap bounds and attacks leave neurons open: optimised slopes, tighter bounds of the layers below, then branch and bound.</summary>
internal static class Refinement
{
    private const int Steps = 30;

    public static void Run(VerdictBoard board, SearchClock clock, WitnessSearch search)
    {
        if (!HasOpen(board))
            return;
        int deepest = Enumerable.Range(1, board.Network.Depth).Last(l => board.HasOpen(l));
        var relaxations = new List<ReluRelaxation>();
        ActivationRange input = ActivationRange.OfInput(board.Domain);
        try
        {
            for (int layer = 1; layer <= deepest; layer++)
            {
                AffineLayer map = board.Network.HiddenLayer(layer);
                if (layer > 1)
                {
                    using var bounds = new OptimizedBounds(board.Domain, map, relaxations);
                    clock.Run("AlphaCrown", () => Tighten(board, layer, bounds, clock, onlyUndecided: layer == deepest));
                    for (int most = 64; most <= 20_000 && board.HasOpen(layer); most *= 8)
                    {
                        int budget = most;
                        clock.Run("BranchAndBound", () => Branch(board, layer, bounds, budget, search, clock));
                    }
                }

                int first = board.Offsets[layer - 1];
                relaxations.Add(ReluRelaxation.Of(map, input, board.Lower.AsSpan(first, map.Outputs), board.Upper.AsSpan(first, map.Outputs)));
                input = relaxations[^1].Output;
            }
        }
        finally
        {
            foreach (ReluRelaxation relaxation in relaxations)
                relaxation.Packed.Dispose();
        }
    }

    private static bool HasOpen(VerdictBoard board) => board.Decided < board.Count;

    private static void Tighten(VerdictBoard board, int layer, OptimizedBounds bounds, SearchClock clock, bool onlyUndecided)
    {
        clock.Report("AlphaCrown", layer);
        int first = board.Offsets[layer - 1], width = board.Network.WidthOf(layer);
        float[] slopes = bounds.PlainSlopes();
        var problems = new List<BoundProblem>();
        for (int i = 0; i < width; i++)
        {
            if (board.Lower[first + i] >= 0 || board.Upper[first + i] <= 0)
                continue;
            foreach (bool above in (bool[])[true, false])
            {
                if (!onlyUndecided || board.Wants(first + i, above))
                    problems.Add(BoundProblem.Root(i, above, slopes));
            }
        }

        BoundProblem[] all = [.. problems];
        bounds.Optimize(all, Steps, clock.Parallel);
        foreach (BoundProblem problem in all)
        {
            if (problem.Above)
                board.Bound(first + problem.Neuron, double.NegativeInfinity, problem.Bound, "AlphaCrown");
            else
                board.Bound(first + problem.Neuron, -problem.Bound, double.PositiveInfinity, "AlphaCrown");
        }
    }

    private static void Branch(VerdictBoard board, int layer, OptimizedBounds bounds, int most, WitnessSearch search, SearchClock clock)
    {
        int first = board.Offsets[layer - 1];
        foreach (Aim aim in search.Open(layer))
        {
            if (!search.IsOpen(aim) || !BranchAndBound.Proves(bounds, aim, aim.Index - first, most, search, clock))
                continue;
            if (aim.Above)
                board.Bound(aim.Index, double.NegativeInfinity, 0, "BranchAndBound");
            else
                board.Bound(aim.Index, 0, double.PositiveInfinity, "BranchAndBound");
        }
    }
}
