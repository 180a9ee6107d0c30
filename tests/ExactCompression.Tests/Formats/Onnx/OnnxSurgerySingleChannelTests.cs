using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;
using static ExactCompression.Tests.Formats.Onnx.OnnxModelBuilder;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Nodes that the reader takes for simpler ones once a single channel is left are written, and read again as they are.</summary>
public class OnnxSurgerySingleChannelTests
{
    [Theory]
    [InlineData("Transpose", 0.0)]
    [InlineData("Gather", 0.0)]
    [InlineData("Slice", 0.0)]
    [InlineData("PRelu", 0.0)]
    [InlineData("Max", 0.0)]
    [InlineData("Max", 0.125)]
    [InlineData("Min", 0.25)]
    [InlineData("Tile", 0.0)]
    public void Write_OneChannelIsLeft_IsTheNetwork(string kind, double end)
    {
        var builder = new OnnxModelBuilder();
        builder.Input("x", "N", 3, 2, 3);
        builder.Weights("w", [3, 3, 1, 1], 0.5, -1, 0.25, 1, 0.75, -0.5, -0.25, 1, 0.5).Weights("b", [3], 0.25, -0.5, 0.125);
        builder.Node("Conv", "x w b", "z");
        int channels = Between(builder, kind, end);

        // Only the last channel is read.
        double[] weights = new double[2 * channels];
        (weights[channels - 1], weights[^1]) = (0.5, -1.25);
        builder.Weights("last", [2, channels, 1, 1], weights).Node("Conv", "a last", "y").Output("y", "N", 2, 2, kind == "Tile" ? 6 : 3);
        CompressionResult result = Compress(builder.Model, CompressionLevel.DeleteOnly);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.Contains(result.Steps, static s => s.Neurons.Count > 0);
        ModelProto after = OnnxSurgeryAssert.Written(builder.Model, result.Compressed);
        Assert.True(after.CalculateSize() < builder.Model.CalculateSize());
        Assert.Equal(builder.Graph.Node.Select(static n => n.OpType), after.Graph.Node.Select(static n => n.OpType));
        ReluNetwork again = OnnxRuntimeOracle.Read(after);
        Assert.Equal(result.Compressed.Architecture, again.Architecture);
        if (kind == "PRelu")
            Assert.Equal(result.Compressed.ParameterCount, again.ParameterCount);
    }

    [Fact]
    public void Write_MeanOfNewChannelsThatCountsNoPadding_IsTheNetwork()
    {
        var builder = new OnnxModelBuilder();
        builder.Input("x", "N", 3, 3, 3).Output("y", "N", 2);
        builder.Weights("w", [3, 3, 1, 1], 0.5, -1, 0.25, 1, 0.75, -0.5, -0.25, 1, 0.5).Weights("b", [3], 8, 9, 8);
        builder.Node("Conv", "x w b", "z").Node("Relu", "z", "a").Node(
            "AveragePool", "a", "p", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2), Ints("pads", 0, 0, 1, 0), Int("ceil_mode", 1));
        double[] columns = [0.5, 1, -0.25, 1, -0.5, 0.75];
        builder.Node("Flatten", "p", "f").Weights(
            "last", [2, 12], [.. Enumerable.Range(0, 24).Select(i => columns[i / 4])]).Node("Gemm", "f last", "y", Int("transB", 1));
        CompressionResult result = Compress(builder.Model, CompressionLevel.Maximal);
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.ReduceOutputRank);
        OnnxSurgeryAssert.Written(builder.Model, result.Compressed);
    }

    private static int Between(OnnxModelBuilder builder, string kind, double end)
    {
        switch (kind)
        {
            case "Transpose":
                builder.Node("Transpose", "z", "t", Ints("perm", 0, 2, 3, 1)).Node("Relu", "t", "u");
                builder.Node("Transpose", "u", "a", Ints("perm", 0, 3, 1, 2));
                return 3;
            case "Gather":
                builder.Node("Relu", "z", "r").Integers("taken", 0, 2, 2).Node("Gather", "r taken", "a", Int("axis", 1));
                return 3;
            case "Slice":
                builder.Node("Relu", "z", "r").Integers("first", 1).Integers("end", 3).Integers("axis", 1);
                builder.Node("Slice", "r first end axis", "a");
                return 2;
            case "Tile":
                builder.Node("Relu", "z", "r").Integers("times", 1, 2, 1, 2).Node("Tile", "r times", "a");
                return 6;
            case "PRelu":
                builder.Weights("slopes", [3, 1, 1], 0.125, -0.5, 0.25).Node("PRelu", "z slopes", "a");
                return 3;
            default:
                builder.Weights("ends", [3, 1, 1], 0.5, -0.5, end).Node(kind, "z ends", "a");
                return 3;
        }
    }

    private static CompressionResult Compress(ModelProto model, CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("test.onnx"), model.ToByteArray());
        ReluNetwork network = NetworkFormats.Read(folder.File("test.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(1) },
            CancellationToken.None);
        return LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
    }
}
