using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Lowers a graph node by node.</summary>
internal sealed class GraphLowering
{
    private readonly NetworkGraph graph;
    private readonly LoweringLayers layers;
    private readonly UnitLowering units;
    private readonly PoolingLowering poolings;
    private readonly AffineExpression?[] values;
    private readonly bool isNodewise;
    private int unitsSoFar;

    private GraphLowering(NetworkGraph graph, bool isNodewise = false)
    {
        (this.graph, this.isNodewise) = (graph, isNodewise);
        MapShape input = graph.Inputs.Count == 1
            ? MapShapes.Of(graph.Inputs[0].Shape)
            : MapShape.Vector(graph.Inputs.Sum(static i => i.Shape.Elements));
        layers = new(input);
        units = new(layers);
        poolings = new(layers);
        values = new AffineExpression?[graph.Values];
        for (int at = 0, i = 0; i < graph.Inputs.Count; at += graph.Inputs[i++].Shape.Elements)
        {
            GraphInput part = graph.Inputs[i];
            AffineExpression all = AffineExpression.Of(part.Name, 0, input);
            values[i] = graph.Inputs.Count == 1 ? all : Reshape(Part(part.Name, all, at, part.Shape), part.Shape);
        }
    }

    /// <summary>Lowers a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <exception cref="OverflowException">A factor leaves the range of double.</exception>
    public static LoweredGraph Lower(NetworkGraph graph)
    {
        var lowering = new GraphLowering(graph);
        for (int n = 0; n < graph.Nodes.Count; n++)
            lowering.values[graph.ValueOf(n)] = lowering.LowerNode(graph.Nodes[n]);
        SoftmaxFunction?[] heads =
        [
            .. graph.Outputs.Select(
                output => lowering.HeadOf(output.Value) is { Softmax: var shape } ? new SoftmaxFunction(shape) : null),
        ];
        return new(lowering.layers.ShapeOf(0), lowering.layers.Layers, lowering.Scores(), heads: heads);
    }

    /// <summary>Lowers a graph so that each node has layers of its own, none of which does a part of another node's work.</summary>
    /// <param name="graph">The graph.</param>
    /// <exception cref="OverflowException">A factor leaves the range of double.</exception>
    public static NodewiseGraph LowerNodewise(NetworkGraph graph)
    {
        var lowering = new GraphLowering(graph, isNodewise: true);
        foreach (AffineExpression? input in lowering.values.Take(graph.Inputs.Count))
            lowering.layers.ValueOf(input!);
        var ends = new int[graph.Nodes.Count + 1];
        ends[0] = lowering.layers.Layers.Count;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            AffineExpression? value = lowering.LowerNode(graph.Nodes[n]);
            lowering.values[graph.ValueOf(n)] = value;
            if (value is not null)
                lowering.layers.ValueOf(value);
            ends[n + 1] = lowering.layers.Layers.Count;
        }

