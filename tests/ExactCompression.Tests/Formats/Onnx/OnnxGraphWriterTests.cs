using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>What is written of graphs computes in ONNX Runtime what the graphs do, for any number of rows.</summary>
public class OnnxGraphWriterTests
{
    [Fact]
    public void Model_RandomGraphs_ComputeTheSame()
    {
        HashSet<string> seen = [], written = [];
        for (int seed = 0; seed < 300; seed++)
        {
            NetworkGraph graph = OperatorGraphs.Of(new Random(seed), 1 + (seed % 9));
            seen.UnionWith(graph.Nodes.Select(static n => n.Operator.Name));
            written.UnionWith(AssertAgrees(new ReluNetwork(graph, $"random{seed}"), seed).Graph.Node.Select(static n => n.OpType));
        }

        string[] all = ["Abs", "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Gemm", "HardSigmoid",
            "LeakyRelu", "Max", "MaxPool", "Min", "PRelu", "ReduceMean", "ReduceSum", "Relu", "Reshape", "ScaleShift", "Sigmoid", "Slice",
            "Tanh", "Transpose"];
        Assert.Equal(all, seen.Order(StringComparer.Ordinal));
        string[] ways = ["Div", "Expand", "Flatten", "Gather", "Identity", "MatMul", "Mul", "Neg", "Pad", "Sub"];
        Assert.Empty(ways.Except(written));
    }

