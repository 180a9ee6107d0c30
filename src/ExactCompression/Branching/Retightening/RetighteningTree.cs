using ExactCompression.Bounds;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Branch and bound over ReLU phases in which the layers between are bounded anew. On each part of the domain a tree of plain sub-problems
/// is tried, whose rectifiers keep the ranges that they have over the part; where that stays open, the part is halved, and each half bounds
/// all layers anew. What plain trees close by sheer number, ranges that shrink with every phase close early.
/// </summary>
internal sealed class RetighteningTree
{
    /// <summary>Parts that are worked on together: the same for any number of threads, since the choice depends on it.</summary>
    private const int Batch = 4;

    /// <summary>The smallest number of sub-problems of a part's plain tree, and the largest unless another is given.</summary>
    private const int LeastBudget = 32, MostBudget = 1024;

    /// <summary>
    /// With this many fixed phases and more, a part is halved where its plain tree was; with fewer, every choice is tried.
    /// </summary>
    private const int StrongDepth = 5;

    /// <summary>What a half gains beyond this share of the bound does not count.</summary>
    private const double LeastScore = 0.05;

    /// <summary>A plain tree goes on if it seems to close within this many doublings of its sub-problems.</summary>
    private const double Ahead = 3;

    /// <summary>How many passes through all weights a plain sub-problem takes, about.</summary>
    private const int PassesOfProblem = 100;

    /// <summary>Passes for the bounds of a part above which it is not worth bounding anew, times the number of weights.</summary>
    private const double MostProducts = 4e10;

    /// <summary>Memory for the bounds of parts that wait.</summary>
    private const long BytesWaiting = 512L << 20;

    private readonly ReluBranchAndBound tree;
    private readonly PartBounds bounds;
    private readonly PriorityQueue<DomainPart, double> open = new();
    private readonly List<DomainPart> taken = [];
    private readonly int cost;
    private readonly int budget;

    private RetighteningTree(ReluBranchAndBound tree, PartBounds bounds, int budget)
    {
        (this.tree, this.bounds, this.budget) = (tree, bounds, budget);
        cost = (int)Math.Min(int.MaxValue / 2, bounds.Passes / PassesOfProblem);
        open.Enqueue(bounds.Whole(), double.NegativeInfinity);
    }

    /// <summary>The neuron and the sign.</summary>
    public SignTarget Target => tree.Target;

    /// <summary>Sub-problems bounded so far; the bounds of a part count as what they cost.</summary>
    public long Solved { get; private set; }

    /// <summary>Parts that are kept for later.</summary>
    public int Open => open.Count;

    /// <summary>The loosest bound of the parts that are kept for later; 0 if there are none.</summary>
    public double Bound => open.Count > 0 ? open.Peek().Bound : 0;

    /// <summary>Whether the sign is proven unreachable.</summary>
    public bool IsProven => open.Count == 0 && taken.Count == 0 && !Stuck;

    /// <summary>Whether a part cannot be halved any more and is still open, or there is no room for more parts.</summary>
    public bool Stuck { get; private set; }

    /// <summary>Prepares a search.</summary>
    /// <param name="tree">The plain tree; not modified, and its bounds must stay in use as long as this is.</param>
    /// <param name="budget">The largest number of sub-problems of a part's plain tree; null for the usual one.</param>
    /// <returns>The search, or null where bounding the layers anew would take too long.</returns>
    public static RetighteningTree? Of(ReluBranchAndBound tree, int? budget = null)
    {
        var bounds = new PartBounds(tree.Bounds.Network);
        long weights = tree.Bounds.Network.Layers.Sum(static r => r.Layer.Weights);
        return bounds.Passes * (double)weights <= MostProducts ? new(tree, bounds, budget ?? MostBudget) : null;
    }

