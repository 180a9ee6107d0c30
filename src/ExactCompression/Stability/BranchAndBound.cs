using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Decides one side of a neuron's sign by splitting rectifiers below it: each half assumes one phase of a rectifier, and is bounded by itself. The side is proven when every half is; a corner where
/// a bound is reached may show the opposite on the way. Work can stop at any sub-problem and go on later.
/// </summary>
internal sealed class BranchAndBound
{
    /// <summary>Sub-problems that are split together: enough to keep all cores busy, few enough to follow the loosest ones.</summary>
    private const int Batch = 32;
    private const int RootSteps = 40;
    private const int ChildSteps = 12;
    private const int LeafSteps = 300;

    private readonly OptimizedBounds bounds;
    private readonly PriorityQueue<BoundProblem, double> open = new();
    private readonly BoundProblem root;

    /// <summary>Asks whether one side of a neuron can be reached.</summary>
    /// <param name="bounds">Bounds for the neuron's layer.</param>
    /// <param name="aim">The neuron and the side: above asks whether <c>z</c> can be above 0.</param>
    /// <param name="neuron">0-based neuron within its layer.</param>
    public BranchAndBound(OptimizedBounds bounds, Aim aim, int neuron)
    {
        this.bounds = bounds;
        Aim = aim;
        root = BoundProblem.Root(neuron, aim.Above, bounds.PlainSlopes());
    }

    /// <summary>The neuron and the side.</summary>
    public Aim Aim { get; }

    /// <summary>Sub-problems bounded so far.</summary>
    public int Solved { get; private set; }

    /// <summary>Whether the side is proven: every sub-problem's bound is at most 0.</summary>
    public bool IsProven => Solved > 0 && open.Count == 0 && !Stuck;

    /// <summary>Whether a sub-problem has no rectifier left to split and still no proof: only less rounding could settle it.</summary>
    public bool Stuck { get; private set; }

    /// <summary>Goes on until the side is proven, a witness against it is found, or so many sub-problems have been bounded.</summary>
    /// <param name="most">Sub-problems to bound in this call.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public void GoOn(int most, WitnessSearch search, SearchClock clock)
    {
        int end = Solved + most;
        if (Solved == 0)
            Bound([root], RootSteps, search, clock);
        while (Solved < end && open.Count > 0 && !Stuck && search.IsOpen(Aim))
        {
            clock.ThrowIfExpired();
            (BoundProblem[] halves, BoundProblem[] leaves) = Split();
            Bound(halves, ChildSteps, search, clock);

            // With every rectifier fixed only the multipliers are left to improve.
            Bound(leaves, LeafSteps, search, clock);
            Stuck = leaves.Any(static l => l.Loosest < 0 && !(l.Bound <= 0));
        }
    }

    private void Bound(BoundProblem[] problems, int steps, WitnessSearch search, SearchClock clock)
    {
        if (problems.Length == 0)
            return;
        bounds.Optimize(problems, steps, clock.Parallel);
        Solved += problems.Length;
        BoundProblem[] left = [.. problems.Where(static p => !(p.Bound <= 0))];
        search.Try([.. left.SelectMany(static p => p.Corner)], left.Length);
        foreach (BoundProblem problem in left)
            open.Enqueue(problem, -problem.Bound);
    }

    /// <summary>Takes the loosest problems and splits each at the rectifier that loosens it most; those without any are leaves.</summary>
    private (BoundProblem[] Halves, BoundProblem[] Leaves) Split()
    {
        var halves = new List<BoundProblem>();
        var leaves = new List<BoundProblem>();
        while (halves.Count < 2 * Batch && open.TryDequeue(out BoundProblem? problem, out _))
        {
            if (problem.Loosest < 0)
            {
                leaves.Add(problem);
                continue;
            }

            halves.Add(problem.With(problem.Loosest, 1));
            halves.Add(problem.With(problem.Loosest, -1));
        }

        return ([.. halves], [.. leaves]);
    }
}
