using ExactCompression.Compression.Equivalence;
using ExactCompression.Formats.Onnx;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats.Onnx;
using Xunit;

namespace ExactCompression.Tests.Bounds.Deployed;

/// <summary>Bounds on what files compute that state more operations than the layers that are made of them.</summary>
public sealed class FileFormsTests
{
    [Fact]
    public void Between_ShiftsThatCancelInTheFile_CountsThemInWhatIsWrittenOfIt()
    {
        // x + 2^26 - 2^26 is a multiple of 4 or 8 in float32; the layer made of it has no bias. The second neuron is never on.
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", 1, 1).Output("y", 1, 1).Weights("w", [1, 2], 1, 1)
            .Weights("up", [2], 1 << 26, 0).Weights("down", [2], -(1 << 26), -2).Weights("v", [2, 1], 1, 1)
            .Node("MatMul", "x w", "p").Node("Add", "p up", "q").Node("Add", "q down", "z")
            .Node("Relu", "z", "r").Node("MatMul", "r v", "y");
        ReluNetwork network = OnnxReader.Network(
            model.Model, new("net.onnx"), format: "Onnx", source: new("Onnx", new OnnxSource(model.Bytes(), "net.onnx")));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(1)), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(
            table, new() { Level = CompressionLevel.DeleteOnly, Arithmetic = Arithmetic.Float32 }, CancellationToken.None);
        Assert.Equal(1, result.Compressed.NeuronCount);
        byte[] written = OnnxChainSurgery.TryWrite(result.Compressed, WeightPrecision.Float32)!;
        using var runtime = new OnnxRuntimeOracle(written, optimise: false);
        Assert.Equal(0, runtime.Run([1], 1, 1)[0]); // 1 over the real numbers
        ReluNetwork[] all = [network, network.Renamed("other"), result.Compressed, result.Compressed.Renamed("other")];
        foreach (ReluNetwork some in all)
            Assert.True(DeployedDeviation.Between(some, some, InputDomain.Unit, 0, CancellationToken.None) >= 2, some.Name);
    }

    [Fact]
    public void Between_ValuesCastTo16Bits_IsNotSpecified()
    {
        ReluNetwork network = OnnxRuntimeOracle.Read(
            new OnnxModelBuilder().Input("x", 1, 1).Output("y", 1, 1).Node("Cast", "x", "h", OnnxModelBuilder.Int("to", 10))
                .Node("Cast", "h", "f", OnnxModelBuilder.Int("to", 1)).Node("Relu", "f", "y").Model);
        var error = Assert.Throws<InvalidInputException>(() => DeployedDeviation.Require(network));
        Assert.Contains("16 bits", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidInputException>(
            () => DeployedDeviation.Between(network, network, InputDomain.Unit, 0, CancellationToken.None));
    }

    [Fact]
    public void Of_LinearModulesThatWereJoined_CountsEachOfThem()
    {
        // 4097 x - 4096 x: the joined weight is 1, exactly.
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(1));
        int z = builder.Add(new DenseOperator([4097, -4096], [0, 0], 1), new(2), "a", "", x);
        builder.AddOutput("y", builder.Add(new DenseOperator([1, 1], [0], 2), new(1), "b", "", z));
        NetworkGraph graph = builder.Build();
        IReadOnlyList<AffineLayer> layers = DenseChain.TryJoin(graph, WeightPrecision.Float32, static _ => true, default)!.Layers;
        var network = new ReluNetwork(layers) { ModuleGraph = graph };
        double third = 1 / 3f, error = Math.Abs((4097f * (1 / 3f)) + (-4096f * (1 / 3f)) - third);
        Assert.True(error > 1e-5);
        Assert.True(DeployedDeviation.Between(network, network, InputDomain.Unit, 0, CancellationToken.None) >= 2 * error);
    }
}
