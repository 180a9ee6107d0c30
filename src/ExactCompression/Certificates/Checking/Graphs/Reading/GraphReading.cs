using ExactCompression.Networks;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Reads a network as values. Each operator gives the values that its definition says, one after another; nothing is joined, so that what a
/// compression left as it was is the same value in both networks.
/// </summary>
internal sealed class GraphReading
{
    private readonly CheckedValues values;
    private readonly UnitReading units;
    private readonly NetworkGraph graph;
    private readonly string name;

    private GraphReading(NetworkGraph graph, string name, CheckedValues values) =>
        (this.graph, this.name, this.values, units) = (graph, name, values, new(values));

    /// <summary>Reads a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <param name="ofFile">Whether a chain of dense layers is read as the graph that its file states, before nodes were joined.</param>
    /// <exception cref="Refusal">It has an operator whose meaning the graph does not hold, or takes too much.</exception>
    public static CheckedGraph Read(ReluNetwork network, string name, CheckBudget budget, bool ofFile = false)
    {
        var values = new CheckedValues(name, budget);
        if ((network.Graph ?? (ofFile ? network.SourceGraph : null)) is not { } graph)
            return OfDense(network, values);
        var reading = new GraphReading(graph, name, values);
        int input = values.Add(new InputValue(graph.Inputs[0].Name, network.InputSize));
        var found = new int[graph.Values];
        for (int i = 0, first = 0; i < graph.Inputs.Count; first += graph.Inputs[i++].Shape.Elements)
            found[i] = values.Select(graph.Inputs[i].Name, input, [.. Enumerable.Range(first, graph.Inputs[i].Shape.Elements)]);
        var layers = new List<int>();
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            if (graph.Nodes[n].Operator is UnitOperator)
                layers.Add(values.Rectifiers.Count);
            found[graph.ValueOf(n)] = reading.Read(graph.Nodes[n], [.. graph.Nodes[n].Inputs.Select(v => found[v])]);
        }

