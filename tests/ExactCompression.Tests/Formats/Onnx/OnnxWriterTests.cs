using CsCheck;
using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Tests.Oracles;
using Xunit;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Written files: bit for bit the network, running in ONNX Runtime for any batch, never larger than a source.</summary>
public sealed class OnnxWriterTests
{
    [Fact]
    public void Write_RandomNetworks_RoundTripsBitForBit() => Networks(WeightPrecision.Float32).ForAll(
        static network =>
        {
            NetworkAssert.SameBits(network, RoundTrip(network, WeightPrecision.Float32));
            OnnxRuntimeOracle.AssertAgrees(network, Bytes(network, WeightPrecision.Float32), 1e-5, 1, network.InputSize);
        },
        count: 150,
        threads: 1);

    [Fact]
    public void Write_Float64_RoundTripsBitForBitAndRunsInDouble() => Networks(WeightPrecision.Float64).ForAll(
        static network =>
        {
            ReluNetwork copy = RoundTrip(network, network.Precision);
            Assert.Equal(WeightPrecision.Float64, copy.Precision);
            NetworkAssert.SameBits(network, copy);
            OnnxRuntimeOracle.AssertAgrees(network, Bytes(network, WeightPrecision.Float64), 1e-12, 1, network.InputSize);
        },
        count: 150,
        threads: 1);

    [Fact]
    public void Write_RunsForABatch()
    {
        var network = new ReluNetwork(
        [
            new AffineLayer([1, -2, 0.5, 3], [0.1f, -1], 2, 2, Activation.Relu),
            new AffineLayer([1, 1], [7], 1, 2, Activation.Identity),
        ]);
        using var oracle = new OnnxRuntimeOracle(Bytes(network, WeightPrecision.Float32));
        double[][] rows = [[0.25, 0.5], [1, -1], [-3, 2]];
        double[] outputs = oracle.Run([.. rows.SelectMany(static row => row)], 3, 2);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(network.Evaluate(rows[i])[0], outputs[i], 1e-5);
    }

    [Fact]
    public void Write_BiasesThatNeedNoStorage_AreLeftOutOrStoredOnce()
    {
        var network = new ReluNetwork(
        [
            new AffineLayer([1, 2, 3], new double[3], 3, 1, Activation.Relu),
            new AffineLayer([1, 2, 3, 4, 5, 6], [0.3f, 0.3f], 2, 3, Activation.Relu),
            new AffineLayer([1, 2], [-0.0], 1, 2, Activation.Identity),
        ]);
        var model = OnnxWriter.Model(network, WeightPrecision.Float32);
        Assert.Equal([[3, 1], [2, 3], [1], [1, 2], [1]], model.Graph.Initializer.Select(static tensor => tensor.Dims.ToArray()));
        NetworkAssert.SameBits(network, RoundTrip(network, WeightPrecision.Float32));
        OnnxRuntimeOracle.AssertAgrees(network, Bytes(network, WeightPrecision.Float32), 1e-6, 1, 1);
    }

    [Fact]
    public void Write_WeightsOfSixteenBits_AreStoredAsSuch()
    {
        var random = new Random(5);
        double[] weights = [.. Enumerable.Range(0, 64 * 32).Select(_ => (double)(Half)random.NextDouble())];
        double[] bias = [.. Enumerable.Range(0, 32).Select(_ => (double)(float)random.NextDouble())];
        var network = new ReluNetwork([new AffineLayer(weights, bias, 32, 64, Activation.Relu)]);
        byte[] bytes = Bytes(network, WeightPrecision.Float32);
        Assert.InRange(bytes.Length, weights.Length * 2, weights.Length * 2 + 500);
        NetworkAssert.SameBits(network, RoundTrip(network, WeightPrecision.Float32));
        OnnxRuntimeOracle.AssertAgrees(network, bytes, 1e-6, 1, 64);
    }

