using ExactCompression.Bounds;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Branch and bound over ReLU phases: decides whether a neuron's pre-activation can have a given sign by splitting rectifiers below it.
/// Each half assumes one phase of a rectifier, and is bounded separately. The sign is proven unreachable when it is in every half; a corner
/// where a bound is attained may turn out to be a witness on the way. Work can stop at any sub-problem and continue later.
/// </summary>
internal sealed class ReluBranchAndBound
{
    /// <summary>
    /// Sub-problems that are split together: enough to keep all cores busy, few enough to work on the loosest ones first.
    /// </summary>
    private const int Batch = 32;

    /// <summary>Rounds of splitting between two ascents, and the steps of an ascent: a small share of the cost of the bounds.</summary>
    private const int AscentEvery = 4, AscentSteps = 30;

    /// <summary>Sub-problems after which a tree whose loosest bound has not moved is stalled.</summary>
    private const int Patience = 4096;

    /// <summary>A gain that counts at least, so that the other half's does, too.</summary>
    private const double LeastGain = 0.01;

    /// <summary>A bound that is this share of the first is 0 but for rounding.</summary>
    private const double Tie = 1e-12;

    private readonly PriorityQueue<CrownSubproblem, double> open = new();
    private readonly List<CrownSubproblem> taken = [];
    private ISubproblemRefinement? refinement;
    private float[]? start;
    private double least = double.PositiveInfinity;
    private int solvedAtLeast;
    private int rounds;

    /// <summary>Starts the search for whether a neuron's pre-activation can have a given sign.</summary>
    /// <param name="bounds">Bounds for the neuron's layer.</param>
    /// <param name="target">The neuron and the sign: whether <c>z</c> can be above 0, or below 0.</param>
    /// <param name="neuron">0-based neuron within its layer.</param>
    public ReluBranchAndBound(AlphaBetaCrown bounds, SignTarget target, int neuron) =>
        (Bounds, Target, Neuron) = (bounds, target, neuron);

    /// <summary>Starts the search in what the neuron depends on alone.</summary>
    /// <param name="field">What the neuron depends on; to be disposed of after this.</param>
    /// <param name="target">The neuron and the sign: whether <c>z</c> can be above 0, or below 0.</param>
    public ReluBranchAndBound(ReceptiveField field, SignTarget target)
        : this(field.Bounds, target, 0) => Field = field;

    /// <summary>The neuron and the sign.</summary>
    public SignTarget Target { get; }

    /// <summary>What the neuron depends on, where the search is in that alone; else null.</summary>
    public ReceptiveField? Field { get; }

    /// <summary>Bounds for the neuron's layer.</summary>
    public AlphaBetaCrown Bounds { get; }

    /// <summary>0-based neuron within its layer.</summary>
    public int Neuron { get; }

    /// <summary>How far the pre-activation is known to reach from 0.</summary>
    public double Range { get; init; } = 1;

    /// <summary>
    /// Receives every sub-problem that is proven, with the slopes and multipliers that prove it; null if they are not needed.
    /// </summary>
    public List<CrownSubproblem>? Proven { get; init; }

    /// <summary>The part of the domain that the search is in; null for the whole.</summary>
    public DomainPart? Part { get; init; }

    /// <summary>Receives the corners where bounds are attained, if no search checks them; null if they are not needed.</summary>
    public List<float[]>? Corners { get; init; }

    /// <summary>The bound before anything is split.</summary>
    public double First { get; private set; } = double.PositiveInfinity;

    /// <summary>The rectifiers that loosen the first bound most, loosest first, by their index over the units of all layers.</summary>
    public int[] Loosest { get; private set; } = [];

    /// <summary>The rectifier that was split first, by its index over the units of all layers; null if none was.</summary>
    public int? FirstSplit { get; private set; }

    /// <summary>Sub-problems bounded so far.</summary>
    public int Solved { get; private set; }

    /// <summary>Sub-problems that are kept for later.</summary>
    public int Open => open.Count;

