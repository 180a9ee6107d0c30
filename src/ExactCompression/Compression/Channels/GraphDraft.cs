using ExactCompression.Compression.Rewriting;
using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>The layer of the original network that a unit node is, and which of its channels are left.</summary>
/// <param name="Layer">1-based layer of the original.</param>
/// <param name="Shape">Its shape there.</param>
/// <param name="Channels">For each channel, the original's; -1 for a new one.</param>
internal sealed record UnitOrigin(int Layer, TensorShape Shape, int[] Channels)
{
    /// <summary>Which positions of a channel are left; null for all.</summary>
    public int[]? Places { get; init; }

    /// <summary>Neurons of a channel that are left.</summary>
    public int Plane => Places?.Length ?? All;

    private int All => Shape.Count == 0 ? 1 : Shape.Elements / Shape[0];

    /// <summary>The same where some positions of each channel are left.</summary>
    /// <param name="places">Positions among those that were left.</param>
    public UnitOrigin At(int[] places) => this with { Places = Places is { } own ? Array.ConvertAll(places, p => own[p]) : places };

    /// <summary>The original's neurons in some of its channels, increasing.</summary>
    /// <param name="channels">Channels of the original; those below 0 have none.</param>
    public int[] Neurons(IEnumerable<int> channels) =>
        [.. channels.Where(static c => c >= 0).Order().SelectMany(c => (Places ?? Enumerable.Range(0, All)).Select(p => (c * All) + p))];
}

/// <summary>
/// A graph between the original and the stored result: each step makes a new one, and the proven bound of the deviation from the original
/// grows by what the step adds. Weights are in double and taken as exact; <see cref="StoredGraph"/> bounds the rounding of storing them.
/// Immutable.
/// </summary>
internal sealed record GraphDraft
{
    private ValueRanges? ranges;
    private NetworkSize? size;

    /// <summary>Makes an empty draft, for initializers.</summary>
    private GraphDraft()
    {
    }

    /// <summary>Copies all but the ranges and the size, which belong to one graph.</summary>
    private GraphDraft(GraphDraft other) => (Domain, Edit, Units, Origins, Deviation, Steps) =
        (other.Domain, other.Edit, other.Units, other.Origins, other.Deviation, other.Steps);

    /// <summary>The ends of the inputs, one after another.</summary>
    public required (double[] Lower, double[] Upper) Domain { get; init; }

    /// <summary>How the graph was made from the original.</summary>
    public required GraphEdit Edit { get; init; }

    /// <summary>For each node, proven bounds of its pre-activations in this graph; null for one that is no unit.</summary>
    public required IReadOnlyList<UnitBounds?> Units { get; init; }

    /// <summary>For each node, the layer that it is; null for one that is no unit.</summary>
    public required IReadOnlyList<UnitOrigin?> Origins { get; init; }

    /// <summary>A proven bound over the domain of the deviation of any output from the original's.</summary>
    public double Deviation { get; init; }

    /// <summary>The steps so far.</summary>
    public IReadOnlyList<CompressionStep> Steps { get; init; } = [];

    /// <summary>The graph.</summary>
    public NetworkGraph Graph => Edit.Edited;

    /// <summary>Proven ranges of all values.</summary>
    public ValueRanges Ranges => ranges ??= ValueRanges.Of(Graph, Domain, Units);

    /// <summary>The size of the graph; weights that nodes share are counted once, as a file holds them.</summary>
    public NetworkSize Size => size ??= new(
        Graph.Nodes.Sum(static n => n.Operator is UnitOperator ? (long)n.Shape.Elements : 0),
        Graph.Nodes.Sum(static n => n.Operator.NonZeroConnectionCount),
        SharedWeights.Count(Edit),
        Graph.Nodes.Sum(static n => n.Operator.ParameterCount),
        Graph.Nodes.Sum(static n => n.Operator.MultiplyAdds(n.Shape)));

    /// <summary>The layer of the original that a node belongs to: that of the next unit node, else the output layer.</summary>
    /// <param name="node">The node's place.</param>
    public int LayerOf(int node) =>
        Origins.Skip(node).FirstOrDefault(static o => o is not null)?.Layer ?? Origins.Max(static o => o?.Layer ?? 0) + 1;

