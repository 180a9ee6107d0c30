using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Formats.Portable;

/// <summary>Graphs survive as bytes, operator by operator; what no network has is refused.</summary>
public sealed class PortableGraphTests
{
    [Fact]
    public void Read_RandomGraphs_AreTheSame()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var network = new ReluNetwork(OperatorGraphs.Of(new Random(seed), 1 + (seed % 15)), $"random{seed}", null, "Onnx");
            byte[] bytes = PortableForm.Of(network);
            var read = (ReluNetwork)PortableForm.Read(bytes);

            Assert.Equal(bytes, PortableForm.Of(read));
            Assert.Equal(network.Architecture, read.Architecture);
            Assert.Equal(network.Graph!.Nodes.Select(static n => n.Name), read.Graph!.Nodes.Select(static n => n.Name));
            Assert.Equal(
                OnnxGraphWriter.Model(network, WeightPrecision.Float32).ToByteArray(),
                OnnxGraphWriter.Model(read, WeightPrecision.Float32).ToByteArray());
        }
    }

    [Fact]
    public void Read_OpaqueNode_KeepsItsNameAndReasonAndWhatIsKnownOfIt()
    {
        var softmax = new SoftmaxShape(2, 1, IsLogarithm: true);
        ReluNetwork network = Of(new OpaqueOperator("Softmax") { Reason = "smooth", Softmax = softmax }, new(2));
        var read = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));

        var opaque = Assert.IsType<OpaqueOperator>(read.Graph!.Nodes[0].Operator);
        Assert.Equal(("Softmax", "smooth", softmax), (opaque.Name, opaque.Reason, opaque.Softmax));
    }

    [Fact]
    public void Read_RadiiAndInterface_AreKept()
    {
        ReluNetwork plain = Of(new DenseOperator([1, 2], [3], 2) { WeightRadius = [0, 0.5], BiasRadius = [0.25] }, new(1), input: new(2));
        var model = new ModelInterface(new("x", [new(1), new(2)]), new("y", [new(1), new(1)])) { Producer = "hand" };
        var network = new ReluNetwork(plain.Graph!, model: model) { Remarks = ["One thing is not analysed."] };
        var read = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));

        var dense = Assert.IsType<DenseOperator>(read.Graph!.Nodes[0].Operator);
        Assert.Equal([0, 0.5], dense.WeightRadius!);
        Assert.Equal([0.25], dense.BiasRadius!);
        Assert.Equal("hand", read.Interface!.Producer);
        Assert.Equal(network.Remarks, read.Remarks);
        Refused(new DenseOperator([1, 2], [3], 2) { BiasRadius = [-1] }, new(1), input: new(2));
    }

    /// <summary>A compressed network of an ONNX file is written as the same small file before and after the way.</summary>
    [Fact]
    public void Read_CompressionOfAnOnnxFile_IsStillItsSmallFile()
    {
        ReluNetwork network = NetworkFormats.Read(Path.Combine(TestFiles.Root, "examples", "digits_conv_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        var read = (CompressionResult)PortableForm.Read(PortableForm.Of(result));
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(result.Compressed, folder.File("before.onnx"));
        NetworkFormats.Write(read.Compressed, folder.File("after.onnx"));

        Assert.Equal("1x8x8-7x4x4-11x2x2-32-10", read.Compressed.Architecture);
        Assert.Equal(File.ReadAllBytes(folder.File("before.onnx")), File.ReadAllBytes(folder.File("after.onnx")));
        Assert.False(read.IsProven);
    }

    /// <summary>A network of an ONNX file is written as that file after the way, opaque nodes and all.</summary>
    [Fact]
    public void Read_NetworkOfAnOnnxFile_IsStillThatFile()
    {
        string file = Path.Combine(TestFiles.Root, "tests", "ExactCompression.Tests", "Formats", "Torch", "digits_avg.onnx");
        ReluNetwork network = NetworkFormats.Read(file);
        var read = (ReluNetwork)PortableForm.Read(PortableForm.Of(network));
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(read, folder.File("again.onnx"));

        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(folder.File("again.onnx")));
        Assert.Equal((network.Name, network.Path, network.Architecture), (read.Name, read.Path, read.Architecture));
    }

    [Fact]
    public void Read_WhatNoNetworkHas_IsRefused()
    {
        Refused(new ConstantOperator([1, double.NaN]), new(2), inputs: 0);
        Refused(new LeakyReluOperator([double.PositiveInfinity], Activation.LeakyRelu), new(2));
        Refused(new LeakyReluOperator([0.5], Activation.Abs), new(2));
        Refused(new LeakyReluOperator([0.5], Activation.Max), new(2));
        Refused(new ClipOperator(double.NaN, 1), new(2));
        Refused(new ClipOperator(double.PositiveInfinity, 1), new(2));
        Refused(new HardSigmoidOperator(double.NaN, 1), new(2));
        Refused(new DenseOperator([1, double.NaN, 2, 3], [1, 2], 2), new(2));
        Refused(new ScaleShiftOperator(AffinePart.Divide([1, 0], WeightPrecision.Float32)), new(2));
        Refused(
            new ScaleShiftOperator(AffinePart.BatchNormalization([1, 1], [1, 1], [1, 1], [1, -1], 0.5, WeightPrecision.Float32)), new(2));
        Refused(new ReluOperator(), new(1 << 14, 1 << 14)); // a few bytes, and memory for all neurons
        PortableForm.Read(PortableForm.Of(Of(new ReluOperator(), new(1 << 10, 1 << 10))));
    }

    private static void Refused(Operator op, TensorShape shape, int inputs = 1, TensorShape? input = null) => Assert.Equal(
        "PortableFormInvalid",
        Assert.Throws<InvalidInputException>(() => PortableForm.Read(PortableForm.Of(Of(op, shape, inputs, input)))).ErrorId);

    private static ReluNetwork Of(Operator op, TensorShape shape, int inputs = 1, TensorShape? input = null)
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", input ?? shape);
        builder.AddOutput("y", builder.Add(op, shape, "node", "", inputs == 0 ? [] : [x]));
        return new(builder.Build());
    }
}
