using CsCheck;
using ExactCompression.Tests.Campaigns;
using Xunit;

namespace ExactCompression.Tests.Oracles;

/// <summary>The oracle beside another one that enumerates all patterns, and beside values at many points.</summary>
public sealed class ExactRangesTests
{
    [Fact]
    public void Ranges_SmallNetworks_AreThoseOfEnumeration() =>
        RandomNetworks.Cases(mostInputs: 3, mostWidth: 2).ForAll(
            static c =>
            {
                (Rational Min, Rational Max)[][] expected = new ExactNetwork(c.Network).Ranges(c.Lower, c.Upper);
                ExactRanges.Range[][] ranges = ExactRanges.Of(c.Network, c.Lower, c.Upper)!;
                Assert.Equal(c.Network.Layers.Count, ranges.Length);
                for (int l = 0; l < expected.Length; l++)
                    Assert.Equal(expected[l], ranges[l].Select(static r => (r.Min.Value, r.Max.Value)));
            },
            count: 400);

    /// <summary>
    /// No point of a grid, or at random, gives more or less; and each extreme is what the network computes at the point that is given for
    /// it.
    /// </summary>
    [Fact]
    public void Ranges_HardNetworks_HoldEveryPointAndAreReached()
    {
        for (int seed = 0; seed < 120; seed++)
        {
            HardCase c = HardCases.Make(new(seed));
            if (ExactRanges.Of(c.Network, c.Lower, c.Upper, 4_000) is not { } ranges)
                continue;
            var network = new ExactNetwork(c.Network);
            foreach (Rational[] point in Points(new(seed), c.Lower, c.Upper))
            {
                Rational[][] z = network.PreActivations(point);
                for (int l = 0; l < z.Length; l++)
                {
                    for (int i = 0; i < z[l].Length; i++)
                        Assert.True(ranges[l][i].Min.Value <= z[l][i] && z[l][i] <= ranges[l][i].Max.Value, $"{seed}: {c}");
                }
            }

            for (int l = 0; l < ranges.Length; l++)
            {
                for (int i = 0; i < ranges[l].Length; i++)
                {
                    Assert.Equal(ranges[l][i].Min.Value, network.PreActivations(ranges[l][i].Min.Point)[l][i]);
                    Assert.Equal(ranges[l][i].Max.Value, network.PreActivations(ranges[l][i].Max.Point)[l][i]);
                    AssertInside(c, ranges[l][i].Min.Point);
                    AssertInside(c, ranges[l][i].Max.Point);
                }
            }
        }
    }

    [Fact]
    public void LargestDifference_TwoNetworks_IsReachedAndNowhereExceeded()
    {
        for (int seed = 0; seed < 120; seed++)
        {
            HardCase c = HardCases.Make(new(seed));
            ReluNetwork other = HardCases.Perturbed(new(seed), c.Network);
            if (ExactRanges.LargestDifference(c.Network, other, c.Lower, c.Upper, 4_000) is not { } largest)
                continue;
            (ExactNetwork first, ExactNetwork second) = (new(c.Network), new(other));
            Rational At(Rational[] x) => first.Evaluate(x).Zip(second.Evaluate(x), static (a, b) => Rational.Abs(a - b))
                .Aggregate(Rational.Max);
            Assert.Equal(largest.Value, At(largest.Point));
            AssertInside(c, largest.Point);
            foreach (Rational[] point in Points(new(seed), c.Lower, c.Upper))
                Assert.True(At(point) <= largest.Value, $"{seed}: {c}");
        }
    }

    /// <summary><c>|relu(x) - relu(-x)|</c> and what is left of it where one of the two neurons is missing.</summary>
    [Fact]
    public void LargestDifference_OneNeuronMissing_IsItsLargestOutput()
    {
        ReluNetwork both = new([new([1, -1], [0, 0], 2, 1, Activation.Relu), new([1, -3], [0], 1, 2, Activation.Identity)]);
        ReluNetwork one = new([new([1], [0], 1, 1, Activation.Relu), new([1], [0], 1, 1, Activation.Identity)]);
        ExactRanges.Extreme largest = ExactRanges.LargestDifference(both, one, [-0.5], [2])!;
        Assert.Equal(1.5, largest.Value);
        Assert.Equal([-0.5], largest.Point);
    }

    [Fact]
    public void Ranges_MoreCellsThanWanted_GivesNone() =>
        Assert.Null(ExactRanges.Of(new([new([1, 1], [-0.25, -0.5], 2, 1, Activation.Relu),
            new([1, 1], [0], 1, 2, Activation.Identity)]), [0], [1], 3));

    private static void AssertInside(HardCase c, Rational[] point)
    {
        for (int i = 0; i < point.Length; i++)
            Assert.True(c.Lower[i] <= point[i] && point[i] <= c.Upper[i]);
    }

    private static IEnumerable<Rational[]> Points(Random random, double[] lower, double[] upper)
    {
        const int Steps = 6;
        for (int at = 0; at < Math.Pow(Steps + 1, Math.Min(2, lower.Length)); at++)
            yield return [.. lower.Select((l, i) => (Rational)l
                + (((Rational)upper[i] - l) * new Rational((i == 0 ? at : at / (Steps + 1)) % (Steps + 1), Steps)))];
        for (int at = 0; at < 20; at++)
            yield return [.. lower.Select((l, i) => (Rational)l + (((Rational)upper[i] - l) * (Rational)random.NextDouble()))];
    }
}