    [Theory]
    [InlineData(nameof(DataType.Float), false)]
    [InlineData(nameof(DataType.Float), true)]
    [InlineData(nameof(DataType.Double), false)]
    [InlineData(nameof(DataType.Double), true)]
    [InlineData(nameof(DataType.Float16), false)]
    [InlineData(nameof(DataType.Float16), true)]
    public void Write_AfterReading_IsNotLarger(string typeName, bool matMul)
    {
        var type = Enum.Parse<DataType>(typeName);
        // Nothing optional in the source, and the shortest names; weights of 16 bits, which need a cast each, come with names as exporters
        // give them.
        var random = new Random(11);
        double[] Values(int count) =>
            [.. Enumerable.Range(0, count).Select(
                _ => type == DataType.Float16 ? (double)(Half)random.NextDouble() : (float)random.NextDouble())];
        string prefix = type == DataType.Float16 ? "fc.weight." : "";
        OnnxModelBuilder source = new OnnxModelBuilder(type: type).Input("input", "N", 20).Output("output", "N", 30)
            .Weights(prefix + "a", matMul ? [20, 50] : [50, 20], Values(1000)).Weights(prefix + "b", [50], Values(50))
            .Weights(prefix + "c", matMul ? [50, 30] : [30, 50], Values(1500)).Weights(prefix + "d", [30], Values(30));
        source.Graph.Name = "g";
        string p = prefix;
        if (matMul)
            source.Node("MatMul", $"input {p}a", "e").Node("Add", $"e {p}b", "f").Node("Relu", "f", "g").Node("MatMul", $"g {p}c", "h")
                .Node("Add", $"h {p}d", "output");
        else
            source.Node("Gemm", $"input {p}a {p}b", "e", OnnxModelBuilder.Int("transB", 1)).Node("Relu", "e", "f").Node(
                "Gemm", $"f {p}c {p}d", "output", OnnxModelBuilder.Int("transB", 1));
        if (type != DataType.Float16)
        {
            foreach (var node in source.Graph.Node)
                node.Name = "";
        }

        ReluNetwork network = OnnxRuntimeOracle.Read(source.Model);
        byte[] copy = Bytes(network, network.Precision);
        Assert.InRange(copy.Length, 1, source.Bytes().Length);
        OnnxRuntimeOracle.AssertAgrees(network, copy, 1e-5, 1, 20);
    }

    [Fact]
    public void Write_ValueBeyondFloat32_IsRefused()
    {
        var network = new ReluNetwork([new AffineLayer([1e39], [0], 1, 1, Activation.Identity, WeightPrecision.Float64)]);
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<InvalidInputException>(
            () => NetworkFormats.Write(network, folder.File("n.onnx"), WeightPrecision.Float32));
        Assert.Equal("WeightOverflow", error.ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        NetworkFormats.Write(network, folder.File("n.onnx"));
        Assert.Equal(1e39, NetworkFormats.Read(folder.File("n.onnx")).DenseLayers[0].Weights.Span[0]);
    }

    [Fact]
    public void Write_LayerWithRadius_StoresTheCentre()
    {
        var network = new ReluNetwork(
            [new AffineLayer([0.5], [0.25], 1, 1, Activation.Identity, WeightPrecision.Float64, [1e-17], [1e-17])]);
        ReluNetwork copy = RoundTrip(network, WeightPrecision.Float64);
        NetworkAssert.SameBits(network, copy);
        Assert.True(copy.DenseLayers[0].IsExact);
    }

    private static Gen<ReluNetwork> Networks(WeightPrecision precision) =>
        from widths in Gen.Int[1, 9].Array[2, 5]
        from seed in Gen.Int
        from finalRelu in Gen.Bool
        from zeroBias in Gen.Bool
        select Network(widths, new Random(seed), finalRelu, zeroBias, precision);

    private static ReluNetwork Network(int[] widths, Random random, bool finalRelu, bool zeroBias, WeightPrecision precision)
    {
        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => Value())];
        double Value()
        {
            double value = random.Next(10) == 0 ? -0.0 : random.NextDouble() * 2 - 1;
            return precision == WeightPrecision.Float32 ? (float)value : value;
        }

        return new ReluNetwork(widths.Skip(1).Select((width, i) => new AffineLayer(
            Values(width * widths[i]),
            zeroBias ? new double[width] : Values(width),
            width,
            widths[i],
            i < widths.Length - 2 || finalRelu ? Activation.Relu : Activation.Identity,
            precision)));
    }

    private static byte[] Bytes(ReluNetwork network, WeightPrecision precision)
    {
        using var stream = new MemoryStream();
        new OnnxFormat().Write(network, stream, precision);
        return stream.ToArray();
    }

    private static ReluNetwork RoundTrip(ReluNetwork network, WeightPrecision precision) =>
        OnnxRuntimeOracle.Read(ExactCompression.Formats.Onnx.Schema.ModelProto.Parser.ParseFrom(Bytes(network, precision)));
}