    /// <summary>Whether the sign is proven unreachable: every sub-problem's bound is at most 0.</summary>
    public bool IsProven => Solved > 0 && open.Count == 0 && taken.Count == 0 && !Stuck;

    /// <summary>Whether the loosest bound has stayed where it is for long: gradient steps do not close the gap that is left.</summary>
    public bool IsStalled => Solved - solvedAtLeast >= Patience;

    /// <summary>Whether it is stuck at a bound that is 0 but for rounding: no better slopes help there.</summary>
    public bool IsTie { get; private set; }

    /// <summary>The loosest bound of all sub-problems: what is proven of the whole; 0 where each is at most 0.</summary>
    public double LoosestBound => Solved == 0 ? double.PositiveInfinity
        : taken.Select(static p => p.Bound).Append(open.Count > 0 ? open.Peek().Bound : 0).Max();

    /// <summary>
    /// Whether a sub-problem has no rectifier left to split and is still not proven: only smaller rounding errors could settle it, or
    /// tighter lines at smooth functions.
    /// </summary>
    public bool Stuck { get; private set; }

    /// <summary>
    /// Continues until the sign is proven unreachable, a witness with that sign is found, or this many sub-problems have been bounded.
    /// </summary>
    /// <param name="most">The number of sub-problems to bound in this call.</param>
    /// <param name="search">Checks corners for witnesses; null where another thread owns it.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Continue(int most, WitnessSearch? search, ParallelOptions parallel)
    {
        int end = Solved + most;
        PutBack();
        if (Solved == 0)
        {
            var root = CrownSubproblem.Root(Neuron, Target.Above, start ?? Bounds.PlainSlopes());
            root = Part?.Assume(root, int.MaxValue) ?? root;
            taken.Add(root);
            Bound([root], start is null ? AdamSchedule.FromPlainSlopes : AdamSchedule.AfterSplit, search, parallel);
            First = root.Bound;
            Loosest = root.Loosest;
            taken.Clear();
        }

        while (Solved < end && open.Count > 0 && !Stuck && search?.IsOpen(Target) != false)
        {
            parallel.CancellationToken.ThrowIfCancellationRequested();
            TakeLoosest();
            if (refinement is not null)
                Refine(search, parallel);
            CrownSubproblem[] halves = Split([.. taken.Where(static p => p.Loosest.Length > 0)], parallel),
                leaves = [.. taken.Where(static p => p.Loosest.Length == 0)];
            Bound(halves, AdamSchedule.AfterSplit, search, parallel);

            // With every rectifier fixed only the multipliers can still be improved.
            Bound(leaves, AdamSchedule.OfLeaf, search, parallel);
            foreach (CrownSubproblem leaf in leaves.Where(static l => l.Loosest.Length == 0 && !(l.Bound <= 0)))
                (Stuck, IsTie) = (true, IsTie || leaf.Bound <= Tie * First);
            taken.Clear();
            if (open.Count > 0 && open.Peek().Bound is var worst && worst < least)
                (least, solvedAtLeast) = (worst, Solved);
        }
    }

    /// <summary>Refines every sub-problem from now on before it is split.</summary>
    /// <param name="by">What refines them; null for nothing.</param>
    public void Refine(ISubproblemRefinement? by) => refinement = by;

    /// <summary>Begins the search anew with better slopes.</summary>
    /// <param name="slopes">Slopes for the whole problem, over the units of all layers below.</param>
    public void Restart(float[] slopes)
    {
        Forget();
        start = slopes;
    }

    /// <summary>Drops all sub-problems, to free their memory: the search begins anew.</summary>
    public void Forget()
    {
        open.Clear();
        taken.Clear();
        Proven?.Clear();
        (Solved, Stuck, IsTie) = (0, false, false);
        (least, solvedAtLeast) = (double.PositiveInfinity, 0);
    }

