using ExactCompression.Formats;
using ExactCompression.Tests.Formats.Onnx;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;
using static ExactCompression.Tests.Formats.TorchNet;

namespace ExactCompression.Tests.Formats;

/// <summary>Modules of PyTorch that were pickled whole compute what ONNX Runtime computes with the nodes of the same meaning.</summary>
public class TorchModuleGraphTests
{
    private readonly TorchNet net = new();

    [Theory]
    [InlineData(1, 1, 1, 1, 0, 0)]
    [InlineData(2, 1, 1, 1, 1, 2)]
    [InlineData(1, 2, 2, 1, 2, 1)]
    [InlineData(3, 2, 1, 2, 0, 3)]
    public void Read_Convolution_GivesWhatTheRuntimeGives(
        int groups, int strideRows, int strideColumns, int dilation, int padRows, int padColumns)
    {
        byte[] module = net.Convolution(
            6, 6, [3, 2], [strideRows, strideColumns], Numbers(padRows, padColumns), [dilation, dilation], groups, bias: groups != 2);

        AssertComputes(module, [6, 9, 8], model => WithWeights(model, [6, 6 / groups, 3, 2]).Node(
            "Conv", groups == 2 ? "x w0" : "x w0 w1", "y", Ints("strides", strideRows, strideColumns),
            Ints("dilations", dilation, dilation), Ints("pads", padRows, padColumns, padRows, padColumns), Int("group", groups)));
    }

    [Fact]
    public void Read_ConvolutionOverOneAxis_GivesWhatTheRuntimeGives() =>
        AssertComputes(
            net.Convolution(4, 3, [3], [2], Numbers(1), [1], 1), [4, 11],
            model => WithWeights(model, [3, 4, 3]).Node("Conv", "x w0 w1", "y", Ints("strides", 2), Ints("pads", 1, 1)));

    [Fact]
    public void Read_PaddingSame_HasTheOddOneBehind() =>
        AssertComputes(
            net.Convolution(1, 2, [2, 3], [1, 1], TorchFile.Text("same"), [3, 1], 1), [1, 7, 6],
            model => WithWeights(model, [2, 1, 2, 3]).Node("Conv", "x w0 w1", "y", Ints("pads", 1, 1, 2, 1), Ints("dilations", 3, 1)));

    [Theory]
    [InlineData("MaxPool", 5, 7, 3, 2, 1, false)]
    [InlineData("MaxPool", 7, 6, 3, 3, 0, true)]
    [InlineData("MaxPool", 6, 5, 2, 2, 1, true)]
    [InlineData("AveragePool", 5, 7, 3, 2, 1, false)]
    [InlineData("AveragePool", 6, 6, 2, 2, 0, false)]
    public void Read_Pooling_GivesWhatTheRuntimeGives(
        string kind, int height, int width, int kernel, int stride, int padding, bool ceil)
    {
        foreach (bool counts in kind == "MaxPool" ? (bool[])[false] : [false, true])
        {
            byte[] module = Pool(
                kind == "MaxPool" ? "MaxPool2d" : "AvgPool2d", ("kernel_size", TorchFile.Number(kernel)),
                ("stride", Numbers(stride, stride)), ("padding", TorchFile.Number(padding)),
                ("dilation", TorchFile.Number(1)), ("return_indices", False),
                ("ceil_mode", ceil ? True : False), ("count_include_pad", counts ? True : False), ("divisor_override", TorchFile.None));
            AssertComputes(module, [2, height, width], model => model.Node(
                kind, "x", "y", [Ints("kernel_shape", kernel, kernel), Ints("strides", stride, stride), Int("ceil_mode", ceil ? 1 : 0),
                    Ints("pads", padding, padding, padding, padding),
                    .. kind == "MaxPool" ? [] : new[] { Int("count_include_pad", counts ? 1 : 0) }]));
        }
    }

