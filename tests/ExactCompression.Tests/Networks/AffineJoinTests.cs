using CsCheck;
using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>
/// Joined maps against exact fractions: the true composite lies within the radii, and the radii are absent where nothing rounds.
/// </summary>
public sealed class AffineJoinTests
{
    private static readonly Gen<double> Value = Gen.OneOf(
        Gen.Int[-8, 8].Select(static i => i / 4.0),
        Gen.Double[-2, 2],
        Gen.Float[-2, 2].Select(static f => (double)f),
        Gen.Select(Gen.Double[-1, 1], Gen.Int[-160, 60]).Select(static (m, e) => m * Math.Pow(10, e)));

    private static readonly Gen<double> Radius = Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 1e-10], Gen.Double[0, 1e-170]);

    [Fact]
    public void Compose_RandomMaps_EnclosesTheTrueComposite() =>
        (from sizes in Gen.Int[1, 12].Array[3]
         from outer in Map(sizes[2], sizes[1])
         from inner in Map(sizes[1], sizes[0])
         from corner in Gen.Int[0, 2].Array[64]
         select (outer, inner, corner)).ForAll(
            static (c) => AssertEncloses(c.outer, c.inner, AffineJoin.Compose(c.outer, c.inner), c.corner), count: 1000, threads: 1);

    [Fact]
    public void Compose_LargeMaps_EnclosesTheTrueComposite()
    {
        // Large enough for the parallel path; each value has few bits, so that the true composite is an integer over 2^40.
        const int size = 170;
        var random = new Random(7);
        AffineMap Large() => AffineMap.Dense(Values(size * size), Values(size), size, size);
        double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(-(1 << 30), 1 << 30) / (double)(1 << 20))];
        (AffineMap outer, AffineMap inner) = (Large(), Large());
        AffineMap joined = AffineJoin.Compose(outer, inner);
        double scale = Math.Pow(2, 40);
        for (int i = 0; i < size; i += 13)
        {
            for (int j = 0; j < size; j += 7)
            {
                Int128 exact = 0;
                for (int k = 0; k < size; k++)
                    exact += (Int128)(long)(outer.Weights[i * size + k] * (1 << 20)) * (long)(inner.Weights[k * size + j] * (1 << 20));
                Rational difference = new Rational((System.Numerics.BigInteger)exact, System.Numerics.BigInteger.One << 40)
                    - joined.Weights[i * size + j];
                Assert.True(Rational.Abs(difference) <= joined.WeightRadius![i * size + j]);
                Assert.InRange(joined.WeightRadius[i * size + j], 0, (double)Int128.Abs(exact) / scale * 1e-9 + 1e-5);
            }
        }
    }

    [Fact]
    public void Compose_BiasAfterWeights_IsExact() => AssertExact(
        AffineMap.Shift([0.1f, 0.2f]),
        AffineMap.Dense([0.3f, 0.7f, -1.1f, 5e-20f], new double[2], 2, 2));

    [Fact]
    public void Compose_WeightsAfterShiftByZero_IsExact() => AssertExact(
        AffineMap.Dense([0.3f, 0.7f, -1.1f, 5e-20f], [0.1f, 1e30f], 2, 2),
        AffineMap.Shift([0, -0.0]));

    [Fact]
    public void Compose_ScaleByPowersOfTwo_IsExact()
    {
        AffineMap dense = AffineMap.Dense([0.3, 0.7, -1.1, 5e-20], [0.1, 1e30], 2, 2);
        AssertExact(AffineMap.Scale([0.5, -4]), dense);
        AssertExact(AffineMap.Dense([0.3, 0.7, -1.1, 5e-20], [0.1, 1e30], 2, 2), AffineMap.Scale([0.25, 1024]));
    }

    [Fact]
    public void Compose_FloatScale_IsExact() => AssertExact(
        AffineMap.Scale([0.3f, 1.7f]),
        AffineMap.Dense([0.3f, 0.7f, -1.1f, 5e-20f], [0.1f, 1e30f], 2, 2));

    [Fact]
    public void Compose_Rounded_HasASmallRadius()
    {
        AffineMap joined = AffineJoin.Compose(AffineMap.Scale([0.1]), AffineMap.Dense([0.1], [0], 1, 1));
        Assert.InRange(joined.WeightRadius![0], 1e-20, 2e-18);
        Assert.Null(joined.BiasRadius);
    }

    [Fact]
    public void Compose_Overflow_Throws() =>
        Assert.Throws<OverflowException>(static () => AffineJoin.Compose(AffineMap.Scale([1e200]), AffineMap.Dense([1e200], [0], 1, 1)));

    [Fact]
    public void Compose_OtherWidth_Throws() =>
        Assert.Throws<ArgumentException>(static () => AffineJoin.Compose(AffineMap.Identity(2), AffineMap.Identity(3)));

    [Fact]
    public void Compose_ThroughABottleneck_RefusesAMatrixTooLarge() => Assert.Throws<OverflowException>(
        static () => AffineJoin.Compose(
            AffineMap.Dense(new double[20000], new double[20000], 20000, 1), AffineMap.Dense(new double[20000], [0], 1, 20000)));

    private static void AssertExact(AffineMap outer, AffineMap inner)
    {
        AffineMap joined = AffineJoin.Compose(outer, inner);
        Assert.Null(joined.WeightRadius);
        Assert.Null(joined.BiasRadius);
        AssertEncloses(outer, inner, joined, new int[64]);
    }

    private static Gen<AffineMap> Map(int outputs, int inputs)
    {
        Gen<AffineMap> dense =
            from weights in Value.Array[outputs * inputs]
            from bias in Value.Array[outputs]
            from rounded in Gen.Bool
            from weightRadius in Radius.Array[outputs * inputs]
            from biasRadius in Radius.Array[outputs]
            select AffineMap.Dense(weights, bias, outputs, inputs, rounded ? weightRadius : null, rounded ? biasRadius : null);
        Gen<AffineMap> elementwise =
            from scale in Value.Array[outputs]
            from shift in Value.Array[outputs]
            from rounded in Gen.Bool
            from scaleRadius in Radius.Array[outputs]
            from shiftRadius in Radius.Array[outputs]
            select AffineMap.Elementwise(scale, shift, rounded ? scaleRadius : null, rounded ? shiftRadius : null);
        return outputs == inputs ? Gen.OneOf(dense, elementwise) : dense;
    }

    /// <summary>Takes true maps from the corners of the enclosures, composes them in fractions, and compares.</summary>
    private static void AssertEncloses(AffineMap outer, AffineMap inner, AffineMap joined, int[] corner)
    {
        (Rational[,] w2, Rational[] b2) = True(outer, corner, 0);
        (Rational[,] w1, Rational[] b1) = True(inner, corner, 17);
        (Rational[,] centre, Rational[] shift) = True(joined, [1], 0);
        (Rational[,] upper, Rational[] shiftUpper) = True(joined, [2], 0);
        for (int i = 0; i < outer.Outputs; i++)
        {
            Rational bias = b2[i];
            for (int k = 0; k < outer.Inputs; k++)
                bias += w2[i, k] * b1[k];
            Assert.True(Rational.Abs(bias - shift[i]) <= shiftUpper[i] - shift[i]);
            for (int j = 0; j < inner.Inputs; j++)
            {
                Rational weight = Rational.Zero;
                for (int k = 0; k < outer.Inputs; k++)
                    weight += w2[i, k] * w1[k, j];
                Assert.True(Rational.Abs(weight - centre[i, j]) <= upper[i, j] - centre[i, j]);
            }
        }
    }

    /// <summary>One of the maps that an enclosure allows: 0 takes its lower end, 1 its centre, 2 its upper end, entry by entry.</summary>
    private static (Rational[,] Weights, Rational[] Bias) True(AffineMap map, int[] corner, int offset)
    {
        var weights = new Rational[map.Outputs, map.Inputs];
        var bias = new Rational[map.Outputs];
        for (int i = 0; i < map.Outputs; i++)
        {
            bias[i] = Entry(map.Bias, map.BiasRadius, i, 5);
            for (int j = 0; j < map.Inputs; j++)
            {
                weights[i, j] = !map.IsElementwise ? Entry(map.Weights, map.WeightRadius, i * map.Inputs + j, 0)
                    : i == j ? Entry(map.Weights, map.WeightRadius, i, 0)
                    : Rational.Zero;
            }
        }

        return (weights, bias);

        Rational Entry(double[] values, double[]? radius, int index, int shift) =>
            (Rational)values[index] + ((Rational)(corner[(index + offset + shift) % corner.Length] - 1) * (Rational)(radius?[index] ?? 0));
    }
}