    /// <summary>
    /// Continues until the sign is proven unreachable, a witness is found, or about this many sub-problems have been bounded.
    /// </summary>
    /// <param name="most">The number of sub-problems to bound in this call.</param>
    /// <param name="search">Checks corners for witnesses; null for none.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public void Continue(long most, WitnessSearch? search, ParallelOptions parallel)
    {
        // What an exception has left unfinished waits again: nothing may count as proven because it was lost.
        open.EnqueueRange(taken.Select(static p => (p, -p.Bound)));
        taken.Clear();
        for (long end = Solved + most; Solved < end && open.Count > 0 && !Stuck && search?.IsOpen(Target) != false;)
        {
            while (taken.Count < Batch && open.TryDequeue(out DomainPart? part, out _))
                taken.Add(part);
            var outcomes = new Outcome[taken.Count];
            Parallel.For(0, taken.Count, parallel, k => outcomes[k] = Run(taken[k], parallel));
            Solved += outcomes.Sum(static o => o.Solved);
            if (search is not null)
                Attack(outcomes, search);
            foreach (DomainPart half in outcomes.SelectMany(static o => o.Halves))
                open.Enqueue(half, -half.Bound);
            taken.Clear();
            Stuck |= outcomes.Any(static o => o.IsStuck) || open.Count * 2L * sizeof(double) * bounds.Units > BytesWaiting;
        }
    }

    private Outcome Run(DomainPart part, ParallelOptions parallel)
    {
        // Parts are copied when they are halved, so that this may be repeated after an exception.
        using RelaxedGraph? below = bounds.Tighten(part, parallel);
        if (below is null)
            return new([], [], cost, false);
        List<float[]> corners = [];
        ReluBranchAndBound plain = PlainTree(part, below, corners);
        Grow(plain, parallel);
        part.Bound = Math.Min(part.Bound, plain.First);
        if (plain.IsProven || plain.FirstSplit is not { } first)
            return new([], corners, cost + plain.Solved, !plain.IsProven);
        int trials = part.Rectifiers.Length < StrongDepth ? plain.Loosest.Length : 0;
        int split = trials == 0 ? first : plain.Loosest.MinBy(rectifier => Score(part, rectifier, parallel));
        return new([part.With(split, 1), part.With(split, -1)], corners, cost + plain.Solved + (2L * trials * cost), false);
    }

    /// <summary>
    /// How loose the bounds of a part's halves are, if it is halved at a rectifier (strong branching). The first few choices count in all
    /// parts below, so that they are worth the bounds of all layers in every half.
    /// </summary>
    private double Score(DomainPart part, int rectifier, ParallelOptions parallel) =>
        Score(part.With(rectifier, 1), parallel) * Score(part.With(rectifier, -1), parallel);

    private double Score(DomainPart half, ParallelOptions parallel)
    {
        double least = LeastScore * half.Bound;
        using RelaxedGraph? below = bounds.Tighten(half, parallel);
        if (below is null)
            return least;
        ReluBranchAndBound plain = PlainTree(half, below, null);
        plain.Continue(1, null, parallel);
        return Math.Max(least, plain.First);
    }

    private ReluBranchAndBound PlainTree(DomainPart part, RelaxedGraph below, List<float[]>? corners) =>
        new(new AlphaBetaCrown(tree.Bounds.Layer, below), Target, tree.Neuron) { Part = part, Corners = corners };

    /// <summary>
    /// Grows a part's plain tree while it is likely to close: its bound falls by about the same with every doubling of the sub-problems.
    /// </summary>
    private void Grow(ReluBranchAndBound plain, ParallelOptions parallel)
    {
        for (int solved = Math.Min(LeastBudget, budget); ; solved *= 2)
        {
            plain.Continue(solved - plain.Solved, null, parallel);
            if (plain.IsProven || plain.Stuck || solved >= budget)
                return;
            double gained = 1 - (plain.LoosestBound / plain.First), doublings = Math.Log2(solved);
            if (gained * (doublings + Ahead) < doublings)
                return;
        }
    }

    private void Attack(Outcome[] outcomes, WitnessSearch search)
    {
        float[][] corners = [.. outcomes.SelectMany(static o => o.Corners)];
        search.Try([.. corners.SelectMany(c => tree.Field?.Widen(c) ?? c)], corners.Length);
    }

    /// <summary>What became of a part.</summary>
    /// <param name="Halves">Its halves; none where it is closed.</param>
    /// <param name="Corners">Points to try.</param>
    /// <param name="Solved">Sub-problems bounded.</param>
    /// <param name="IsStuck">Whether it is open without halves.</param>
    private readonly record struct Outcome(DomainPart[] Halves, IReadOnlyList<float[]> Corners, long Solved, bool IsStuck);
}
