using ExactCompression.Networks;

namespace ExactCompression.Tests.Oracles;

/// <summary>Small random networks with rectifiers behind Sigmoid and Tanh, and their values, node by node.</summary>
internal sealed class SmoothGraphs
{
    private readonly Random random;
    private readonly double scale;
    private readonly GraphBuilder builder = new();

    private SmoothGraphs(Random random, double scale) => (this.random, this.scale) = (random, scale);

    /// <summary>A network of dense layers with shortcuts; its input is a vector.</summary>
    /// <param name="random">What decides it.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="scale">Size of the weights.</param>
    public static ReluNetwork Dense(Random random, int inputs, double scale = 4)
    {
        var graph = new SmoothGraphs(random, scale);
        int value = graph.builder.AddInput("x", new(inputs));
        for (int block = 0; block < 2; block++)
        {
            int z = graph.Dense(value, 5), smooth = graph.Smooth(z);
            int branch = random.Next(3) == 0 ? graph.Unit(z) : graph.Smooth(graph.Dense(smooth, 5));
            int sum = graph.Add(new SumOperator([1, random.Next(2) == 0 ? 1 : -1]), graph.Shape(smooth), smooth, branch);
            value = graph.Unit(graph.Dense(random.Next(2) == 0 ? sum : smooth, 4));
        }

        return graph.End(graph.Dense(value, 2));
    }

    /// <summary>A network of convolutions, with dense layers behind them.</summary>
    /// <param name="random">What decides it.</param>
    /// <param name="side">Rows and columns of the input.</param>
    /// <param name="scale">Size of the weights.</param>
    public static ReluNetwork Image(Random random, int side, double scale = 2)
    {
        var graph = new SmoothGraphs(random, scale);
        int value = graph.builder.AddInput("x", new(1, side, side));
        value = graph.Smooth(graph.Convolution(value));
        value = graph.Unit(graph.Convolution(value));
        if (random.Next(2) == 0)
            value = graph.Unit(graph.Convolution(graph.Smooth(value)));
        value = graph.Add(new ReshapeOperator(), new(graph.Shape(value).Elements), value);
        return graph.End(graph.Dense(graph.Unit(graph.Dense(graph.Smooth(graph.Dense(value, 3)), 3)), 2));
    }

    /// <summary>Every value of a network, evaluated plainly with the runtime's functions.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="point">The input.</param>
    public static double[][] Values(NetworkGraph graph, double[] point)
    {
        var values = new double[graph.Values][];
        values[0] = point;
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            double[] x = values[node.Inputs[0]];
            values[graph.ValueOf(n)] = node.Operator switch
            {
                DenseOperator dense => [.. dense.Bias.Select(
                    (b, o) => b + x.Select((v, i) => v * dense.Weights[(o * dense.Inputs) + i]).Sum())],
                ConvolutionOperator convolution => Convolve(convolution, graph.ShapeOf(node.Inputs[0]), node.Shape, x),
                SmoothOperator smooth => Array.ConvertAll(x, v => smooth.IsTanh ? Math.Tanh(v) : 1 / (1 + Math.Exp(-v))),
                LeakyReluOperator leaky => Array.ConvertAll(x, v => v > 0 ? v : leaky.Slopes[0] * v),
                ReluOperator => Array.ConvertAll(x, static v => Math.Max(0, v)),
                SumOperator sum => [.. x.Select((v, i) => (sum.Signs[0] * v) + (sum.Signs[1] * values[node.Inputs[1]][i]))],
                _ => x,
            };
        }

        return values;
    }

    /// <summary>The pre-activations of the units of a layer.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="values">All values.</param>
    /// <param name="layer">1-based layer.</param>
    public static double[] PreActivations(NetworkGraph graph, double[][] values, int layer) =>
        values[graph.Nodes.Where(static n => n.Operator is UnitOperator).ElementAt(layer - 1).Inputs[0]];

    /// <summary>Points of a grid over the unit box.</summary>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="random">Draws points where a grid would have too many.</param>
    public static IEnumerable<double[]> Points(int inputs, Random random)
    {
        int side = inputs switch { 1 => 2_001, 2 => 46, 3 => 13, _ => 0 }, count = (int)Math.Pow(side, inputs);
        for (int p = 0; p < count; p++)
            yield return [.. Enumerable.Range(0, inputs).Select(i => p / (int)Math.Pow(side, i) % side / (side - 1.0))];
        for (int p = 0; p < 500; p++)
            yield return [.. Enumerable.Range(0, inputs).Select(_ => p % 2 == 0 ? random.NextDouble() : random.Next(2))];
    }

    private TensorShape Shape(int value) => builder.ShapeOf(value);

    private int Add(Operator op, TensorShape shape, params int[] inputs) => builder.Add(op, shape, "", "", inputs);

    private int Smooth(int value) => Add(new SmoothOperator(random.Next(2) == 0), Shape(value), value);

    private int Unit(int value) => Add(
        random.Next(3) == 0 ? new LeakyReluOperator([0.125], Activation.LeakyRelu) : new ReluOperator(), Shape(value), value);

    private int Dense(int value, int outputs) => Add(
        new DenseOperator(Numbers(outputs * Shape(value).Elements), Numbers(outputs), Shape(value).Elements), new(outputs), value);

    private int Convolution(int value)
    {
        TensorShape shape = Shape(value);
        int channels = random.Next(1, 3);
        return Add(
            new ConvolutionOperator(Numbers(channels * shape[0] * 9), Numbers(channels), new(3, 3, 1, 1, 1, 1, 1, 1)),
            new(channels, shape[1], shape[2]), value);
    }

    private ReluNetwork End(int value)
    {
        builder.AddOutput("y", Smooth(value));
        return new(builder.Build());
    }

    private double[] Numbers(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() - 0.5) * scale))];

    private static double[] Convolve(ConvolutionOperator convolution, TensorShape input, TensorShape output, double[] x)
    {
        var y = new double[output.Elements];
        for (int at = 0; at < y.Length; at++)
        {
            int c = at / (output[1] * output[2]), row = at / output[2] % output[1], column = at % output[2];
            y[at] = convolution.Bias[c];
            for (int k = 0; k < input[0] * 9; k++)
            {
                int r = row + (k / 3 % 3) - 1, s = column + (k % 3) - 1;
                if (r >= 0 && r < input[1] && s >= 0 && s < input[2])
                    y[at] += convolution.Filters[(c * input[0] * 9) + k] * x[(((k / 9 * input[1]) + r) * input[2]) + s];
            }
        }

        return y;
    }
}
