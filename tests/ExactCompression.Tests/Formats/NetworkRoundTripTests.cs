using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>What is written reads back bit for bit, in every format that is written here and in both precisions.</summary>
public class NetworkRoundTripTests
{
    private static readonly Gen<float> Weight = Gen.OneOf(
        Gen.Float[-2, 2], Gen.Float.OneTwo, Gen.Const(0f), Gen.Const(-0f), Gen.Const(float.Epsilon), Gen.Const(float.MaxValue),
        Gen.Const(1e-30f));

    [Theory]
    [InlineData(".dat", "WeightsDat")]
    [InlineData(".nnet", "NNet")]
    [InlineData(".npz", "Npz")]
    [InlineData(".safetensors", "SafeTensors")]
    public void Write_ThenRead_GivesTheSameNetwork(string extension, string format)
    {
        using var folder = new TemporaryFolder();
        Gen.Select(Gen.Int[1, 5].Array[2, 5], Weight.Array[200], Gen.Bool, Gen.Double[-1e-9, 1e-9]).ForAll((sizes, values, wide, nudge) =>
        {
            ReluNetwork network = Make(sizes, values, wide, nudge);
            string path = folder.File("net" + extension);
            NetworkFormats.Write(network, path);

            ReluNetwork read = NetworkFormats.Read(path);

            Assert.Equal(format, read.Format);
            Assert.Equal(network.Architecture, read.Architecture);
            Assert.Equal(network.Precision, read.Precision);
            foreach ((AffineLayer wrote, AffineLayer got) in network.DenseLayers.Zip(read.DenseLayers))
            {
                Assert.Equal(wrote.Weights.ToArray(), got.Weights.ToArray());
                Assert.Equal(wrote.Bias.ToArray(), got.Bias.ToArray());
                Assert.Equal(wrote.Activation, got.Activation);
                Assert.True(got.IsExact);
            }
        }, count: 60, threads: 1);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(".dat")]
    [InlineData(".nnet")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    [InlineData(".onnx")]
    public void Write_WeightsThatFloat32CannotHold_AreNotRounded(string extension)
    {
        // As after a join of float32 nodes, 0.1f * 0.1f: what is written without asking for a precision is the same function.
        using var folder = new TemporaryFolder();
        double product = (double)0.1f * 0.1f;
        var network = new ReluNetwork(
            [new AffineLayer([0.5], [product], 1, 1, Activation.Relu, WeightPrecision.Float32),
                new AffineLayer([product], [1], 1, 1, Activation.Identity, WeightPrecision.Float32)]);
        NetworkFormats.Write(network, folder.File("net" + extension));

        ReluNetwork read = NetworkFormats.Read(folder.File("net" + extension));

        Assert.Equal(product, read.DenseLayers[0].Bias.Span[0]);
        Assert.Equal(product, read.DenseLayers[1].Weights.Span[0]);
    }

    [Theory]
    [InlineData(".dat")]
    [InlineData(".nnet")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Write_RectifiedOutput_IsRefusedAndLeavesNothing(string extension)
    {
        using var folder = new TemporaryFolder();
        var network = new ReluNetwork([new AffineLayer([1], [0], 1, 1, Activation.Relu)]);

        InvalidInputException e = Assert.Throws<InvalidInputException>(() => NetworkFormats.Write(network, folder.File("net" + extension)));

        Assert.Equal("OutputReluUnsupported", e.ErrorId);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(".dat")]
    [InlineData(".nnet")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Write_WeightBeyondFloat32_IsRefused(string extension)
    {
        using var folder = new TemporaryFolder();
        var network = new ReluNetwork([new AffineLayer([1e300], [0], 1, 1, Activation.Identity, WeightPrecision.Float64)]);

        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => NetworkFormats.Write(network, folder.File("net" + extension), WeightPrecision.Float32));

        Assert.Equal("WeightOverflow", e.ErrorId);
    }

    [Fact]
    public void Read_TruncatedSafeTensors_FailsCleanly() => Truncated(".safetensors");

    [Fact]
    public void Read_TruncatedWeightsDat_FailsCleanly() => Truncated(".dat");

    [Fact]
    public void Read_TruncatedNNet_FailsCleanly() => Truncated(".nnet");

    private static void Truncated(string extension)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("net" + extension);
        NetworkFormats.Write(Make([2, 3, 2], [.. Enumerable.Range(0, 200).Select(static i => (i * 0.37f) - 1)], false, 0), path);
        byte[] content = File.ReadAllBytes(path);

        BadFile.TruncatedEverywhere(content, static p => NetworkFormats.Read(p), "cut" + extension);
        BadFile.CorruptedEverywhere(
            content, p => NetworkFormats.All.Single(f => f.Extensions.Contains(extension)).Read(p, new()), "damaged" + extension);
    }

    private static ReluNetwork Make(int[] sizes, float[] values, bool wide, double nudge)
    {
        int at = 0;
        double Next() => values[at++ % values.Length] is var v && wide && Math.Abs(v) < 1e30 ? v + nudge : v;
        var layers = new AffineLayer[sizes.Length - 1];
        for (int l = 0; l < layers.Length; l++)
        {
            double[] weights = [.. Enumerable.Range(0, sizes[l] * sizes[l + 1]).Select(_ => Next())];
            double[] bias = [.. Enumerable.Range(0, sizes[l + 1]).Select(_ => Next())];
            layers[l] = new(
                weights, bias, sizes[l + 1], sizes[l], l == layers.Length - 1 ? Activation.Identity : Activation.Relu,
                wide ? WeightPrecision.Float64 : WeightPrecision.Float32);
        }

        return new(layers, "net");
    }
}
