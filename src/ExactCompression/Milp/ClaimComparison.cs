using ExactCompression.Stability;

namespace ExactCompression.Milp;

/// <summary>Holds a solver's word against proven bounds: intervals, linear bounds, and linear bounds with optimised slopes for the claimed neurons alone.</summary>
internal static class ClaimComparison
{
    /// <summary>Bounds the claimed neurons; a bound that decides one is noted beside the claim, or refutes it.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="options">How the search runs.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Run(VerdictBoard board, SearchOptions options, SearchClock clock)
    {
        if (!Enumerable.Range(0, board.Count).Any(board.IsClaim))
            return;

        // On a board of its own: bounds of neurons that are not claimed are no part of the formulation asked for.
        var bounded = new VerdictBoard(StabilityTable.Undecided(board.Network, board.Domain));
        using var inner = new SearchClock(bounded, options with { TimeLimit = clock.Remaining, Progress = null }, clock.Parallel.CancellationToken);
        BoundPass.Run(bounded, inner);
        var relaxations = new List<ReluRelaxation>();
        ActivationRange input = ActivationRange.OfInput(board.Domain);
        try
        {
            for (int layer = 1; layer <= board.Network.Depth; layer++)
            {
                AffineLayer map = board.Network.HiddenLayer(layer);
                int first = board.Offsets[layer - 1];
                int[] claimed = [.. Enumerable.Range(first, map.Outputs).Where(board.IsClaim)];
                foreach (int index in claimed)
                    board.Bound(index, bounded.Lower[index], bounded.Upper[index], "Crown");
                if (layer > 1)
                    Optimize(board, map, first, [.. claimed.Where(board.IsClaim)], relaxations, clock);
                relaxations.Add(ReluRelaxation.Of(map, input, bounded.Lower.AsSpan(first, map.Outputs), bounded.Upper.AsSpan(first, map.Outputs)));
                input = relaxations[^1].Output;
            }
        }
        finally
        {
            foreach (ReluRelaxation relaxation in relaxations)
                relaxation.Packed.Dispose();
        }
    }

    private static void Optimize(VerdictBoard board, AffineLayer map, int first, int[] claimed, List<ReluRelaxation> below, SearchClock clock)
    {
        if (claimed.Length == 0)
            return;
        using var bounds = new OptimizedBounds(board.Domain, map, below);
        float[] slopes = bounds.PlainSlopes();
        BoundProblem[] problems = [.. claimed.Select(index => BoundProblem.Root(index - first, board.StateOf(index) == NeuronState.StablyInactive, slopes))];
        bounds.Optimize(problems, Descent.FromPlainSlopes, clock.Parallel);
        foreach (BoundProblem problem in problems)
        {
            double lower = problem.Above ? double.NegativeInfinity : -problem.Bound, upper = problem.Above ? problem.Bound : double.PositiveInfinity;
            board.Bound(first + problem.Neuron, lower, upper, "AlphaCrown");
        }
    }
}