    [Fact]
    public void Read_MeansRoundedUp_AreThoseOfPyTorch()
    {
        // By the definition in PyTorch's documentation: padding counts, what lies beyond it does not.
        byte[] module = Pool(
            "AvgPool1d", ("kernel_size", Numbers(3)), ("stride", Numbers(2)), ("padding", Numbers(1)), ("ceil_mode", True),
            ("count_include_pad", True));
        ReluNetwork network = Read(module, [1, 6]);

        Assert.Equal("1x6-1x4", network.Architecture);
        double[] output = network.Evaluate([1, 2, 3, 4, 5, 6]);
        double[] expected = [(0 + 1 + 2) / 3.0, (2 + 3 + 4) / 3.0, (4 + 5 + 6) / 3.0, (6 + 0) / 2.0];
        Assert.Equal(expected, output, static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    public void Read_AdaptiveAveragePooling_IsTheMeanOfEqualWindows(int rows, int columns) =>
        AssertComputes(
            Pool("AdaptiveAvgPool2d", ("output_size", Numbers(rows, columns))), [3, 4, 6],
            model => model.Node(
                "AveragePool", "x", "y", Ints("kernel_shape", 4 / rows, 6 / columns), Ints("strides", 4 / rows, 6 / columns)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_BatchNormalization_GivesWhatTheRuntimeGives(int axes) =>
        AssertComputes(
            net.BatchNorm(axes, 3), axes == 1 ? [3, 5] : [3, 2, 4],
            model => WithWeights(model, [3]).Node("BatchNormalization", "x w0 w1 w2 w3", "y", Float("epsilon", 1e-5f)));

    [Fact]
    public void Read_Activations_GiveWhatTheRuntimeGives()
    {
        AssertComputes(
            Activation("ReLU6", ("min_val", Real(0)), ("max_val", Real(6))), [4], static model => Clip(model, 0, 6), scale: 9);
        AssertComputes(
            Activation("Hardtanh", ("min_val", Real(-0.5)), ("max_val", Real(0.75))), [4], static model => Clip(model, -0.5, 0.75));
        AssertComputes(
            Activation("LeakyReLU", ("negative_slope", Real(0.1))), [2, 3, 3],
            static model => model.Node("LeakyRelu", "x", "y", Float("alpha", 0.1f)));
        AssertComputes(
            Activation("Hardsigmoid"), [4], static model => model.Node("HardSigmoid", "x", "y", Float("alpha", 1 / 6f)), scale: 5);
        AssertComputes(Activation("Sigmoid"), [4], static model => model.Node("Sigmoid", "x", "y"), scale: 5);
        AssertComputes(Activation("Tanh"), [2, 3], static model => model.Node("Tanh", "x", "y"), scale: 3);
        AssertComputes(net.PRelu(1), [2, 3, 3], model => WithWeights(model, [1, 1, 1]).Node("PRelu", "x w0", "y"));
        AssertComputes(net.PRelu(2), [2, 3, 3], model => WithWeights(model, [2, 1, 1]).Node("PRelu", "x w0", "y"));
    }

    [Fact]
    public void Read_WholeClassifier_GivesWhatTheRuntimeGives()
    {
        byte[] convolution = net.Convolution(1, 4, [3, 3], [2, 2], Numbers(1, 1), [1, 1], 1);
        float[][] first = [.. net.Weights];
        byte[] linear = net.Linear(64, 5);
        byte[] module = Sequential(
            Sequential(convolution, Activation("ReLU")), Plain("dropout", "Dropout", ("p", Real(0.5))), Flatten(), linear);

        ReluNetwork network = AssertComputes(module, [1, 8, 8], model =>
        {
            model.Weights("c", [4, 1, 3, 3], Doubles(first[0])).Weights("d", [4], Doubles(first[1]))
                .Node("Conv", "x c d", "conv", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)).Node("Relu", "conv", "relu")
                .Node("Flatten", "relu", "flat");
            WithWeights(model, [5, 64]).Node("Gemm", "flat w0 w1", "y", Int("transB", 1));
        });
        Assert.Equal("1x8x8-4x4x4-5", network.Architecture);
        Assert.Equal("0.1", network.Layers[0].Name);
        Assert.Equal(["0.0", "0.1", "2", "3"], network.Graph!.Nodes.Select(static n => n.Name));
    }

    /// <summary>A classifier of digits as PyTorch trained it, pickled whole, beside PyTorch's own export to ONNX.</summary>
    [Fact]
    public void Read_TrainedClassifier_GivesWhatItsExportGives()
    {
        string folder = Path.Combine(TestFiles.Root, "tests", "ExactCompression.Tests", "Formats", "Torch");
        ReluNetwork network = NetworkFormats.Read(Path.Combine(folder, "digits_avg.pt"), options: new() { InputShape = new(1, 8, 8) });

        OnnxRuntimeOracle.AssertAgrees(network, File.ReadAllBytes(Path.Combine(folder, "digits_avg.onnx")), 1e-5, 1, 1, 8, 8);
    }

    [Fact]
    public void Read_LegacyForm_IsReadAsWell()
    {
        byte[] content = net.File.Legacy(Sequential(net.Convolution(1, 2, [3], [1], Numbers(0), [1], 1), Activation("ReLU")));

        Assert.Equal("1x5-2x3-2x3", Import.Of(content, options: new() { InputShape = new(1, 5) }).Network.Architecture);
    }

    [Fact]
    public void Read_BatchNormBetweenLinears_StaysAChainOfDenseLayers()
    {
        byte[] module = Sequential(net.Linear(3, 4), net.BatchNorm(1, 4), Activation("ReLU"), net.Linear(4, 2));
        ReluNetwork network = Import.Of(net.File.Zip(module)).Network;

        Assert.True(network.IsDense);
        Assert.Equal("3-4-2", network.Architecture);
        Assert.NotNull(network.DenseLayers[0].Parts);
    }

    [Fact]
    public void Read_UnflattenFirst_NeedsNoShape()
    {
        byte[] module = Sequential(
            Plain("flatten", "Unflatten", ("dim", TorchFile.Number(1)), ("unflattened_size", Numbers(1, 4, 4))),
            net.Convolution(1, 2, [3, 3], [1, 1], Numbers(0, 0), [1, 1], 1), Activation("ReLU"));

        Assert.Equal("16-2x2x2-2x2x2", Import.Of(net.File.Zip(module)).Network.Architecture);
    }

    [Fact]
    public void Read_ShapeStatedForDenseLayers_IsKept()
    {
        ReluNetwork network = Read(Sequential(Flatten(), net.Linear(6, 2)), [1, 2, 3]);

        Assert.True(network.IsDense);
        Assert.Equal("input [batch,1,2,3]", network.Interface!.Input.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-3)]
    [InlineData(-1)]
    public void Read_Softmax_IsKeptAlongItsAxis(int dim)
    {
        ReluNetwork network = Read(Sequential(Activation("ReLU"), Activation("Softmax", ("dim", TorchFile.Number(dim)))), [3, 4, 5]);

        Assert.Equal(
            dim == -1 ? "Relu Softmax" : "Relu Transpose Softmax Transpose",
            string.Join(' ', network.Graph!.Nodes.Select(static n => n.Operator.Name)));
        Assert.Equal(new TensorShape(3, 4, 5), network.Layers[^1].Shape);
    }

    [Fact]
    public void Read_ConvolutionWithoutShape_SaysWhatToType()
    {
        InvalidFileException e = Import.Refused(
            net.File.Zip(Sequential(net.Convolution(3, 2, [3, 3], [1, 1], Numbers(0, 0), [1, 1], 1))), "TorchInputShapeMissing");

        Assert.Contains("height and width", e.Message, StringComparison.Ordinal);
        Assert.Contains("-InputShape 3,28,28", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3,8,8")] // other channels
    [InlineData("1,2,2")] // smaller than the kernel
    [InlineData("1,8")]
    [InlineData("64")]
    public void Read_ShapeThatDoesNotFit_IsRefused(string shape)
    {
        byte[] content = net.File.Zip(Sequential(net.Convolution(1, 2, [3, 3], [1, 1], Numbers(0, 0), [1, 1], 1)));

        Import.Refused(
            content, "LayerShapeMismatch", options: new() { InputShape = ImportOptions.ShapeOf([.. shape.Split(',').Select(int.Parse)]) });
    }

    [Fact]
    public void Read_ModulesThatAreNotDetermined_AreRefused()
    {
        void Refused(byte[] module, string error, params int[] shape) =>
            Import.Refused(net.File.Zip(module), error, options: new() { InputShape = new(shape) });

        Refused(Pool("MaxPool2d", ("kernel_size", TorchFile.Number(2)), ("stride", TorchFile.Number(2)), ("padding", TorchFile.Number(0)),
            ("dilation", TorchFile.Number(1)), ("return_indices", True)), "TorchModuleUnsupported", 1, 4, 4);
        Refused(Pool("AvgPool2d", ("kernel_size", TorchFile.Number(2)), ("stride", TorchFile.Number(2)), ("padding", TorchFile.Number(0)),
            ("divisor_override", TorchFile.Number(3))), "TorchModuleUnsupported", 1, 4, 4);
        Refused(Pool("AdaptiveAvgPool2d", ("output_size", Numbers(3, 3))), "TorchModuleUnsupported", 1, 4, 4);
        Refused(Flatten(0), "TorchModuleUnsupported", 1, 4, 4);
        Refused(Activation("Softmax", ("dim", TorchFile.None)), "TorchModuleUnsupported", 4);
        Refused(Activation("Softmax", ("dim", TorchFile.Number(0))), "TorchModuleUnsupported", 4);
        Refused(Activation("ReLU6", ("min_val", Real(0)), ("max_val", Real(5))), "TorchModuleUnsupported", 4);
        Refused(net.BatchNorm(1, 2, epsilon: -5), "TorchModuleUnsupported", 2);
        Refused(net.BatchNorm(2, 2), "LayerShapeMismatch", 2);
        Refused(net.PRelu(3), "LayerShapeMismatch", 2);
        Refused(net.Convolution(4, 3, [3], [1], Numbers(1), [1], 3), "LayerShapeMismatch", 4, 9);
        Refused(net.Convolution(1, 1, [3], [1], Numbers(int.MaxValue), [1], 1), "LayerShapeMismatch", 1, 9);
        Refused(net.Convolution(1, 1, [3], [1], Numbers(1 << 29), [1], 1), "ImportTooLarge", 1, 9);
    }

    [Fact]
    public void Read_ShapeForAFileThatStatesItself_IsNotPassedOverInSilence()
    {
        byte[] dict = TorchFile.OfShapes(("0.weight", [2, 3]), ("0.bias", [2]));

        Assert.Equal(
            "InputShapeNotApplicable",
            Assert.Throws<InvalidInputException>(() => Import.Of(dict, options: new() { InputShape = new(3) })).ErrorId);
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, static v => (double)v);

    private static void Clip(OnnxModelBuilder model, double lower, double upper) =>
        model.Weights("low", [], lower).Weights("high", [], upper).Node("Clip", "x low high", "y");

    /// <summary>The weights of the last module as w0, w1 and so on; the first one has a shape, the others are vectors.</summary>
    private OnnxModelBuilder WithWeights(OnnxModelBuilder model, long[] first)
    {
        for (int i = 0; i < net.Weights.Count; i++)
            model.Weights($"w{i}", i == 0 ? first : [net.Weights[i].Length], Doubles(net.Weights[i]));
        return model;
    }

    private ReluNetwork Read(byte[] module, int[] shape)
    {
        (ReluNetwork network, List<string> warnings) = Import.Of(net.File.Zip(module), options: new() { InputShape = new(shape) });
        Assert.Empty(warnings);
        return network;
    }

    private ReluNetwork AssertComputes(byte[] module, int[] shape, Action<OnnxModelBuilder> nodes, double scale = 1)
    {
        ReluNetwork network = Read(module, shape);
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", ["N", .. shape.Cast<object?>()]).Output("y");
        model.Graph.Output[0].Type.TensorType.Shape = null;
        nodes(model);
        using var oracle = new OnnxRuntimeOracle(model.Bytes());
        var random = new Random(2);
        for (int trial = 0; trial < 4; trial++)
        {
            double[] input = [.. Enumerable.Range(0, network.InputSize)
                .Select(_ => (double)(float)(scale * ((random.NextDouble() * 2) - 1)))];
            double[] expected = oracle.Run(input, [1, .. shape.Select(static d => (long)d)]);
            Assert.Equal(expected, network.Evaluate(input), static (a, b) => Math.Abs(a - b) < 1e-5);
        }

        return network;
    }
}
