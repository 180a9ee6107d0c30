using CsCheck;
using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Pairs;

/// <summary>What the checker makes of two networks computes what it says, in exact arithmetic.</summary>
public class PairNetworkTests
{
    /// <summary>Each difference, less the number, is at most what the neuron takes, radii included, and hardly less.</summary>
    [Fact]
    public void Of_RandomPairs_LastNeuronsAreTheDifferencesRoundedUp()
    {
        int looked = 0;
        Gen.Select(RandomNetworks.Cases(), RandomNetworks.Cases(), Gen.Int[0, 6]).ForAll(
            (one, other, kind) =>
            {
                if (PairCase.Of(one, other, kind) is not { } c)
                    return;
                double deviation = kind % 2 == 0 ? 0.1 : 0;
                ReluNetwork pair = PairNetwork.Of(c.First, c.Second, deviation, new(threads: 1));
                var exact = new ExactNetwork(pair);
                AffineLayer sides = pair.DenseLayers[pair.Depth - 1];
                foreach (double[] point in c.Points().Take(8))
                {
                    Rational[] x = Array.ConvertAll(point, static v => (Rational)v);
                    Rational[][] z = exact.PreActivations(x);
                    Rational[] before = [.. z[pair.Depth - 2].Select(static v => Rational.Max(v, Rational.Zero))],
                        f = new ExactNetwork(c.First).Evaluate(x), g = new ExactNetwork(c.Second).Evaluate(x);
                    for (int o = 0; o < f.Length; o++)
                    {
                        Between(sides, 2 * o, z[pair.Depth - 1][2 * o], f[o] - g[o] - deviation, before);
                        Between(sides, (2 * o) + 1, z[pair.Depth - 1][(2 * o) + 1], g[o] - f[o] - deviation, before);
                    }
                }

                Interlocked.Increment(ref looked);
            },
            count: 400);
        Assert.InRange(looked, 250, 400);
    }

    [Fact]
    public void Of_TheSameNetworkTwice_SharesEveryNeuronAndIsExact()
    {
        ReluNetwork network = new(
            [Nets.Hidden([1, -2, 0.5], [3, 1, -1]), Nets.Hidden([0.1, 0.2, 0.3], [1, 1, 1]), Nets.Output([1, -1, 0])]);
        ReluNetwork pair = PairNetwork.Of(network, network, 0, new(threads: 1));
        Assert.Equal([2, 2, 2, 1], pair.DenseLayers.Select(static l => l.Outputs));
        Assert.All(pair.DenseLayers, static l => Assert.True(l.IsExact));
        Assert.All(pair.DenseLayers[2].Weights.ToArray(), static w => Assert.Equal(0, w));
        Assert.All(pair.DenseLayers[2].Bias.ToArray(), static b => Assert.Equal(0, b));
    }

    /// <summary>1 - 1e-20 is no double: what is lost is in the radius, and biases are rounded up.</summary>
    [Fact]
    public void Of_DifferencesThatRound_HaveRadii()
    {
        ReluNetwork first = new([Nets.Hidden([1, 0]), Nets.Output([1, 1])]),
            second = new([Nets.Hidden([1, 0]), Nets.Output([1e-20, 1e-20])]);
        AffineLayer sides = PairNetwork.Of(first, second, 0.7, new(threads: 1)).DenseLayers[1];
        Assert.Equal([1, -1], sides.Weights.ToArray());
        Assert.Equal([1e-20, 1e-20], sides.WeightRadius.ToArray());
        Assert.True((Rational)sides.Bias.Span[0] >= 1 - (Rational)1e-20 - 0.7);
        Assert.True((Rational)sides.Bias.Span[1] >= (Rational)1e-20 - 1 - 0.7);
        Assert.True(sides.Bias.Span[1] > -1.7);
    }

    [Fact]
    public void Of_DifferentSizes_IsRefused()
    {
        ReluNetwork one = new([Nets.Hidden([1, 0]), Nets.Output([1, 0])]),
            other = new([Nets.Hidden([1, 0, 1], [0, 1, 2]), Nets.Output([1, 1, 0])]);
        Assert.Equal("networks", Assert.Throws<Refusal>(() => PairNetwork.Of(one, other, 1, new(threads: 1))).Place);
    }

    private static void Between(AffineLayer sides, int row, Rational z, Rational difference, Rational[] before)
    {
        Rational radius = sides.BiasRadius.IsEmpty ? Rational.Zero : (Rational)sides.BiasRadius.Span[row],
            size = Rational.Abs(sides.Bias.Span[row]);
        for (int j = 0; j < before.Length; j++)
        {
            radius += sides.WeightRadius.IsEmpty ? Rational.Zero : before[j] * sides.WeightRadius.Span[(row * sides.Inputs) + j];
            size += before[j] * Math.Abs(sides.Row(row)[j]);
        }

        Assert.True(z + radius >= difference, $"{row}: {z} + {radius} < {difference}");
        Assert.True(z - radius - (size * 1e-9) - 1e-300 <= difference + ((1 + size) * 1e-8), $"{row}: {z} - {radius} > {difference}");
    }
}
