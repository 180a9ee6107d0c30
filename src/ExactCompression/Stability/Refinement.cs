namespace ExactCompression.Stability;

/// <summary>What follows where cheap bounds and attacks leave neurons open: optimised slopes, tighter bounds of the layers below, then branch and bound.</summary>
internal static class Refinement
{
    private const int Steps = 30;
    private const int FirstBudget = 64;
    private const int LastBudget = 16_384;

    public static void Run(VerdictBoard board, SearchClock clock, WitnessSearch search)
    {
        if (board.Decided == board.Count)
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
                    clock.Run("BranchAndBound", () => Branch(board, layer, bounds, search, clock));
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

    /// <summary>Grows a tree for each open side, all a little before any a lot, so that easy neurons do not wait for hard ones.</summary>
    private static void Branch(VerdictBoard board, int layer, OptimizedBounds bounds, WitnessSearch search, SearchClock clock)
    {
        int first = board.Offsets[layer - 1];
        BranchAndBound[] trees = [.. search.Open(layer).Select(aim => new BranchAndBound(bounds, aim, aim.Index - first))];
        for (int budget = FirstBudget; budget <= LastBudget && trees.Length > 0; budget *= 4)
        {
            foreach (BranchAndBound tree in trees)
            {
                clock.Report("BranchAndBound", layer);
                tree.GoOn(budget, search, clock);
                if (!tree.IsProven)
                    continue;
                if (tree.Aim.Above)
                    board.Bound(tree.Aim.Index, double.NegativeInfinity, 0, "BranchAndBound");
                else
                    board.Bound(tree.Aim.Index, 0, double.PositiveInfinity, "BranchAndBound");
            }

            trees = [.. trees.Where(t => search.IsOpen(t.Aim) && !t.Stuck)];
        }
    }
}