    /// <summary>Reopens what an exception has left unfinished: nothing may count as proven because it was lost.</summary>
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
        Bounds.Optimize(problems, descent, parallel);
        Solved += problems.Length;
        CrownSubproblem[] left = [.. problems.Where(static p => !(p.Bound <= 0))];
        Proven?.AddRange(problems.Where(static p => p.Bound <= 0));
        if (search is not null)
            Attack(left, search);
        else
            Corners?.AddRange(left.SelectMany(PointsOf));
        foreach (CrownSubproblem problem in left)
        {
            (problem.Corner, problem.Mean) = ([], []); // they have had their turn
            open.Enqueue(problem, -problem.Bound);
        }
    }

    /// <summary>
    /// The corners where the bounds are attained often show that the sign can be reached after all; every few rounds they are the starting
    /// points of a short ascent.
    /// </summary>
    private void Attack(CrownSubproblem[] left, WitnessSearch search)
    {
        float[][] found = [.. left.SelectMany(PointsOf)];
        float[] points = [.. found.SelectMany(p => Field?.Widen(p) ?? p)];
        int count = found.Length;
        rounds++;
        if (count > 0 && rounds % AscentEvery == 0)
            search.Ascend(Target, points, count, AscentSteps);
        else
            search.Try(points, count);
    }

    private static IEnumerable<float[]> PointsOf(CrownSubproblem problem) =>
        new[] { problem.Corner, problem.Mean }.Where(static p => p.Length > 0);

    private void TakeLoosest()
    {
        while (taken.Count < Batch && open.TryDequeue(out CrownSubproblem? problem, out _))
            taken.Add(problem);
    }

    /// <summary>Refines the problems at work that have not been refined before; those that are proven by it are done.</summary>
    private void Refine(WitnessSearch? search, ParallelOptions parallel)
    {
        CrownSubproblem[] problems = [.. taken.Where(static p => !p.IsRefined)];
        if (problems.Length == 0)
            return;
        refinement!.Refine(problems, parallel);
        Bounds.Evaluate(problems, parallel);
        Solved += problems.Length * refinement.Cost;
        foreach (CrownSubproblem problem in problems)
            problem.IsRefined = true;
        Proven?.AddRange(problems.Where(static p => p.Bound <= 0));
        taken.RemoveAll(static p => p.Bound <= 0);
        if (search is not null)
            Attack([.. taken], search);
        foreach (CrownSubproblem problem in taken)
            (problem.Corner, problem.Mean) = ([], []);
    }

    /// <summary>Splits each of some problems at the rectifier where that helps most.</summary>
    private CrownSubproblem[] Split(CrownSubproblem[] parents, ParallelOptions parallel)
    {
        CrownSubproblem[] trials = [.. parents.SelectMany(
            static p => p.Loosest.SelectMany((n, k) => new[] { p.With(n, 1, p.LineMultipliers[k]), p.With(n, -1) }))];
        Bounds.Evaluate(trials, parallel);
        var halves = new List<CrownSubproblem>();
        int at = 0;
        foreach (CrownSubproblem parent in parents)
        {
            int best = at;
            double score = double.NegativeInfinity;
            for (int c = 0; c < parent.Loosest.Length; c++, at += 2)
            {
                double gain = Score(Gain(parent, trials[at]), Gain(parent, trials[at + 1]));
                if (gain > score)
                    (best, score) = (at, gain);
            }

            halves.Add(trials[best]);
            halves.Add(trials[best + 1]);
        }

        FirstSplit ??= halves.Count > 0 ? halves[0].Split[^1] : null;
        return [.. halves];
    }

    /// <summary>How much an assumption alone lowers the bound, as a share of the possible gain.</summary>
    private static double Gain(CrownSubproblem parent, CrownSubproblem half) => (parent.Bound - Math.Max(0, half.Bound)) / parent.Bound;

    /// <summary>
    /// Joins the gains of two halves. They are added: a split that closes one half and leaves the other is worth as much as one that lowers
    /// both. Where the bound is the optimum of a linear program, though, it stays where it is unless both halves lower it; the product, as
    /// in MILP solvers, demands that.
    /// </summary>
    private double Score(double on, double off) =>
        refinement is null ? on + off : Math.Max(LeastGain, on) * Math.Max(LeastGain, off);
}
