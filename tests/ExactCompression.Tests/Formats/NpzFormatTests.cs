using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class NpzFormatTests
{
    [Theory]
    [InlineData(Fixtures.NpzInputsFirst, WeightPrecision.Float32)]
    [InlineData(Fixtures.NpzPositional, WeightPrecision.Float64)]
    public void Read_EitherOrientation_GivesTheNetwork(string fixture, WeightPrecision precision)
    {
        using var folder = new TemporaryFolder();

        ReluNetwork network = NetworkFormats.Read(folder.Write("net.npz", Fixtures.Unpack(fixture)));

        Assert.Equal("2-3-2", network.Architecture);
        Assert.Equal([1.5, -2, 0.25, 3, -1, 0.5], network.DenseLayers[0].Weights.ToArray());
        Assert.Equal([2, -1, 0.5, 1, 0.75, -3], network.DenseLayers[1].Weights.ToArray());
        Assert.Equal([0.125, -0.5], network.DenseLayers[1].Bias.ToArray());
        Assert.Equal(precision, network.Precision);
        Assert.Equal("Npz", network.Format);
    }

    [Fact]
    public void Read_SquareWithoutTellingNames_IsRefused() =>
        BadFile.Network(Fixtures.Unpack(Fixtures.NpzSquare), "WeightLayoutAmbiguous", "square.npz");

    [Fact]
    public void Read_TruncatedAnywhere_FailsCleanly() =>
        BadFile.TruncatedEverywhere(Fixtures.Unpack(Fixtures.NpzInputsFirst), static p => NetworkFormats.Read(p), "cut.npz");

    [Fact]
    public void Read_CorruptedAnywhere_FailsCleanly() =>
        BadFile.CorruptedEverywhere(Fixtures.Unpack(Fixtures.NpzPositional), static p => new NpzFormat().Read(p, new()), "damaged.npz");
}
