using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>The result stays within a requested tolerance, whatever kind of step would exceed it.</summary>
public class ToleranceTests
{
    private static readonly double[] Tolerances = [1, 1e-6, 1e-9, 1e-12, 1e-300, 0];

    /// <summary>
    /// Networks on which the float32 rounding of each kind of step is observable: a constant, a fold, a merge, a bias of fixed inputs, an
    /// overflow.
    /// </summary>
    public static TheoryData<string> Kinds => [.. Networks.Keys];

    private static Dictionary<string, (ReluNetwork Network, InputDomain Domain, string[] Verdicts)> Networks { get; } = new()
    {
        ["collapse"] = (new([Hidden([-1, -0.25], [-2, -0.5]), Hidden([1, 1, 0.1f], [2, 2, 0.7f]), Output([0.3f, 0.9f, 0.1f])]),
            InputDomain.Unit, ["ii", "aa"]),
        ["collapse later"] = (new(
            [Hidden([1, -0.5], [-1, 0.5], [0.3f, 0.7f]), Hidden([-1, -1, 0, -0.25], [-1, -0.5, -1, -1]), Hidden([1, 1, 0.1f], [2, 2, 0.7f]),
                Output([0.3f, 0.9f, 0.1f])]), InputDomain.Unit, ["uua", "ii", "aa"]),
        ["fold"] = (new([Hidden([0.1f, 0.3f], [0.7f, 0.9f]), Hidden([0.3f, -0.7f, 0.1f], [0.9f, -1.3f, 0.2f]), Output([0.3f, 0.9f, 0.1f])]),
            InputDomain.Unit, ["aa", "uu"]),
        ["merge"] = (new([Hidden([0.1f, 0.3f], [0.7f, 0.9f], [1, -0.5f]), Output([0.3f, 0.9f, 0.1f, 0.7f])]), InputDomain.Unit, ["aau"]),
        ["overflow"] = (new([Hidden([3e38f, 1e38f], [3e38f, 2e38f], [1, -0.5f]), Output([3e38f, 3e38f, 1, 1])]), InputDomain.Unit, ["aau"]),
        ["point"] = (new([Hidden([0.1f, 0.3f, -0.2f], [-0.7f, 0.9f, 0.1f]), Output([0.3f, 0.9f, 0.1f])]), new([0, 0.1], [1, 0.1]), ["uu"]),
        ["multiples"] = (new([Hidden([0.1f, -0.03f], [0.3f, -0.09f], [-0.1f, 0.03f]), Output([0.3f, 0.9f, 0.7f, 0.1f])]), InputDomain.Unit,
            ["uuu"]),
        ["two folds"] = (new([Hidden([0.1f, 0.3f]), Hidden([0.7f, 0.9f]), Hidden([0.3f, 0.1f]), Output([0.9f, 0.1f])]), InputDomain.Unit,
            ["a", "a", "a"]),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Compress_WithATolerance_StaysWithinIt(string kind)
    {
        (ReluNetwork network, InputDomain domain, string[] verdicts) = Networks[kind];
        StabilityTable table = Table(network, domain, verdicts);
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            foreach (WeightPrecision? precision in (WeightPrecision?[])[null, WeightPrecision.Float32, WeightPrecision.Float64])
            {
                foreach (double tolerance in Tolerances)
                {
                    CompressionResult result = LeoCompression.Compress(
                        table, new() { Level = level, Precision = precision, Tolerance = tolerance }, default);
                    Assert.True(result.ProvenDeviation <= tolerance, $"{level}, {precision}, {tolerance}: {result.ProvenDeviation}");
                    foreach (double x in (double[])[0, 0.25, 0.3, 1])
                    {
                        double[] point = network.InputSize == 1 ? [x] : [x, 0.1];
                        Assert.True(
                            ExactDifference.At(network, result.Compressed, point) <= result.ProvenDeviation,
                            $"{level}, {precision}, {tolerance}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Compress_ToleranceThatOneOfTwoFoldsKeeps_TakesIt()
    {
        // The first fold is exact (powers of two), the second is not.
        var network = new ReluNetwork(
            [Hidden([0.5, 1]), Hidden([2, 1], [0.25, -0.5]), Hidden([0.3f, 0.1f, 0.7f], [0.1f, 0.7f, 0.2f]), Output([0.9f, 0.3f, 0.1f])]);
        StabilityTable table = Table(network, InputDomain.Unit, "a", "au", "aa");
        CompressionResult all = LeoCompression.Compress(table, new(), default),
            some = LeoCompression.Compress(table, new() { Tolerance = 1e-12 }, default);

        Assert.Equal(2, all.FoldedLayers);
        Assert.True(all.ProvenDeviation > 1e-12);
        Assert.Equal(1, some.FoldedLayers);
        Assert.True(some.ProvenDeviation <= 1e-12);
        Assert.True(ExactDifference.At(network, some.Compressed, [0.3]) <= some.ProvenDeviation);
    }

    [Fact]
    public void Compress_CollapseWithinTheTolerance_IsTaken()
    {
        (ReluNetwork network, InputDomain domain, string[] verdicts) = Networks["collapse"];
        foreach (CompressionLevel level in (CompressionLevel[])[CompressionLevel.LeoPlusPlus, CompressionLevel.Maximal])
            Assert.Equal(
                "1-1", LeoCompression.Compress(
                    Table(network, domain, verdicts), new() { Level = level, Tolerance = 1e-6 }, default).Compressed.Architecture);
    }
}
