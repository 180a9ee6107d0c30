using System.Text;
using ExactCompression.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class TextFormatTests
{
    private const string Dat =
        "//a comment\n//another\n\nlevels = 2;\n\nn = [2, 1, 1];\n\nW = [\n0.1,-2e-1\n,3\n];\n\nB = [\n0.5\n,-0.25\n];\n";

    // One input in [10, 20], mean 4, range 3; one output y = 2 (relu((x - 4) / 3)) + 1, then y * 5 + 7.
    private const string NNet = "// comment\n2,1,1,1,\n1,1,1,\n0,\n10.0,\n20.0,\n4.0,7.0,\n3.0,5.0,\n1.0,\n0.0,\n2.0,\n1.0,\n";

    [Fact]
    public void Read_WeightsDat_GivesFloat32OfShortDecimals()
    {
        ReluNetwork network = Read("weights.dat", Dat);

        Assert.Equal("2-1-1", network.Architecture);
        Assert.Equal(WeightPrecision.Float32, network.Precision);
        Assert.Equal([0.1f, -0.2f], network.DenseLayers[0].Weights.ToArray());
        Assert.Equal([3.0], network.DenseLayers[1].Weights.ToArray());
        Assert.Equal([-0.25], network.DenseLayers[1].Bias.ToArray());
    }

    [Fact]
    public void Read_WeightsDatWithLongDecimal_GivesFloat64Throughout()
    {
        ReluNetwork network = Read("weights.dat", Dat.Replace("-2e-1", "0.12345678901234567", StringComparison.Ordinal));

        Assert.Equal(WeightPrecision.Float64, network.Precision);
        Assert.Equal([0.1, 0.12345678901234567], network.DenseLayers[0].Weights.ToArray());
    }

    [Theory]
    [InlineData("0.1,", "0.1,x,", "TextFormatDamaged", "line 9")]
    [InlineData("0.1,", "nan,", "WeightNotFinite", "line 9")]
    [InlineData("0.1,", "1e999,", "WeightNotFinite", "line 9")]
    [InlineData(",3", "", "TextFormatDamaged", "line 11")]
    [InlineData("2, 1, 1", "2, 1", "TextFormatDamaged", "line 6")]
    [InlineData("2, 1, 1", "2, 2, 1", "TextFormatDamaged", "line")]
    [InlineData("2, 1, 1", "200000, 100000, 1", "FileTruncated", "line")]
    [InlineData("levels = 2", "levels = 2000000000", "TextFormatDamaged", "line 4")]
    [InlineData("levels = 2", "levels = 9000", "FileTruncated", "line")]
    [InlineData("-0.25\n];", "-0.25\n]; 7", "TextFormatDamaged", "line")]
    public void Read_BadWeightsDat_IsRefusedWithLine(string from, string to, string errorId, string place)
    {
        string text = Dat.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Dat, text);

        Assert.Contains(
            place, BadFile.Network(Encoding.UTF8.GetBytes(text), errorId, "weights.dat", "WeightsDat").Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NNet_FoldsNormalisationWithRigorousRadius()
    {
        ReluNetwork network = Read("net.nnet", NNet);

        Assert.Equal("1-1-1", network.Architecture);
        Assert.Equal(10, network.StatedDomain!.Lower.Span[0]);
        Assert.Equal(20, network.StatedDomain.Upper.Span[0]);
        // x = 10: (10 - 4) / 3 = 2, 2 * 2 + 1 = 5, 5 * 5 + 7 = 32
        Assert.Equal(32, network.Evaluate([10])[0], 12);
        AffineLayer first = network.DenseLayers[0], last = network.DenseLayers[1];
        Assert.False(first.IsExact); // neither 1/3 nor -4/3 is a double
        RequireWithin(first.Weights.Span[0], first.WeightRadius.Span[0], new Rational(1, 3));
        RequireWithin(first.Bias.Span[0], first.BiasRadius.Span[0], new Rational(-4, 3));
        Assert.InRange(first.WeightRadius.Span[0], 0, 1e-15);
        Assert.True(last.IsExact);
        Assert.Equal([10.0], last.Weights.ToArray());
        Assert.Equal([12.0], last.Bias.ToArray());
    }

    [Fact]
    public void Read_NNetWithIdentityNormalisation_IsExact()
    {
        ReluNetwork network = Read(
            "net.nnet", NNet.Replace("4.0,7.0", "0,0", StringComparison.Ordinal).Replace("3.0,5.0", "1,1", StringComparison.Ordinal));

        Assert.All(network.DenseLayers, static l => Assert.True(l.IsExact));
        Assert.Equal(WeightPrecision.Float32, network.Precision);
    }

    [Fact]
    public void Write_NNetWithDomain_ReadsBackWithIt()
    {
        using var folder = new TemporaryFolder();
        var network = new ReluNetwork(
            [new AffineLayer([0.1f, 0.2f], [0], 1, 2, Activation.Identity)], statedDomain: new InputDomain([-0.1, 0.3], [1e-300, 0.7]));

        NetworkFormats.Write(network, folder.File("net.nnet"));
        InputDomain domain = NetworkFormats.Read(folder.File("net.nnet")).StatedDomain!;

        Assert.Equal([-0.1, 0.3], domain.Lower.ToArray());
        Assert.Equal([1e-300, 0.7], domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("3.0,5.0", "0.0,5.0", "NNetRangeZero")]
    [InlineData("10.0,\n20.0", "20.0,\n10.0", "DomainEndsReversed")]
    [InlineData("2,1,1,1,\n1,1,1", "2,1,1,1,\n2,1,1", "LayerShapeMismatch")]
    [InlineData("2,1,1,1,\n1,1,1", "2,1,1,1,\n1,99999999,1", "FileTruncated")]
    [InlineData("2.0,\n1.0,\n", "2.0,\n", "FileTruncated")]
    [InlineData("2.0,\n1.0,\n", "2.0,\n1.0,\n3.0\n", "TextFormatDamaged")]
    [InlineData("3.0,5.0", "1e-200,1e200", "WeightNotFinite")]
    public void Read_BadNNet_IsRefused(string from, string to, string errorId)
    {
        string text = NNet.Replace(from, to, StringComparison.Ordinal).Replace(
            "2.0,\n1.0,", errorId == "WeightNotFinite" ? "1e200,\n1.0," : "2.0,\n1.0,", StringComparison.Ordinal);
        Assert.NotEqual(NNet, text);

        BadFile.Network(Encoding.UTF8.GetBytes(text), errorId, "net.nnet", "NNet");
    }

    private static void RequireWithin(double value, double radius, Rational exact)
    {
        Rational center = value, reach = radius;
        Assert.True(center - reach <= exact && exact <= center + reach);
    }

    private static ReluNetwork Read(string name, string text)
    {
        using var folder = new TemporaryFolder();
        return NetworkFormats.Read(folder.Write(name, Encoding.UTF8.GetBytes(text)));
    }
}
