using ExactCompression.Compression.Equivalence;
using ExactCompression.Formats.Onnx;
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
            .Node("MatMul", "x w", "p").Node("Add", "p up", "q").Node("Add", "q down", "z").Node("Relu", "z", "r").Node("MatMul", "r v", "y");
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
        foreach (ReluNetwork some in (ReluNetwork[])[network, network.Renamed("other"), result.Compressed, result.Compressed.Renamed("other")])
            Assert.True(DeployedDeviation.Between(some, some, InputDomain.Unit, 0, CancellationToken.None) >= 2, some.Name);
    }
}
