using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>A compressed network never takes a larger file than its original.</summary>
public class OnnxFileSizeTests
{
    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_FileWithoutBatch_KeepsItsForm(CompressionLevel level)
    {
        ModelProto model = WithoutBatch();
        (CompressionResult result, ModelProto after) = Compressed(model, level);
        Assert.InRange(after.CalculateSize(), 1, model.CalculateSize());
        Assert.Single(after.Graph.Node, static n => n.OpType == "Reshape");
        if (level == CompressionLevel.Maximal)
            Assert.True(result.Compressed.Graph!.Nodes.Count < result.Original.Graph!.Nodes.Count);
        OnnxRuntimeOracle.AssertEvaluates(result.Compressed, after.ToByteArray());
    }

    /// <summary>
    /// A product with a constant becomes one with a constant for every row, which takes more nodes: only the sum behind it is joined.
    /// </summary>
    [Fact]
    public void Compress_WouldTakeLargerFile_DoesLess()
    {
        ModelProto model = OfConstant();
        (CompressionResult result, ModelProto after) = Compressed(model, CompressionLevel.Maximal);
        Assert.InRange(after.CalculateSize(), 1, model.CalculateSize());
        string remark = Assert.Single(result.Remarks, static r => r.Contains("would be larger", StringComparison.Ordinal));
        Assert.EndsWith(".", remark, StringComparison.Ordinal);
        Assert.Equal(0, result.ProvenDeviation);
        OnnxRuntimeOracle.AssertEvaluates(result.Compressed, after.ToByteArray());
    }

    /// <summary>
    /// Factors whose products with the weights are no float32: the layers are joined in float64, but the file keeps its own numbers.
    /// </summary>
    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    public void Compress_FactorsThatRound_KeepTypeAndTensors(CompressionLevel level)
    {
        ModelProto model = OfFactors();
        (CompressionResult result, ModelProto after) = Compressed(model, level);
        Assert.Equal(WeightPrecision.Float64, result.Original.Precision);
        Assert.Equal(1, result.Original.NeuronCount - result.Compressed.NeuronCount);
        Assert.Equal(model.Graph.Input, after.Graph.Input);
        Assert.Equal(model.Graph.Output, after.Graph.Output);
        Assert.Equal(model.Graph.Node, after.Graph.Node);
        Assert.InRange(after.CalculateSize(), 1, model.CalculateSize() - 1);
        Assert.Empty(result.Remarks);
        OnnxRuntimeOracle.AssertEvaluates(result.Compressed, after.ToByteArray());
    }

    [Fact]
    public void Write_Untouched_KeepsListsAsTheyWere()
    {
        // Dimensions and integers of attributes one by one, as the public format has them.
        ModelProto model = WithoutBatch();
        TensorProto tensor = model.Graph.Initializer.First(static t => t.Dims.Count == 1);
        byte[] expected = [0x08, (byte)tensor.Dims[0]];
        Assert.Equal(expected, tensor.ToByteArray()[..2]);
    }

    private static (CompressionResult Result, ModelProto After) Compressed(ModelProto model, CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("net.onnx"), model.ToByteArray());
        ReluNetwork network = NetworkFormats.Read(folder.File("net.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new() { TimeLimit = TimeSpan.FromSeconds(5) },
            CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
        NetworkFormats.Write(result.Compressed, folder.File("cut.onnx"));
        return (result, ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("cut.onnx"))));
    }

    /// <summary>A file whose values behind the first layer are vectors, without a dimension for the batch.</summary>
    private static ModelProto WithoutBatch() => new OnnxModelBuilder()
        .Input("x", 1, 1, 2, 2)
        .Weights("k", [2, 1, 1, 1], 1, -1)
        .Node("Conv", "x k", "c", OnnxModelBuilder.Ints("kernel_shape", 1, 1))
        .Node("Relu", "c", "r")
        .Integers("flat", 8)
        .Node("Reshape", "r flat", "v")
        .Weights("w", [8, 3], [.. Enumerable.Range(0, 24).Select(static i => ((i * 7 % 11) - 5) / 4.0)])
        .Weights("b", [3], 0.25, -0.5, 0.125)
        .Node("MatMul", "v w", "p")
        .Node("Add", "p b", "s")
        .Node("Relu", "s", "t")
        .Weights("u", [3, 2], 1, -1, 0.5, 2, -1, 1)
        .Weights("d", [2], 0.5, 1)
        .Node("MatMul", "t u", "q")
        .Node("Add", "q d", "y")
        .Output("y", 2)
        .Model;

    private static ModelProto OfFactors() => new OnnxModelBuilder()
        .Input("x", "N", 2)
        .Weights("w", [2, 3], 0.1, -0.7, 0.3, 0.2, -0.1, -0.6)
        .Weights("b", [3], 0.05, -0.3, 0.15)
        .Node("Gemm", "x w b", "p", OnnxModelBuilder.Float("alpha", 0.3f), OnnxModelBuilder.Float("beta", 1.1f))
        .Node("Relu", "p", "r")
        .Weights("u", [3, 2], 0.4, -0.9, 0.7, 0.3, -0.2, 0.6)
        .Node("Gemm", "r u", "y", OnnxModelBuilder.Float("alpha", -1.7f))
        .Output("y", "N", 2)
        .Model;

    private static ModelProto OfConstant() => new OnnxModelBuilder()
        .Input("x", "N", 2)
        .Weights("w", [2, 3], 1, -1, 0.5, 2, -1, 1)
        .Weights("b", [3], -0.5, 0.25, -0.25)
        .Weights("zero", [1, 2], 1, 2)
        .Node("MatMul", "x w", "p")
        .Node("Add", "p b", "s")
        .Node("Relu", "s", "t")
        .Node("Identity", "zero", "z")
        .Node("MatMul", "z w", "o")
        .Node("Add", "o b", "n")
        .Node("Relu", "n", "m")
        .Node("Sub", "t m", "y")
        .Output("y", "N", 3)
        .Model;
}
