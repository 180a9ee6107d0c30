using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Decides a neuron's sign on one side by splitting rectifiers below it: each half assumes one phase of a rectifier, and is bounded by itself. The side is proven when every half is; a corner where a bound
/// is reached may show the opposite on the way.
/// </summary>
internal static class BranchAndBound
{
    private const int Batch = 32;
    private const int RootSteps = 40;
    private const int ChildSteps = 12;

    /// <summary>Tries to settle one side of a neuron.</summary>
    /// <param name="bounds">Bounds for the neuron's layer.</param>
    /// <param name="aim">The neuron and the side: above asks whether <c>z</c> can be above 0.</param>
    /// <param name="neuron">0-based neuron within its layer.</param>
    /// <param name="most">Sub-problems at most.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    /// <returns>True where the side is proven: the neuron is never above 0 (never below, for the other side).</returns>
    public static bool Proves(OptimizedBounds bounds, Aim aim, int neuron, int most, WitnessSearch search, SearchClock clock)
    {
        var root = BoundProblem.Root(neuron, aim.Above, bounds.PlainSlopes());
        bounds.Optimize([root], RootSteps, clock.Parallel);
        var open = new PriorityQueue<BoundProblem, double>();
        if (root.Bound <= 0)
            return true;
        open.Enqueue(root, -root.Bound);
        for (int solved = 1; solved < most && open.Count > 0;)
        {
            clock.ThrowIfExpired();
            clock.Report("BranchAndBound", 0);
            BoundProblem[] children = Branch(open);
            if (children.Length == 0)
                return false;
            bounds.Optimize(children, ChildSteps, clock.Parallel);
            solved += children.Length;
            BoundProblem[] left = [.. children.Where(static c => c.Bound > 0)];
            search.Try([.. left.SelectMany(static c => c.Corner)], left.Length);
            if (!search.IsOpen(aim))
                return false;
            foreach (BoundProblem child in left)
                open.Enqueue(child, -child.Bound);
        }

        return open.Count == 0;
    }

    /// <summary>Splits the loosest problems; none where one of them has no rectifier left to split, so that more splitting cannot settle it.</summary>
    private static BoundProblem[] Branch(PriorityQueue<BoundProblem, double> open)
    {
        var children = new List<BoundProblem>();
        while (children.Count < 2 * Batch && open.TryDequeue(out BoundProblem? problem, out _))
        {
            if (problem.Loosest < 0)
                return [];
            children.Add(problem.With(problem.Loosest, 1));
            children.Add(problem.With(problem.Loosest, -1));
        }

        return [.. children];
    }
}
