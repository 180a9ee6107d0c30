using ExactCompression.Compression.Rewriting;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>A step whose new weights or biases would overflow is not taken, and keeps no other from being taken.</summary>
public class OverflowTests
{
    /// <summary>Whatever of a rewrite is no float32, it is not stored as one.</summary>
    [Theory]
    [InlineData(1, 1, 1, 1, true)]
    [InlineData(1e39, 1, 1, 1, false)]
    [InlineData(1, 1e39, 1, 1, false)]
    [InlineData(1, 1, 1e39, 1, false)]
    [InlineData(1, 1, 1, 1e39, false)]
    public void Fits_NumbersOfEachPart_AreLookedAt(double nextWeight, double nextBias, double weight, double bias, bool fits)
    {
        LayerRewrite rewrite = new()
        {
            At = 0,
            Kind = CompressionStepKind.Merge,
            Description = "",
            Fates = [],
            Added = [new([weight], bias, 0, 1)],
            NextWeights = [nextWeight],
            NextBias = [nextBias],
        };
        Assert.Equal(fits, rewrite.Fits(WeightPrecision.Float32));
        Assert.True(rewrite.Fits(WeightPrecision.Float64));
    }

    [Fact]
    public void Compress_BiasThatWouldOverflow_LeavesTheNeurons()
    {
        CompressionResult folded = Nets.Compress(new([Hidden([1, 3e38f]), Output([10, 0])]), "a");
        Assert.Equal(("1-1-1", 0.0), (folded.Compressed.Architecture, folded.ProvenDeviation));
        CompressionResult merged = Nets.Compress(new([Hidden([1, 0], [1, 3e38f], [1, -0.5]), Output([10, 10, 1, 0])]), "aau");
        Assert.Equal(("1-3-1", 0.0), (merged.Compressed.Architecture, merged.ProvenDeviation));
    }

    /// <summary>What is added is small; what it is added to is next to overflow.</summary>
    [Theory]
    [InlineData(3.4e38, 3e36)]
    [InlineData(3e36, 3.4e38)]
    public void Compress_WeightNextToOverflow_LeavesTheNeurons(double first, double second)
    {
        ReluNetwork network = new([Hidden([1, 0], [1, 0], [1, -0.5]), Output([(float)first, (float)second, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "aau");
        Assert.Equal(("1-3-1", 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
    }

    /// <summary>
    /// Two neurons depend on the largest: what one brings overflows, as a weight or as a bias; the other is merged all the same.
    /// </summary>
    [Theory]
    [InlineData(3e38, 3e38, 2e36, 0)]
    [InlineData(1, 10, 1, 3e38)]
    public void Compress_OneOfTwoMergesThatWouldOverflow_IsLeftOut(double ofBasis, double ofNeuron, double ofOther, double bias)
    {
        ReluNetwork network = new(
            [Hidden([4, 0], [2, (float)bias], [2, 0], [1, -0.5]), Output([(float)ofBasis, (float)ofNeuron, (float)ofOther, 1, 0])]);
        CompressionResult result = Nets.Compress(network, "aaau");
        Assert.Equal([2], Assert.Single(result.Steps).Neurons);
        Assert.True(ExactDifference.At(network, result.Compressed, [1]) <= result.ProvenDeviation);
    }

    [Fact]
    public void Compress_FoldThatWouldOverflowAtAnyTolerance_LeavesTheLayer()
    {
        ReluNetwork network = new([Double([1e200, 0]), DoubleOutput([1e200, 0])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "a"), new() { Level = CompressionLevel.Maximal, Tolerance = double.PositiveInfinity },
            default);
        Assert.Equal(("1-1-1", 0.0), (result.Compressed.Architecture, result.ProvenDeviation));
    }

    [Fact]
    public void Compress_CollapseThatWouldOverflow_KeepsANeuron()
    {
        CompressionResult result = LeoCompression.Compress(
            Table(new([Double([-1, -0.25]), DoubleOutput([1, 1e300])]), InputDomain.Unit, "i"),
            new() { Precision = WeightPrecision.Float32 }, default);
        Assert.Equal((1e300, 0.0), (result.Compressed.DenseLayers[^1].Bias.Span[0], result.ProvenDeviation));
        Assert.Equal("1-1-1", result.Compressed.Architecture);
    }

    [Theory]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_CollapseToWhatIsNoNumber_IsNot(CompressionLevel level)
    {
        ReluNetwork network = new([Double([-1, -0.25]), Double([1, 1e300]), DoubleOutput([1e300, 1])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "i", "a"), new() { Level = level, Tolerance = double.PositiveInfinity }, default);
        Assert.True(result.Compressed.Depth > 0);
        Assert.Equal(0, ExactDifference.At(network, result.Compressed, [1]).Sign);
    }
}