        return values.ToGraph([.. graph.Outputs.Select(o => found[o.Value])], layers);
    }

    /// <summary>A chain of dense layers; what rectifies its outputs is no hidden layer.</summary>
    private static CheckedGraph OfDense(ReluNetwork network, CheckedValues values)
    {
        int value = values.Add(new InputValue("input", network.InputSize));
        for (int l = 0; l < network.DenseLayers.Count; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            string name = FormattableString.Invariant($"layer {l + 1}");
            value = values.Affine(
                name, layer.Bias.ToArray(), layer.BiasRadius.IsEmpty ? null : layer.BiasRadius.ToArray(),
                new CheckedTerm(value, new MatrixRows(layer.Weights, layer.WeightRadius, layer.Outputs, layer.Inputs)));
            if (layer.Activation == Activation.Relu)
                value = values.Rectify(name, value, isClaimed: l < network.Depth);
        }

        return values.ToGraph([value], Enumerable.Range(0, network.Depth));
    }

    private int Read(GraphNode node, int[] x)
    {
        TensorShape before = node.Inputs.Count > 0 ? graph.ShapeOf(node.Inputs[0]) : node.Shape, after = node.Shape;
        return node.Operator switch
        {
            UnitOperator unit => units.Read(node.Name, unit, x),
            SmoothOperator smooth => values.Add(new OpaqueValue(node.Name, after.Elements, x, smooth.Name)),
            OpaqueOperator { Content.Length: > 0 } opaque => values.Add(
                new OpaqueValue(node.Name, after.Elements, x, MeaningOf(node, opaque)) { Softmax = SoftmaxOf(opaque, before, after) }),
            DenseOperator dense => Dense(node, dense, x[0]),
            ConvolutionOperator convolution => values.Affine(
                node.Name, PerElement(convolution.Bias, after), null,
                new CheckedTerm(x[0], new ConvolutionRows(convolution, before, after))),
            ScaleShiftOperator scale => Scale(node, scale, x[0]),
            SumOperator sum => values.Sum(node.Name, 0, [.. x.Select((v, k) => (v, (double)sum.Signs[k]))]),
            MaxPoolOperator pool => WindowReading.Largest(values, node.Name, pool, before, after, x[0]),
            AveragePoolOperator pool => values.Map(node.Name, x[0], WindowReading.Means(pool, before, after, values.Budget)),
            ReductionOperator reduction => values.Map(node.Name, x[0], Arrangements.Reduction(reduction, before, after)),
            ReshapeOperator => x[0],
            SelectOperator select => values.Select(node.Name, x[0], Arrangements.Selection(select, before, after)),
            TransposeOperator transpose => values.Select(node.Name, x[0], Arrangements.Transposition(transpose, before, after)),
            ConcatOperator concat => Concat(node, concat, x),
            ConstantOperator constant => values.Affine(node.Name, constant.Values, null),
            _ => throw new Refusal(
                $"{name}, {node.Name}",
                $"What the operator {node.Operator.Name} does is not held by the network's file alone, so that nothing is proven of it."),
        };
    }

    /// <summary>
    /// What a node that is not analysed does: what its file says of it, field by field, to values of these shapes. The logistic function
    /// and the tangent, of which more is known, go by their names alone.
    /// </summary>
    private string MeaningOf(GraphNode node, OpaqueOperator opaque) =>
        $"{opaque.Name}: {opaque.Content}, {string.Join(", ", node.Inputs.Select(graph.ShapeOf))} to {node.Shape}";

    /// <summary>How the elements of a softmax belong together; null for another operator, and where the shapes do not fit one.</summary>
    private static CheckedSoftmax? SoftmaxOf(OpaqueOperator opaque, TensorShape before, TensorShape after) =>
        opaque.Softmax is { Count: > 0 and var count, Step: > 0 and var step, IsLogarithm: var isLogarithm }
        && before.Elements == after.Elements && after.Elements % ((long)count * step) == 0
            ? new(count, step, isLogarithm) : null;

    private int Dense(GraphNode node, DenseOperator dense, int x)
    {
        double[] Repeated(double[] entries) => [.. Enumerable.Range(0, node.Shape.Elements).Select(i => entries[i % entries.Length])];
        int vectors = node.Shape.Elements / Math.Max(1, dense.Outputs);
        return values.Affine(
            node.Name, Repeated(dense.Bias), dense.BiasRadius is null ? null : Repeated(dense.BiasRadius),
            new CheckedTerm(x, new MatrixRows(dense.Weights, dense.WeightRadius ?? [], dense.Outputs, dense.Inputs, vectors)));
    }

    /// <summary>
    /// Arithmetic with constants, as the file states it: <c>s x + t</c>, <c>x / d</c>, or <c>(x - m) (s / sqrt(v + e)) + t</c>.
    /// </summary>
    private int Scale(GraphNode node, ScaleShiftOperator scale, int x)
    {
        AffinePart part = scale.Part;
        double[] Expanded(double[] entries) => scale.PerChannel ? PerElement(entries, node.Shape) : entries;
        double[][] numbers = [.. part.Values.Select(Expanded)];
        switch (part.Kind)
        {
            case AffinePartKind.Elementwise:
                return values.Affine(node.Name, numbers[1], null, new CheckedTerm(x, new DiagonalRows(numbers[0])));
            case AffinePartKind.Divide:
                return values.Map(node.Name, x, DiagonalRows.Of([.. numbers[0].Select(static d =>
                {
                    (double value, double radius) = Ratios.Reciprocal(d);
                    return (value, radius, new EntryOrigin('/', 1, d));
                })]));
            case AffinePartKind.BatchNormalization:
                (double[] factor, double[] shift, double[] mean, double[] variance) = (numbers[0], numbers[1], numbers[2], numbers[3]);
                int centred = values.Shifted(node.Name, x, Array.ConvertAll(mean, static m => -m));
                return values.Affine(node.Name, shift, null, new CheckedTerm(centred, DiagonalRows.Of([.. factor.Select((s, i) =>
                {
                    (double value, double radius) = Ratios.OverRoot(s, variance[i], part.Epsilon);
                    return (value, radius, new EntryOrigin('r', s, variance[i], part.Epsilon));
                })])));
            default:
                throw new Refusal($"{name}, {node.Name}", $"Arithmetic of kind {part.Kind} is not known.");
        }
    }

    private int Concat(GraphNode node, ConcatOperator concat, int[] x)
    {
        var terms = new CheckedTerm[x.Length];
        for (int k = 0, first = 0; k < x.Length; k++)
        {
            TensorShape part = graph.ShapeOf(node.Inputs[k]);
            terms[k] = new(x[k], new SelectedRows(Arrangements.Part(part, node.Shape, concat.Axis, first), part.Elements));
            first += part[concat.Axis];
        }

        return values.Affine(node.Name, new double[node.Shape.Elements], null, terms);
    }

    /// <summary>A number for each channel as one for each element.</summary>
    private static double[] PerElement(double[] entries, TensorShape shape)
    {
        int plane = shape.Elements / Math.Max(1, entries.Length);
        return [.. Enumerable.Range(0, shape.Elements).Select(i => entries[i / plane])];
    }
}
