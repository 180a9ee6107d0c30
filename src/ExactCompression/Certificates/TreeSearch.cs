using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;

namespace ExactCompression.Certificates;

/// <summary>
/// Uses the search to find slopes and trees of phases, over the bounds that the checker has proven for the layers below, and tries each
/// with the checker.
/// </summary>
internal sealed class TreeSearch : IDisposable
{
    /// <summary>
    /// Slopes are stored in float32, so that a bound may be slightly higher: the second try requires this much more, as a share of the
    /// neuron's range.
    /// </summary>
    private static readonly double[] Margins = [0, 1e-6];

    /// <summary>A bound up to this, as a share of the neuron's range, may be a tie.</summary>
    private const double NearTie = 1e-6;

    private readonly AffineLayer layer;
    private readonly StabilityCheck check;
    private readonly CheckBudget budget;
    private readonly RelaxedGraph below;
    private readonly LoweredLayer top;

    public TreeSearch(InputDomain domain, AffineLayer layer, StabilityCheck check, CheckBudget budget)
    {
        (this.layer, this.check, this.budget) = (layer, check, budget);
        LoweredGraph graph = LoweredGraph.Of([.. check.Layers.Select(static b => b.Map), layer], isHidden: true);
        below = new(domain, OpposedRectifiers.Join(graph));
        top = below.AdvanceTo(1);
        foreach (BoundedLayer bounded in check.Layers)
        {
            below.Add(bounded.Lower, bounded.Upper);
            top = below.AdvanceTo(below.Graph.NumberOf(below.Layers.Count) + 1);
        }
    }

    /// <summary>A tree that proves a side, with one leaf if slopes alone suffice; null if the search does not find one.</summary>
    /// <param name="side">The side.</param>
    /// <param name="most">Maximum number of subproblems.</param>
    public PhaseTree? Prove(BoundedSide side, int most)
    {
        foreach (double margin in Margins)
        {
            var bounds = new AlphaBetaCrown(Shifted(side, margin), below);
            var leaves = new List<CrownSubproblem>();
            var search = new ReluBranchAndBound(bounds, new(side.Neuron, side.Above), side.Neuron) { Proven = leaves };
            search.Continue(most, null, budget.Parallel);
            if (!search.IsProven)
                return Ties(side, most);
            PhaseTree tree = Tree(leaves);
            List<BoundedSide> sides = PhaseTreeCheck.Sides(tree, check.Layers, side, "tree", budget);
            if (check.Bound(sides).All(static b => b <= 0))
                return tree;
        }

        return null;
    }

    /// <summary>A tree whose leaves may be ties: rounding keeps their bounds a little above 0, and exact arithmetic does not.</summary>
    private PhaseTree? Ties(BoundedSide side, int most)
    {
        var bounds = new AlphaBetaCrown(top, below);
        var open = new Stack<CrownSubproblem>([CrownSubproblem.Root(side.Neuron, side.Above, bounds.PlainSlopes())]);
        var leaves = new List<CrownSubproblem>();
        while (open.TryPop(out CrownSubproblem? problem))
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            if (most-- <= 0)
                return null;
            bounds.Optimize([problem], problem.Split.Length == 0 ? AdamSchedule.FromPlainSlopes : AdamSchedule.AfterSplit, budget.Parallel);
            if (Holds(side, problem))
            {
                leaves.Add(problem);
                continue;
            }

            int split = problem.Loosest.Concat(Rectifiers()).FirstOrDefault(n => !problem.Split.Contains(n), -1);
            if (split < 0)
                return null;
            open.Push(problem.With(split, -1));
            open.Push(problem.With(split, 1));
        }

        return Tree(leaves);
    }

    /// <summary>Whether the checker accepts a leaf; if its numbers are nearly right, without them.</summary>
    private bool Holds(BoundedSide side, CrownSubproblem problem)
    {
        BoundedSide leaf = Side(side, problem);
        double bound = check.Bound([leaf])[0];
        if (bound <= 0 && double.IsFinite(bound))
            return true;
        if (!(bound <= NearTie * Products.Size(layer.Row(side.Neuron), check.Input.Sizes)))
            return false;
        if (check.ProvesSign(leaf))
            return true;
        Array.Clear(problem.Multipliers);
        return check.ProvesSign(Side(side, problem));
    }

    private BoundedSide Side(BoundedSide side, CrownSubproblem problem) => side with
    {
        Slopes = OfOpen(problem.Slopes),
        Phases = [.. problem.Split.Select(
            (n, k) => new FixedPhase(Place(n).Layer, Place(n).Neuron, problem.Phases[k] > 0, problem.Multipliers[k]))],
    };

    private (int Layer, int Neuron) Place(int index)
    {
        int l = 0;
        for (; index >= check.Layers[l].Map.Outputs; l++)
            index -= check.Layers[l].Map.Outputs;
        return (l, index);
    }

    /// <summary>All open ReLUs below, by their index over all layers.</summary>
    private IEnumerable<int> Rectifiers()
    {
        int first = 0;
        foreach (BoundedLayer bounded in check.Layers)
        {
            foreach (int i in bounded.Open)
                yield return first + i;
            first += bounded.Map.Outputs;
        }
    }

    /// <summary>Optimised slopes for many sides at once.</summary>
    public float[][] Slopes(List<BoundedSide> sides)
    {
        var bounds = new AlphaBetaCrown(top, below);
        CrownSubproblem[] problems = [.. sides.Select(s => CrownSubproblem.Root(s.Neuron, s.Above, bounds.PlainSlopes()))];
        bounds.Optimize(problems, AdamSchedule.FromPlainSlopes, budget.Parallel);
        return [.. problems.Select(p => OfOpen(p.Slopes))];
    }

    /// <inheritdoc/>
    public void Dispose() => below.Dispose();

    /// <summary>The layer with one bias shifted against the side.</summary>
    private LoweredLayer Shifted(BoundedSide side, double margin)
    {
        double[] bias = layer.Bias.ToArray();
        double range = Products.Size(layer.Row(side.Neuron), check.Input.Sizes);
        bias[side.Neuron] += (side.Above ? margin : -margin) * range;
        return top with { Bias = bias };
    }

    private PhaseTree Tree(List<CrownSubproblem> leaves)
    {
        var splits = new List<int>();
        var numbers = new List<float[]>();
        Visit(leaves, 0);
        return new([.. splits], [.. numbers]);

        void Visit(List<CrownSubproblem> left, int depth)
        {
            if (left.Count == 1 && left[0].Split.Length == depth)
            {
                splits.Add(-1);
                numbers.Add([.. OfOpen(left[0].Slopes), .. left[0].Multipliers]);
                return;
            }

            splits.Add(left[0].Split[depth]);
            Visit(left.FindAll(p => p.Phases[depth] > 0), depth + 1);
            Visit(left.FindAll(p => p.Phases[depth] < 0), depth + 1);
        }
    }

    /// <summary>The slopes of open ReLUs only.</summary>
    private float[] OfOpen(float[] slopes)
    {
        var own = new List<float>();
        int first = 0;
        foreach (BoundedLayer bounded in check.Layers)
        {
            own.AddRange(bounded.Open.Select(i => slopes[first + i]));
            first += bounded.Map.Outputs;
        }

        return [.. own];
    }
}