        return new(graph, new(lowering.layers.ShapeOf(0), lowering.layers.Layers, lowering.Scores()), ends);
    }

    /// <summary>What outputs are, or heads take that give them; null where some depend on other nodes that are not analysed.</summary>
    private int[]? Scores()
    {
        AffineExpression?[] scores =
            [.. graph.Outputs.Select(output => values[HeadOf(output.Value) is { Node: var node } ? node.Inputs[0] : output.Value])];
        return Array.Exists(scores, static s => s is null) ? null : Array.ConvertAll(scores, s => layers.ValueOf(s!));
    }

    /// <summary>The node that gives an output, where it is a softmax, and what that does.</summary>
    private (GraphNode Node, SoftmaxShape Softmax)? HeadOf(int output) =>
        graph.Producer(output) is { Operator: OpaqueOperator { Softmax: { } softmax } } node ? (node, softmax) : null;

    private AffineExpression? LowerNode(GraphNode node)
    {
        int layer = node.Operator is UnitOperator ? ++unitsSoFar : 0;
        AffineExpression?[] found = [.. node.Inputs.Select(value => values[value])];
        if (Array.Exists(found, static f => f is null))
            return null;
        AffineExpression[] operands = Array.ConvertAll(found, static f => f!);
        MapShape shape = MapShapes.Of(node.Shape);
        bool once = !isNodewise && operands.Length > 0 && node.Inputs.All(graph.IsReadOnce);
        return node.Operator switch
        {
            UnitOperator unit => units.Lower(node.Name, unit, operands, once, layer),
            SmoothOperator smooth => layers.Smooth(
                node.Name, operands[0], once, smooth.IsTanh ? LayerUnit.Tanh : LayerUnit.Logistic),
            DenseOperator dense => Dense(node, dense, operands[0]),
            ConvolutionOperator convolution => layers.Apply(
                node.Name,
                new ConvolutionMap(
                    convolution.Filters, convolution.Channels, operands[0].Shape, convolution.Geometry, convolution.Groups),
                operands[0], MapShapes.PerElement(convolution.Bias, shape.Count)),
            ScaleShiftOperator scale => Scale(node.Name, scale, operands[0]),
            SumOperator sum => layers.Sum(
                node.Name, shape,
                [.. operands.Select((operand, k) => (operand, (double)sum.Signs[k], !isNodewise && graph.IsReadOnce(node.Inputs[k])))]),
            MaxPoolOperator pool => poolings.Maximum(node.Name, pool.Geometry, operands[0]),
            AveragePoolOperator pool => poolings.Mean(node.Name, pool, operands[0]),
            ReductionOperator reduction => Reduce(node, reduction, operands[0]),
            ReshapeOperator => Reshape(operands[0], node.Shape),
            SelectOperator select => layers.Apply(node.Name, Selections.Of(select, graph.ShapeOf(node.Inputs[0]), node.Shape), operands[0]),
            TransposeOperator transpose => layers.Apply(
                node.Name, Selections.Of(transpose, graph.ShapeOf(node.Inputs[0]), node.Shape), operands[0]),
            ConcatOperator concat => Concat(node, concat, operands),
            ConstantOperator constant => Constant(node.Name, constant.Values, shape),
            _ => null,
        };
    }

    private AffineExpression Dense(GraphNode node, DenseOperator dense, AffineExpression operand)
    {
        MapShape output = MapShapes.Of(node.Shape);
        int repeats = node.Shape.Elements / Math.Max(1, dense.Outputs);
        ILinearMap map = repeats == 1
            ? new DenseMap(
                dense.Weights, output, operand.Shape, dense.WeightRadius is { } radius ? radius : default(ReadOnlyMemory<double>))
            : Selections.AlongLastAxis(dense, output, operand.Shape, repeats);
        double[] Repeated(double[] entries) => [.. Enumerable.Range(0, output.Count).Select(i => entries[i % entries.Length])];
        return layers.Apply(
            node.Name, map, operand, Repeated(dense.Bias), dense.BiasRadius is null ? null : Repeated(dense.BiasRadius));
    }

    private AffineExpression Scale(string name, ScaleShiftOperator scale, AffineExpression operand)
    {
        AffineMap map = scale.Map();
        MapShape shape = operand.Shape;
        double[] Expand(double[] entries) => scale.PerChannel ? MapShapes.PerElement(entries, shape.Count) : entries;
        double[]? ExpandRadius(double[]? entries) => entries is null ? null : Expand(entries);
        var diagonal = map.IsShift
            ? new DiagonalMap(shape)
            : new DiagonalMap(shape, Expand(map.Weights), ExpandRadius(map.WeightRadius));
        return layers.Apply(name, diagonal, operand, Expand(map.Bias), ExpandRadius(map.BiasRadius));
    }

    private AffineExpression Reduce(GraphNode node, ReductionOperator reduction, AffineExpression operand)
    {
        TensorShape input = graph.ShapeOf(node.Inputs[0]);
        AffineExpression sums = layers.Apply(node.Name, Selections.Of(reduction, input, node.Shape), operand);
        int count = reduction.Axes.Aggregate(1, (n, axis) => n * input[axis]);
        return reduction.IsMean && count > 1 ? poolings.Quotient(node.Name, sums, _ => count) : sums;
    }

    private AffineExpression Concat(GraphNode node, ConcatOperator concat, AffineExpression[] operands)
    {
        MapShape shape = MapShapes.Of(node.Shape);
        var terms = new List<LinearTerm>();
        int at = 0;
        for (int k = 0; k < operands.Length; k++)
        {
            TensorShape part = graph.ShapeOf(node.Inputs[k]);
            terms.Add(new(layers.ValueOf(operands[k]), Selections.Embedding(part, node.Shape, concat.Axis, at)));
            at += part[concat.Axis];
        }

        return new(node.Name, shape, terms, new double[shape.Count]);
    }

    private AffineExpression Reshape(AffineExpression operand, TensorShape shape)
    {
        MapShape arrangement = MapShapes.Of(shape);
        return arrangement == operand.Shape ? operand : AffineExpression.Of(operand.Name, layers.ValueOf(operand), arrangement);
    }

    private AffineExpression Part(string name, AffineExpression all, int start, TensorShape shape)
    {
        int[] channels = [.. Enumerable.Range(start, shape.Elements)];
        return layers.Apply(name, new SelectionMap(all.Shape, channels, [0], [0]), all);
    }

    /// <summary>A constant is a map of the input that is 0 everywhere, and a bias.</summary>
    private AffineExpression Constant(string name, double[] constants, MapShape shape)
    {
        var none = new int[shape.Channels];
        Array.Fill(none, -1);
        var map = new SelectionMap(layers.ShapeOf(0), none, new int[shape.Height], new int[shape.Width]);
        return new(name, shape, [new(0, map)], constants);
    }
}