    /// <summary>The original unchanged.</summary>
    /// <param name="table">The verdicts.</param>
    public static GraphDraft Of(StabilityTable table)
    {
        NetworkGraph graph = table.Network.Graph!;
        var units = new UnitBounds?[graph.Nodes.Count];
        var origins = new UnitOrigin?[graph.Nodes.Count];
        for (int n = 0, layer = 1, at = 0; n < graph.Nodes.Count; n++)
        {
            TensorShape shape = graph.Nodes[n].Shape;
            if (graph.Nodes[n].Operator is not UnitOperator)
                continue;
            NeuronStability[] neurons = [.. table.Neurons.Skip(at).Take(shape.Elements)];
            units[n] = new(
                Array.ConvertAll(neurons, static s => double.IsNaN(s.LowerBound) ? double.NegativeInfinity : s.LowerBound),
                Array.ConvertAll(neurons, static s => double.IsNaN(s.UpperBound) ? double.PositiveInfinity : s.UpperBound),
                Array.ConvertAll(neurons, static s => s.State));
            origins[n] = new(layer++, shape, [.. Enumerable.Range(0, shape.Count == 0 ? 1 : shape[0])]);
            at += shape.Elements;
        }

        return new()
        {
            Domain = (table.Domain.Lower.ToArray(), table.Domain.Upper.ToArray()), Edit = GraphEdit.None(graph), Units = units,
            Origins = origins,
        };
    }

    /// <summary>The draft after an edit.</summary>
    /// <param name="edit">The edit of <see cref="Graph"/>.</param>
    /// <param name="sources">For each node after it, how far what it gives differs for the same input; null for not at all.</param>
    /// <param name="units">For each node after it, the bounds of its pre-activations, before anything below has moved.</param>
    /// <param name="origins">For each node after it, the layer that it is.</param>
    /// <param name="steps">What was done.</param>
    public GraphDraft After(
        GraphEdit edit, IReadOnlyList<double[]?> sources, UnitBounds?[] units, IReadOnlyList<UnitOrigin?> origins,
        params IEnumerable<CompressionStep> steps)
    {
        NetworkGraph graph = edit.Edited;
        double[]?[] moved = ValueMoves.Of(graph, sources, units);
        for (int n = 0; n < units.Length; n++)
        {
            if (units[n] is { } bounds && Moves(graph.Nodes[n], moved) is { } by)
                units[n] = bounds.Widened(by);
        }

        return this with
        {
            Edit = Edit.Then(edit), Units = units, Origins = origins, Steps = [.. Steps, .. steps],
            Deviation = Numerics.UpperBound.Add(Deviation, ValueMoves.OfOutputs(graph, moved)),
        };
    }

    /// <summary>The same draft with what is kept of its units after channels have been removed.</summary>
    /// <param name="edit">The removal.</param>
    /// <param name="steps">What was done.</param>
    public GraphDraft Selected(GraphEdit edit, IEnumerable<CompressionStep> steps)
    {
        int count = edit.Edited.Nodes.Count, inputs = edit.Edited.Inputs.Count;
        var units = new UnitBounds?[count];
        var origins = new UnitOrigin?[count];
        for (int n = 0; n < count; n++)
        {
            int before = edit.Origins[edit.Edited.ValueOf(n)] - inputs;
            if (before < 0 || Units[before] is not { } bounds)
                continue;
            AxisSelection? selection = edit.Selections[edit.Edited.ValueOf(n)];
            (units[n], origins[n]) = selection is null
                ? (bounds, Origins[before])
                : (bounds.Take(selection.Elements(Graph.Nodes[before].Shape)), Origins[before]! with
                {
                    Channels = selection.Axis == 0
                        ? Array.ConvertAll(selection.Kept, i => Origins[before]!.Channels[i])
                        : Origins[before]!.Channels,
                });
        }

        return After(edit, new double[]?[count], units, origins, steps);
    }

    /// <summary>How far the pre-activations of a unit move; null for not at all.</summary>
    private static double[]? Moves(GraphNode node, double[]?[] moved)
    {
        double[]? first = moved[node.Inputs[0]], last = moved[node.Inputs[^1]];
        if (node.Operator is HardSigmoidOperator hard && first is not null)
            return Array.ConvertAll(first, m => Numerics.UpperBound.Multiply(Math.Abs(hard.Alpha), m));
        if (node.Inputs.Count == 1 || first is null || last is null)
            return first ?? last;
        return [.. first.Zip(last, Numerics.UpperBound.Add)]; // the difference of two values
    }
}
