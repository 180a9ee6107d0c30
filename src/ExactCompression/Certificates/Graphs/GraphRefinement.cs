using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Certificates.Checking;
using ExactCompression.Networks;

namespace ExactCompression.Certificates;

/// <summary>
/// Uses the search to find slopes and trees of phases for a graph, over the bounds that the checker has proven of the rectifiers below, and
/// tries each with the checker.
/// </summary>
internal sealed class GraphRefinement : IDisposable
{
    /// <summary>
    /// Slopes are stated as shares of 255, so that a bound may be higher than the search's: the first try requires this much more, as a
    /// share of the neuron's range.
    /// </summary>
    private const double Margin = 1e-3;

    private readonly GraphCheck check;
    private readonly CheckBudget budget;
    private readonly RelaxedGraph below;
    private readonly int[] places; // of values among the rectified ones
    private readonly TranslatedNeurons? translated;
    private readonly NeuronLayout layout;
    private readonly List<int> starts = []; // for each rectified value so far, where the search's numbers of its elements begin
    private LoweredLayer? top;
    private int units;

    /// <summary>Begins with the input.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">The network as the checker does.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="check">What the checker has proven.</param>
    /// <param name="budget">Its budget.</param>
    public GraphRefinement(ReluNetwork network, CheckedGraph graph, InputDomain domain, GraphCheck check, CheckBudget budget)
    {
        (this.check, this.budget) = (check, budget);
        below = new(domain, network.Lowered);
        places = new int[graph.Values.Count];
        bool[] isUnknown = UnknownValues(graph);
        int count = 0;
        foreach (int value in graph.Rectifiers.Where(value => !isUnknown[value]))
            places[value] = count++;
        layout = new(network);
        translated = TranslatedNeurons.Of(network.Lowered, domain, layout);
    }

    /// <summary>Which values depend on nodes that nothing is known of.</summary>
    /// <param name="graph">The graph.</param>
    public static bool[] UnknownValues(CheckedGraph graph)
    {
        var unknown = new bool[graph.Values.Count];
        for (int v = 0; v < unknown.Length; v++)
            unknown[v] = graph.Values[v] is OpaqueValue { Steepest: null }
                || GraphSimulation.SourcesOf(graph.Values[v]).Any(source => unknown[source]);
        return unknown;
    }

    /// <summary>Goes on to the next rectifiers.</summary>
    public void Advance()
    {
        int before = below.Layers.Count;
        top = below.AdvanceTo(starts.Count + 1);
        units += below.Layers.Skip(before).Where(static r => !r.Layer.IsLinear).Sum(static r => r.Layer.Width);
    }

    /// <summary>Takes what is proven of them.</summary>
    /// <param name="source">The value that they take.</param>
    public void Add(int source)
    {
        below.Add(check.Bounds.Lower(source), check.Bounds.Upper(source));
        starts.Add(units);
        units += check.Bounds.Lower(source).Length;
    }

    /// <summary>
    /// The first of the rectifiers that are the same function of a shifted input as one of the next ones: what proves something of one may
    /// do so for the others.
    /// </summary>
    /// <param name="element">The rectifier.</param>
    public int FirstAlike(int element) => translated is null
        ? element
        : translated.FirstOf(layout.Offsets[starts.Count] + element) - layout.Offsets[starts.Count];

    /// <summary>Optimised slopes for each of some sides of the rectifiers' arguments.</summary>
    /// <param name="sides">The sides.</param>
    public GraphSide[] Optimized(IReadOnlyList<GraphSide> sides)
    {
        var bounds = new AlphaBetaCrown(top!, below);
        float[] plain = bounds.PlainSlopes();
        var found = new List<GraphSide>();
        foreach (GraphSide[] chunk in sides.Chunk(Math.Max(1, bounds.MostAtWork)))
        {
            CrownSubproblem[] problems = [.. chunk.Select(s => CrownSubproblem.Root(s.Element, s.Above, plain))];
            bounds.Optimize(problems, AdamSchedule.FromPlainSlopes, budget.Parallel);
            IReadOnlyList<(int Value, int Element)>[] fields = check.Fields(chunk);
            found.AddRange(chunk.Select((side, k) => side with { Lines = new(fields[k], OfField(fields[k], problems[k].Slopes), []) }));
        }

        return [.. found];
    }

    /// <summary>A tree that proves that a side is never above 0; null if the search does not find one that the checker accepts.</summary>
    /// <param name="side">The side.</param>
    /// <param name="most">Maximum number of subproblems.</param>
    public PhaseTree? Prove(GraphSide side, int most)
    {
        foreach (double margin in (double[])[Margin, 0])
        {
            var leaves = new List<CrownSubproblem>();
            var search = new ReluBranchAndBound(new(Shifted(side, margin), below), new(side.Element, side.Above), side.Element)
            {
                Proven = leaves,
            };
            search.Continue(most, null, budget.Parallel);
            if (!search.IsProven || Tree(side, leaves) is not { } tree)
                continue;
            if (IsProof(tree, side))
                return tree;
        }

        return null;
    }

    /// <summary>Whether a tree proves that a side is never above 0.</summary>
    /// <param name="tree">The tree, which may be that of another neuron.</param>
    /// <param name="side">The side.</param>
    public bool IsProof(PhaseTree tree, GraphSide side)
    {
        try
        {
            List<GraphSide> sides = GraphTree.Sides(tree, check.Fields([side])[0], side, "tree", budget);
            return check.Bound(sides).All(static b => b <= 0 && double.IsFinite(b));
        }
        catch (Refusal e) when (e.Place.StartsWith("tree", StringComparison.Ordinal))
        {
            return false; // it is for a neuron with more or fewer open rectifiers below
        }
    }

    /// <inheritdoc/>
    public void Dispose() => below.Dispose();

    private LoweredLayer Shifted(GraphSide side, double margin)
    {
        double[] bias = top!.Bias.ToArray();
        double range = check.Bounds.Upper(side.Value)[side.Element] - check.Bounds.Lower(side.Value)[side.Element];
        bias[side.Element] += (side.Above ? margin : -margin) * (double.IsFinite(range) ? range : 0);
        return top with { Bias = bias };
    }

    private float[] OfField(IReadOnlyList<(int Value, int Element)> field, float[] slopes) =>
        [.. field.Select(place => GraphCertificateText.Share(slopes[NumberOf(place)]))];

    private int NumberOf((int Value, int Element) place) => starts[places[place.Value]] + place.Element;

    /// <summary>The tree of some leaves; null where it splits a rectifier that the checker knows the phase of.</summary>
    private PhaseTree? Tree(GraphSide side, List<CrownSubproblem> leaves)
    {
        IReadOnlyList<(int Value, int Element)> field = check.Fields([side])[0];
        var places = new Dictionary<int, int>();
        for (int k = 0; k < field.Count; k++)
            places[NumberOf(field[k])] = k;
        var splits = new List<int>();
        var numbers = new List<float[]>();
        return Visit(leaves, 0) ? new([.. splits], [.. numbers]) : null;

        bool Visit(List<CrownSubproblem> left, int depth)
        {
            if (left.Count == 1 && left[0].Split.Length == depth)
            {
                splits.Add(-1);
                numbers.Add([.. OfField(field, left[0].Slopes), .. left[0].Multipliers]);
                return true;
            }

            if (left.Count == 0 || !places.TryGetValue(left[0].Split[depth], out int place))
                return false;
            splits.Add(place);
            return Visit(left.FindAll(p => p.Phases[depth] > 0), depth + 1) && Visit(left.FindAll(p => p.Phases[depth] < 0), depth + 1);
        }
    }
}
