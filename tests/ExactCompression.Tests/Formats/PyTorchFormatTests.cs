using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class PyTorchFormatTests
{
    private static readonly double[] Weights1 = [1.5, -2, 0.25, 3, -1, 0.5];
    private static readonly double[] Bias1 = [0.5, -0.25, 1];
    private static readonly double[] Weights2 = [2, -1, 0.5, 1, 0.75, -3];
    private static readonly double[] Bias2 = [0.125, -0.5];

    [Theory]
    [InlineData(Fixtures.ZipStateDict, "net.pt")]
    [InlineData(Fixtures.LegacyCheckpoint, "checkpoint.tar")]
    [InlineData(Fixtures.ZipHalf, "no-extension")]
    public void Read_StateDict_GivesWeightsAndValuesOfPyTorch(string fixture, string name)
    {
        ReluNetwork network = Read(fixture, name);

        Assert.Equal("2-3-2", network.Architecture);
        Assert.Equal(Weights1, network.DenseLayers[0].Weights.ToArray());
        Assert.Equal(Bias1, network.DenseLayers[0].Bias.ToArray());
        Assert.Equal(Weights2, network.DenseLayers[1].Weights.ToArray());
        Assert.Equal(Bias2, network.DenseLayers[1].Bias.ToArray());
        Assert.Equal(Activation.Relu, network.Layers[0].Activation);
        Assert.Equal(Activation.Identity, network.Layers[1].Activation);
        Assert.Equal(WeightPrecision.Float32, network.Precision);
        Assert.Equal("PyTorch", network.Format);
        double[] output = network.Evaluate([0.3, 0.7]);
        Assert.Equal(-1.275, output[0], 12);
        Assert.Equal(-2.20625, output[1], 12);
    }

    [Theory]
    [InlineData(Fixtures.ZipViews)]
    [InlineData(Fixtures.LegacyViews)]
    public void Read_StridedViews_FollowsOffsetsAndStrides(string fixture)
    {
        ReluNetwork network = Read(fixture, "views.pth");

        Assert.Equal([-1.5, -0.75, -1.25, -0.5, -1, -0.25], network.DenseLayers[0].Weights.ToArray());
        Assert.Equal([-1.75, -1.5, -1.25], network.DenseLayers[0].Bias.ToArray());
        Assert.Equal([-0.75, -0.25, 0.25, 0.75, 1.25, 1.75], network.DenseLayers[1].Weights.ToArray());
        Assert.Equal([0, 0], network.DenseLayers[1].Bias.ToArray());
        Assert.Equal(WeightPrecision.Float64, network.Precision);
        Assert.Equal([-1.0625, 2.3125], network.Evaluate([-1, -2]));
    }

    [Theory]
    [InlineData(Fixtures.ZipMalicious, "posix.system")]
    [InlineData(Fixtures.LegacyMalicious, "posix.system")]
    public void Read_PickleThatCallsSomething_IsRefusedByName(string fixture, string name)
    {
        InvalidFileException e = BadFile.Network(Fixtures.Unpack(fixture), "PickleForbiddenGlobal");

        Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.True(e.Unsupported);
    }

    [Fact]
    public void Read_Convolution_IsRefused() =>
        Assert.Equal("conv.weight", BadFile.Network(Fixtures.Unpack(Fixtures.ZipConvolution), "ConvolutionUnsupported").Place);

    [Fact]
    public void Read_NotANumber_NamesTensorAndPlace()
    {
        byte[] content = Fixtures.Unpack(Fixtures.LegacyViews);
        double target = -0.75; // the storage's fifth value from the end of -2, -1.75, ...; only raw data holds these bytes
        int at = content.AsSpan().IndexOf(BitConverter.GetBytes(target));
        BitConverter.GetBytes(double.NaN).CopyTo(content, at);

        InvalidFileException e = BadFile.Network(content, "WeightNotFinite");

        Assert.Contains("fc1.weight, neuron 0, input 1", e.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_StorageLongerThanFile_IsRefusedWithoutAllocating()
    {
        byte[] content = Fixtures.Unpack(Fixtures.LegacyViews);
        int at = content.AsSpan().LastIndexOf(BitConverter.GetBytes(20L)); // the count before the raw elements
        BitConverter.GetBytes(long.MaxValue / 16).CopyTo(content, at);
        long before = GC.GetAllocatedBytesForCurrentThread();

        BadFile.Network(content, "PickleDamaged");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData(Fixtures.ZipStateDict)]
    [InlineData(Fixtures.LegacyCheckpoint)]
    public void Read_TruncatedAnywhere_FailsCleanly(string fixture) =>
        BadFile.TruncatedEverywhere(Fixtures.Unpack(fixture), static p => NetworkFormats.Read(p), "cut.pt");

    [Theory]
    [InlineData(Fixtures.ZipViews)]
    [InlineData(Fixtures.LegacyViews)]
    public void Read_CorruptedAnywhere_FailsCleanly(string fixture) =>
        BadFile.CorruptedEverywhere(Fixtures.Unpack(fixture), static p => new PyTorchFormat().Read(p, new()), "damaged.pt");

    private static ReluNetwork Read(string fixture, string name)
    {
        using var folder = new TemporaryFolder();
        return NetworkFormats.Read(folder.Write(name, Fixtures.Unpack(fixture)));
    }
}
