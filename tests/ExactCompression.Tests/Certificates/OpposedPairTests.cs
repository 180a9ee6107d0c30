using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Certificates.ForgeryTests;

namespace ExactCompression.Tests.Certificates;

/// <summary>Rectifiers that the checker bounds in pairs.</summary>
public class OpposedPairTests
{
    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>A value that two rectifiers pass on loses nothing, where their layer's claims say that they are joined.</summary>
    [Theory]
    [InlineData(true, 0.25)]
    [InlineData(false, 0.5)]
    public void Bound_ValuePassedOn_IsTheValue(bool joins, double least)
    {
        ReluNetwork network = Network(Relu([1, -2], [-0.75, 1.5], 1), Relu([1, -0.5], [0], 2), Output([1], [0], 1));
        StabilityCheck check = Checked(network, [0], [1], joins);
        Assert.Equal(joins ? 1 : 0, check.Layers[0].Pairs.Length);
        Assert.InRange(check.Bound([new(0, true)])[0], 0.25, joins ? 0.2500001 : 1);
        Assert.InRange(check.Bound([new(0, true)])[0], least - 0.2, 1);
        Assert.Equal(joins, check.Bound([new(0, true)])[0] < 0.2500001);
    }

    /// <summary>A layer has no pairs where rows are not exactly opposite, or a neuron keeps its sign.</summary>
    [Theory]
    [InlineData(-1.0, 0.5, 0)]
    [InlineData(-2.0, 1.0, 0)]
    [InlineData(-1.0, 0.25, 1)]
    [InlineData(-4.0, 1.0, 1)]
    [InlineData(-3.0, 0.75, 0)]
    [InlineData(-1.0000000000000002, 0.25, 0)]
    [InlineData(1.0, -0.25, 0)]
    public void Pairs_OfARow_AreExactMultiples(double weight, double bias, int pairs)
    {
        ReluNetwork network = Network(Relu([1, weight], [-0.25, bias], 1), Output([1, 1], [0], 2));
        Assert.Equal(pairs, Checked(network, [0], [1], true).Layers[0].Pairs.Length);
    }

    /// <summary>Any slopes, phases and multipliers give bounds that hold, on numbers that rounding has trouble with.</summary>
    [Fact]
    public void Bound_AnySlopesAndPhases_HoldsEverywhere()
    {
        int finite = 0, pairs = 0;
        for (int n = 0; n < 1_500; n++)
        {
            var random = new Random(n);
            int kind = n % HardNumbers.Kinds, inputs = random.Next(1, 3);
            ReluNetwork network = Paired(random, kind, inputs);
            (double[] lower, double[] upper) = HardNumbers.Box(random, kind, inputs);
            StabilityCheck check = Checked(network, lower, upper, true);
            pairs += check.Layers[0].Pairs.Length;
            BoundedSide[] sides = [.. Enumerable.Range(0, 12).Select(k => Side(k % 2, k < 6, network.WidthOf(1), check, random))];
            double[] bounds = check.Bound(sides);
            bool[] signs = Array.ConvertAll(sides, check.ProvesSign);
            double[][] points = [.. CertificateProperties.Corners(lower, upper),
                .. Enumerable.Range(0, 6).Select(_ => lower.Zip(upper, (a, b) => random.NextDouble() is var t
                    ? Math.Clamp(((1 - t) * a) + (t * b), a, b) : a).ToArray())];
            foreach (double[] point in points)
            {
                Rational[][] exact = new ExactNetwork(network).PreActivations(Array.ConvertAll(point, static x => (Rational)x));
                for (int k = 0; k < sides.Length; k++)
                {
                    if (sides[k].Phases!.Any(f => exact[0][f.Neuron].Sign * (f.On ? 1 : -1) < 0))
                        continue;
                    Rational z = sides[k].Above ? exact[1][sides[k].Neuron] : -exact[1][sides[k].Neuron];
                    Assert.True(!double.IsFinite(bounds[k]) || z <= bounds[k], $"case {n}, side {k}");
                    Assert.True(!signs[k] || z.Sign <= 0, $"case {n}, side {k}");
                    finite += double.IsFinite(bounds[k]) ? 1 : 0;
                }
            }
        }

        Assert.InRange(finite, 20_000, int.MaxValue);
        Assert.InRange(pairs, 250, int.MaxValue);
    }

    private static BoundedSide Side(int neuron, bool above, int width, StabilityCheck check, Random random)
    {
        float[]? slopes = random.Next(3) == 0 ? null : [.. check.Layers[0].Open.Select(_ => (float)((random.NextDouble() * 2) - 0.5))];
        int[] phased = [.. Enumerable.Range(0, width).Where(_ => random.Next(4) == 0)];
        return new(neuron, above, slopes, Array.ConvertAll(
            phased, i => new FixedPhase(0, i, random.Next(2) == 0, random.Next(2) == 0 ? 0 : random.NextDouble())));
    }

    /// <summary>A network whose first layer has rows that are opposite to others, up to a power of two.</summary>
    private static ReluNetwork Paired(Random random, int kind, int inputs)
    {
        int width = random.Next(2, 6);
        double[] weights = new double[width * inputs], bias = new double[width];
        for (int i = 0; i < width; i++)
        {
            bool isOpposed = i > 0 && random.Next(2) == 0;
            int from = isOpposed ? random.Next(i) : 0;
            double factor = -Math.ScaleB(1, random.Next(-2, 3));
            for (int j = 0; j < inputs; j++)
                weights[(i * inputs) + j] = isOpposed ? factor * weights[(from * inputs) + j] : HardNumbers.Next(random, kind);
            bias[i] = isOpposed ? factor * bias[from] : HardNumbers.Next(random, kind);
        }

        double[] next = [.. Enumerable.Range(0, 2 * width).Select(_ => random.Next(5) == 0 ? 0 : HardNumbers.Next(random, kind))];
        return Network(
            Relu(weights, bias, inputs), Relu(next, [HardNumbers.Next(random, kind), 0], width), Output([1, 1], [0], 2));
    }

    /// <summary>A check that has the first layer behind it.</summary>
    private static StabilityCheck Checked(ReluNetwork network, double[] lower, double[] upper, bool joins)
    {
        var check = new StabilityCheck(network, new(lower, upper), "network", Unlimited);
        (double[] low, double[] high) = check.Intervals();
        check.Add(low, high, joins);
        return check;
    }
}