    [Fact]
    public void Model_OutputsThatAreInputsOrOneValue_HaveNamesOfTheirOwn()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(3));
        int y = builder.Add(new ReluOperator(), new(3), "relu", "", x);
        builder.AddOutput("same", x);
        builder.AddOutput("once", y);
        builder.AddOutput("twice", y);
        ModelProto model = AssertAgrees(new ReluNetwork(builder.Build()), 1);

        Assert.Equal(["same", "once", "twice"], model.Graph.Output.Select(static o => o.Name));
        Assert.Equal(["relu", "same.Identity", "twice.Identity"], model.Graph.Node.Select(static n => n.Name));
    }

    [Fact]
    public void Model_NamesAndTensors_AreThoseOfTheNetwork()
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(1, 2, 2));
        for (int i = 1; i <= 2; i++)
        {
            var convolution = new ConvolutionOperator([0.5, 0.25, 3, 1], [1], new(2, 2, PadBottom: 1, PadRight: 1));
            value = builder.Add(convolution, new(1, 2, 2), $"conv{i}", "", value);
        }

        builder.AddOutput("scores", builder.Add(new ReshapeOperator(), new(4), "flatten", "flat", value));
        GraphProto graph = AssertAgrees(new ReluNetwork(builder.Build()), 1).Graph;

        Assert.Equal(["conv1", "conv2", "flatten"], graph.Node.Select(static n => n.Name));
        Assert.Equal(["conv1_output", "conv2_output", "scores"], graph.Node.Select(static n => n.Output[0]));
        Assert.Equal(["conv1.weight", "conv1.bias"], graph.Initializer.Select(static t => t.Name)); // equal tensors are one
        Assert.Equal("batch", graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam);
    }

    /// <summary>Runtimes do not pad by a whole kernel, and count other elements in means.</summary>
    [Fact]
    public void Model_PoolingThatNoNodeExpresses_IsWrittenByOthers()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2, 5, 4));
        var windows = new ConvolutionShape(3, 2, 2, 1, PadTop: 3, PadBottom: 2, PadRight: 1, DilationRows: 2);
        builder.AddOutput("maximum", builder.Add(new MaxPoolOperator(windows), new(2, 3, 4), "max", "", x));
        builder.AddOutput("dilated", builder.Add(new AveragePoolOperator(windows, true, (2, 1)), new(2, 3, 4), "dilated", "", x));
        var rounded = new ConvolutionShape(3, 2, 2, 2, PadTop: 1, PadBottom: 2);
        builder.AddOutput("rounded", builder.Add(new AveragePoolOperator(rounded, true, (1, 0)), new(2, 3, 2), "rounded", "", x));
        builder.AddOutput("whole", builder.Add(new AveragePoolOperator(new(5, 4), true, (0, 0)), new(2, 1, 1), "whole", "", x));
        builder.AddOutput("sum", builder.Add(new SumOperator([1, 1, 1]), new(2, 5, 4), "sum", "", x, x, x));
        string[] written = [.. AssertAgrees(new ReluNetwork(builder.Build()), 1).Graph.Node.Select(static n => n.OpType)];

        Assert.Equal(["Pad", "MaxPool", "Conv", "Div", "Conv", "Div", "GlobalAveragePool", "Sum"], written);
    }

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void Model_SmoothFunctions_AreWrittenWhereTheirMeaningIsKnown(string name)
    {
        var builder = new GraphBuilder();
        builder.AddOutput("y", builder.Add(new OpaqueOperator(name), new(2, 3), "last", "", builder.AddInput("x", new(2, 3))));
        NetworkGraph graph = builder.Build();
        double[] input = [1, 2, 3, 0, 0.5, -1];
        double[] expected = [.. input.Chunk(3).SelectMany(row => row.Select(v => name switch
        {
            "Softmax" => Math.Exp(v) / row.Sum(Math.Exp),
            _ => v - Math.Log(row.Sum(Math.Exp)),
        }))];
        using var oracle = new OnnxRuntimeOracle(
            OnnxGraphWriter.Model(new ReluNetwork(graph, format: "PyTorch"), WeightPrecision.Float32).ToByteArray());

        Assert.Equal(expected, oracle.Run(input, 1, 2, 3), static (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(
            "OperatorNotWritable",
            Assert.Throws<InvalidInputException>(
                () => OnnxGraphWriter.Model(new ReluNetwork(graph, format: "Onnx"), WeightPrecision.Float32)).ErrorId);
    }

    [Theory]
    [InlineData("net.npz")]
    [InlineData("net.nnet")]
    [InlineData("weights.dat")]
    [InlineData("net.safetensors")]
    public void Write_GraphInAFormatOfChains_SaysWhatToDo(string file)
    {
        using var folder = new TemporaryFolder();
        var network = new ReluNetwork(OperatorGraphs.Of(new Random(1), 3), "net");
        string path = folder.File(file);

        InvalidInputException e = Assert.Throws<InvalidInputException>(() => NetworkFormats.Write(network, path));

        Assert.Equal("FormatHoldsChains", e.ErrorId);
        Assert.Contains(".onnx", e.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public void Write_Holds_WhereNoNumberIsRounded()
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        builder.AddOutput("y", builder.Add(new LeakyReluOperator([0.1], Activation.LeakyRelu), new(2), "", "", x));
        var network = new ReluNetwork(builder.Build());
        IWritableNetworkFormat format = NetworkFormats.RequireWritable("net.onnx", network);

        Assert.False(format.Holds(network, WeightPrecision.Float32));
        Assert.True(format.Holds(network, WeightPrecision.Float64));
    }

    private static ModelProto AssertAgrees(ReluNetwork network, int seed)
    {
        NetworkGraph graph = network.Graph!;
        ModelProto model = OnnxGraphWriter.Model(network, WeightPrecision.Float32);
        using var options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, IntraOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
        };
        using var session = new InferenceSession(model.ToByteArray(), options);
        var random = new Random(seed);
        foreach (int rows in (int[])[1, 3])
        {
            double[][] inputs = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, network.InputSize)
                .Select(_ => (double)(float)((random.NextDouble() * 3) - 1.5)).ToArray())];
            double[][] expected = [.. inputs.Select(row => network.Evaluate(row))];
            double[][] actual = Run(session, graph, inputs);
            for (int row = 0; row < rows; row++)
            {
                double tolerance = 1e-4 * Math.Max(1, expected[row].Max(Math.Abs));
                Assert.True(
                    expected[row].Zip(actual[row]).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance),
                    $"{network.Name}, row {row} of {rows}: {string.Join(", ", graph.Nodes.Select(static n => n.Operator.Name))}");
            }
        }

        return model;
    }

    /// <summary>The outputs for each row, one after another.</summary>
    private static double[][] Run(InferenceSession session, NetworkGraph graph, double[][] rows)
    {
        var values = new List<OrtValue>();
        int at = 0;
        foreach (GraphInput input in graph.Inputs)
        {
            int count = input.Shape.Elements, start = at;
            float[] data = [.. rows.SelectMany(row => row.Skip(start).Take(count)).Select(static v => (float)v)];
            values.Add(OrtValue.CreateTensorValueFromMemory(data, [rows.Length, .. input.Shape.Select(static d => (long)d)]));
            at += count;
        }

        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, session.InputNames, values, session.OutputNames);
        var result = new double[rows.Length][];
        for (int row = 0; row < rows.Length; row++)
        {
            var all = new List<double>();
            for (int o = 0; o < outputs.Count; o++)
            {
                TensorShape shape = graph.ShapeOf(graph.Outputs[o].Value);
                Assert.Equal([rows.Length, .. shape.Select(static d => (long)d)], outputs[o].GetTensorTypeAndShape().Shape);
                float[] data = outputs[o].GetTensorDataAsSpan<float>().ToArray();
                all.AddRange(data.Skip(row * shape.Elements).Take(shape.Elements).Select(static v => (double)v));
            }

            result[row] = [.. all];
        }

        values.ForEach(static v => v.Dispose());
        return result;
    }
}
