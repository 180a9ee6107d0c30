using ExactCompression.Bounds;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Decides one side of a neuron's sign by splitting rectifiers below it: each half assumes one phase of a rectifier, and is bounded by
/// itself. The side is proven when every half is; a corner where a bound is reached may show the opposite on the way. Work can stop at any
/// sub-problem and go on later.
/// </summary>
internal sealed class ReluBranchAndBound
{
    /// <summary>Sub-problems that are split together: enough to keep all cores busy, few enough to follow the loosest ones.</summary>
    private const int Batch = 32;

    /// <summary>Rounds of splitting between two ascents, and their steps: a small share of what the bounds cost.</summary>
    private const int AscentEvery = 4, AscentSteps = 30;

    private readonly AlphaBetaCrown bounds;
    private readonly PriorityQueue<CrownSubproblem, double> open = new();
    private readonly List<CrownSubproblem> taken = [];
    private readonly CrownSubproblem root;
    private int rounds;

    /// <summary>Asks whether one side of a neuron can be reached.</summary>
    /// <param name="bounds">Bounds for the neuron's layer.</param>
    /// <param name="target">The neuron and the side: above asks whether <c>z</c> can be above 0.</param>
    /// <param name="neuron">0-based neuron within its layer.</param>
    public ReluBranchAndBound(AlphaBetaCrown bounds, SignTarget target, int neuron)
    {
        this.bounds = bounds;
        Target = target;
        root = CrownSubproblem.Root(neuron, target.Above, bounds.PlainSlopes());
    }

    /// <summary>The neuron and the side.</summary>
    public SignTarget Target { get; }

    /// <summary>Receives every sub-problem that is proven, with the slopes and multipliers that show it; null where nobody asks.</summary>
    public List<CrownSubproblem>? Proven { get; init; }

    /// <summary>Sub-problems bounded so far.</summary>
    public int Solved { get; private set; }

    /// <summary>Whether the side is proven: every sub-problem's bound is at most 0.</summary>
    public bool IsProven => Solved > 0 && open.Count == 0 && taken.Count == 0 && !Stuck;

    /// <summary>Whether a sub-problem has no rectifier left to split and still no proof: only less rounding could settle it.</summary>
    public bool Stuck { get; private set; }

    /// <summary>Goes on until the side is proven, a witness against it is found, or so many sub-problems have been bounded.</summary>
    /// <param name="most">Sub-problems to bound in this call.</param>
    /// <param name="search">Checks corners for witnesses; null where another thread owns it.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void GoOn(int most, WitnessSearch? search, ParallelOptions parallel)
    {
        int end = Solved + most;
        PutBack();
        if (Solved == 0)
        {
            taken.Add(root);
            Bound([root], AdamSchedule.FromPlainSlopes, search, parallel);
            taken.Clear();
        }

        while (Solved < end && open.Count > 0 && !Stuck && search?.IsOpen(Target) != false)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            (CrownSubproblem[] halves, CrownSubproblem[] leaves) = Split(parallel);
            Bound(halves, AdamSchedule.AfterSplit, search, parallel);

            // With every rectifier fixed only the multipliers are left to improve.
            Bound(leaves, AdamSchedule.OfLeaf, search, parallel);
            Stuck = leaves.Any(static l => l.Loosest.Length == 0 && !(l.Bound <= 0));
            taken.Clear();
        }
    }

    /// <summary>What an exception has left half done is open again: nothing may be proven because it was forgotten.</summary>
    private void PutBack()
    {
        if (Solved > 0)
            open.EnqueueRange(taken.Select(static p => (p, -p.Bound)));
        taken.Clear();
    }

    private void Bound(CrownSubproblem[] problems, AdamSchedule descent, WitnessSearch? search, ParallelOptions parallel)
    {
        if (problems.Length == 0)
            return;
        bounds.Optimize(problems, descent, parallel);
        Solved += problems.Length;
        CrownSubproblem[] left = [.. problems.Where(static p => !(p.Bound <= 0))];
        Proven?.AddRange(problems.Where(static p => p.Bound <= 0));
        if (search is not null)
            Attack(left, search);
        foreach (CrownSubproblem problem in left)
            open.Enqueue(problem, -problem.Bound);
    }

    /// <summary>
    /// The corners where the bounds are reached often show that the side can be reached after all; by turns they are starts of a short
    /// ascent.
    /// </summary>
    private void Attack(CrownSubproblem[] left, WitnessSearch search)
    {
        float[] points = [.. left.SelectMany(static p => p.Corner.Concat(p.Mean))];
        rounds++;
        if (left.Length > 0 && rounds % AscentEvery == 0)
            search.Ascend(Target, points, 2 * left.Length, AscentSteps);
        else
            search.Try(points, 2 * left.Length);
    }

    /// <summary>Takes the loosest problems and splits each where that helps most; those without a rectifier to split are leaves.</summary>
    private (CrownSubproblem[] Halves, CrownSubproblem[] Leaves) Split(ParallelOptions parallel)
    {
        var parents = new List<CrownSubproblem>();
        var leaves = new List<CrownSubproblem>();
        while (parents.Count < Batch && open.TryDequeue(out CrownSubproblem? problem, out _))
        {
            taken.Add(problem);
            (problem.Loosest.Length == 0 ? leaves : parents).Add(problem);
        }

        CrownSubproblem[] trials = [.. parents.SelectMany(
            static p => p.Loosest.SelectMany((n, k) => new[] { p.With(n, 1, p.LineMultipliers[k]), p.With(n, -1) }))];
        bounds.Evaluate(trials, parallel);
        var halves = new List<CrownSubproblem>();
        int at = 0;
        foreach (CrownSubproblem parent in parents)
        {
            int best = at;
            double score = double.NegativeInfinity;
            for (int c = 0; c < parent.Loosest.Length; c++, at += 2)
            {
                double gain = Gain(parent, trials[at]) * Gain(parent, trials[at + 1]);
                if (gain > score)
                    (best, score) = (at, gain);
            }

            halves.Add(trials[best]);
            halves.Add(trials[best + 1]);
        }

        return ([.. halves], [.. leaves]);
    }

    /// <summary>
    /// How much an assumption alone lowers the bound, as a share of what is to be gained; a little even where it does not, so that the
    /// other half counts.
    /// </summary>
    private static double Gain(CrownSubproblem parent, CrownSubproblem half) =>
        Math.Max(1e-3, (parent.Bound - Math.Max(0, half.Bound)) / parent.Bound);
}
