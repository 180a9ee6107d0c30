using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>
/// Every bound that the checker computes, on numbers that rounding has trouble with, against exact values at corners and points between.
/// </summary>
public class CheckerRigourTests
{
    private const int Cases = 400;

    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>
    /// Intervals, backward passes with any slopes and multipliers, and signs at points; the network may be any within the radii.
    /// </summary>
    [Fact]
    public void Bounds_HardNumbers_HoldEverywhere()
    {
        int finite = 0, signs = 0;
        for (int n = 0; n < Cases; n++)
        {
            var random = new Random(n);
            int kind = n % HardNumbers.Kinds;
            ReluNetwork network = HardNumbers.Network(random, kind, 2, 3, 4);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, 2);
            var check = new StabilityCheck(network, new(lower, upper), "network", Unlimited);
            double[][] points = [.. CertificateProperties.Corners(lower, upper), [lower[0], (0.5 * lower[1]) + (0.5 * upper[1])]];
            Rational[][][] exact = [.. points.Select(
                p => new ExactNetwork(HardNumbers.Within(random, network, random.Next(4))).PreActivations(
                    Array.ConvertAll(p, static x => (Rational)x)))];
            sbyte[][] shown = PointCheck.Signs(network, points, Unlimited);
            for (int l = 0; l < network.Depth; l++)
            {
                (double[] low, double[] high) = check.Intervals();
                BoundedSide[] sides = l == 0
                    ? []
                    : [.. Enumerable.Range(0, low.Length).SelectMany(
                        i => (BoundedSide[])[Side(i, true, check, random), Side(i, false, check, random)])];
                double[] bounds = l == 0 ? [] : check.Bound(sides);
                for (int p = 0; p < points.Length; p++)
                {
                    for (int i = 0; i < low.Length; i++)
                    {
                        Rational z = exact[p][l][i];
                        Assert.True((double.IsInfinity(low[i]) || low[i] <= z) && (double.IsInfinity(high[i]) || z <= high[i]));
                        int sign = shown[l][(p * low.Length) + i];
                        signs += Math.Abs(sign);
                        Assert.True(sign == 0 || sign == z.Sign);
                    }

                    for (int k = 0; k < bounds.Length; k++)
                    {
                        if (!double.IsFinite(bounds[k])
                            || sides[k].Phases!.Any(f => exact[p][f.Layer][f.Neuron].Sign * (f.On ? 1 : -1) < 0))
                            continue;
                        finite++;
                        Rational z = exact[p][l][sides[k].Neuron];
                        Assert.True((sides[k].Above ? z : -z) <= bounds[k], $"case {n}");
                    }
                }

                check.Add(low, high);
            }
        }

        Assert.InRange(finite, 1000, int.MaxValue);
        Assert.InRange(signs, 1000, int.MaxValue);
    }

    /// <summary>Distances of rows, and bounds of neurons by sums of others, whatever the coefficients.</summary>
    [Fact]
    public void Relations_HardNumbers_HoldEverywhere()
    {
        int finite = 0;
        for (int n = 0; n < Cases; n++)
        {
            var random = new Random(n);
            int kind = n % HardNumbers.Kinds;
            AffineLayer old = HardNumbers.Layer(random, kind, 3, 2), made = HardNumbers.Layer(random, kind, 2, 2);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, 2);
            var box = new InputBox(lower, upper);
            var simulation = Simulation.OfInput(old, box);
            (double[] low, double[] high) = box.Intervals(old);
            var bounded = new BoundedLayer(old, low, high, box.Sizes);
            double factor = n % 3 == 0 ? 1 : HardNumbers.Next(random, kind);
            double[] terms = [.. Enumerable.Range(0, 3).Select(_ => random.Next(4) == 0 ? 0 : HardNumbers.Next(random, kind))];
            double distance = simulation.Distance(1, factor, made, 0);
            (double from, double to) = NeuronSum.Bounds(simulation, bounded, terms, made, 0);
            AffineLayer trueOld = HardNumbers.Within(random, old, random.Next(4)),
                trueMade = HardNumbers.Within(random, made, random.Next(4));
            foreach (double[] point in CertificateProperties.Corners(lower, upper))
            {
                Rational z = Value(trueOld, 1, point), w = Value(trueMade, 0, point);
                Assert.True(!double.IsFinite(distance) || Rational.Abs(z - (factor * w)) <= distance);
                if (!double.IsFinite(from) || !double.IsFinite(to))
                    continue;
                finite++;
                Assert.True(from <= w && w <= to);
            }
        }

        Assert.InRange(finite, 500, int.MaxValue);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.5)]
    [InlineData(5e-324)]
    [InlineData(-1.7976931348623157e308)]
    [InlineData(0.1)]
    public void Exact_ArithmeticOfDoubles_IsThatOfFractions(double value)
    {
        foreach (double other in (double[])[0.0, 3, -0.1, 1e300, 4.9e-324, -value])
        {
            Rational a = value, b = other;
            Assert.Equal((a + b).Sign, (new Exact(value) + new Exact(other)).Sign);
            Assert.Equal((a - b).Sign, (new Exact(value) - new Exact(other)).Sign);
            Assert.Equal(((a * b) - a).Sign, ((new Exact(value) * new Exact(other)) - new Exact(value)).Sign);
        }
    }

    private static BoundedSide Side(int neuron, bool above, StabilityCheck check, Random random)
    {
        FixedPhase[] phases = [.. check.Layers.SelectMany(
            (l, j) => l.Open.Where(_ => random.Next(4) == 0).Select(
                i => new FixedPhase(j, i, random.Next(2) == 0, random.NextDouble() * random.Next(3))))];
        float[] slopes = [.. check.Layers.SelectMany(static l => l.Open).Select(_ => random.NextSingle() * random.Next(1, 3))];
        return new(neuron, above, random.Next(3) == 0 ? null : slopes, phases);
    }

    private static Rational Value(AffineLayer layer, int row, double[] point)
    {
        Rational sum = layer.Bias.Span[row];
        for (int j = 0; j < point.Length; j++)
            sum += (Rational)layer.Row(row)[j] * point[j];
        return sum;
    }
}
