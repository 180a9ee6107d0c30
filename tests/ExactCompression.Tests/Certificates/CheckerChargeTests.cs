using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Certificates.ForgeryTests;

namespace ExactCompression.Tests.Certificates;

/// <summary>
/// Each charge of the checker for rounding, on numbers where nothing else covers for it: without that charge the bound is below the exact
/// value.
/// </summary>
public class CheckerChargeTests
{
    private static readonly CheckBudget Unlimited = new(threads: 1);

    /// <summary>Backward: 1e16 x + x - 1e16 x is x, but 1e16 + 1 - 1e16 is 0 in doubles.</summary>
    [Fact]
    public void Bound_ProductOfRowsThatCancel_HoldsTheExactMaximum()
    {
        ReluNetwork network = Network(Relu([1e16, 1, 1e16], [0, 0, 0], 1), Relu([1, 1, -1], [0], 3), Output([1], [0], 1));
        Assert.True(Bounded(network, new(0, true)) >= 1);
    }

    /// <summary>The constants of a pass are added up, too: 1e16 + 1 - 1e16.</summary>
    [Fact]
    public void Bound_ConstantsThatCancel_HoldsTheExactMaximum()
    {
        ReluNetwork network = Network(Relu([0, 0, 0], [1e16, 1, 1e16], 1), Relu([1, 1, -1], [0], 3), Output([1], [0], 1));
        Assert.True(Bounded(network, new(0, true)) >= 1);
    }

    /// <summary>
    /// Upper bounds of sums, products, quotients and dot products are never below the exact values, next to underflow and where one part
    /// absorbs another.
    /// </summary>
    [Fact]
    public void Outward_AnyNumbers_NeverBelowTheExactValue()
    {
        for (int n = 0; n < 2000; n++)
        {
            var random = new Random(n);
            double Next() => Math.Abs(HardNumbers.Next(random, n % HardNumbers.Kinds));
            double a = Next(), b = Next(), c = Next() + double.Epsilon;
            Assert.True(AtMost((Rational)a + b, Outward.Add(a, b)));
            Assert.True(AtMost((Rational)a * b, Outward.Multiply(a, b)));
            Assert.True(AtMost(((Rational)b - a) / c, -Outward.Quotient(a, b, c)));
            double[] weights = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => HardNumbers.Next(random, n % HardNumbers.Kinds))],
                sizes = [.. weights.Select(_ => Next())];
            Rational exact = weights.Zip(sizes, static (w, m) => Rational.Abs(w) * m).Aggregate(Rational.Zero, static (s, t) => s + t);
            double dot = Outward.Dot(weights, sizes);
            Assert.True(AtMost(exact, dot));
            Assert.Equal(exact.Sign == 0, dot == 0);
        }

        static bool AtMost(Rational exact, double bound) => double.IsPositiveInfinity(bound) || exact <= bound;
    }

    /// <summary>A radius below the last place of what it belongs to still moves the bounds.</summary>
    [Fact]
    public void Intervals_RadiusBelowTheLastPlace_IsNotLost()
    {
        var layer = new AffineLayer([1], [1], 1, 1, Activation.Relu, WeightPrecision.Float64, [0], [1e-17]);
        (double[] low, double[] high) = new InputBox([0], [0]).Intervals(layer);
        Assert.True(low[0] < 1 && high[0] > 1);
    }

    /// <summary>
    /// Slopes and multipliers that no honest certificate has: each intercept is what makes its bound hold. The first neuron is x - 0.5 and
    /// open, the second is x, and together the bound's linear parts cancel.
    /// </summary>
    [Theory]
    [InlineData(-1.0, -3.0, 0.0, -3f, null, 0.0, 0.0)]
    [InlineData(-1.0, 3.0, -2.0, 3f, null, 0.0, 0.5)]
    [InlineData(-1.0, 0.5, -0.1, 0.5f, null, 0.0, 0.15)]
    [InlineData(1.0, 2.0, -2.0, 0f, true, -3.0, 0.5)]
    [InlineData(1.0, -3.0, 0.0, 0f, false, -3.0, 0.0)]
    public void Bound_AnySlopesAndMultipliers_HoldsTheExactMaximum(
        double gate, double linear, double bias, float slope, bool? phase, double multiplier, double exact)
    {
        ReluNetwork network = Network(Relu([1, 1], [-0.5, 0], 1), Relu([gate, linear], [bias], 2), Output([1], [0], 1));
        FixedPhase[]? phases = phase is { } on ? [new(0, 0, on, multiplier)] : null;
        BoundedSide side = new(0, true, [slope], phases);
        Assert.True(Bounded(network, side) >= exact);
        ReluNetwork lowered = Network(
            network.DenseLayers[0], Relu([gate, linear], [bias - exact + (1.0 / 1024)], 2), network.DenseLayers[2]);
        Assert.False(Checked(lowered).ProvesSign(side)); // its largest value is 1/1024
    }

    /// <summary>Interval arithmetic adds up bias and products.</summary>
    [Fact]
    public void Intervals_TermsThatCancel_HoldTheExactRange()
    {
        var box = new InputBox([1, 1, 1], [1, 1, 1]);
        (double[] low, double[] high) = box.Intervals(Relu([1e16, 1, -1e16, 1, -1e16, 0], [0, 1e16], 3));
        Assert.True(low[0] <= 1 && high[0] >= 1);
        Assert.True(low[1] <= 1 && high[1] >= 1);
    }

    /// <summary>A point where the computed pre-activation has the wrong sign shows nothing.</summary>
    [Fact]
    public void Signs_SumThatCancels_AreNotTaken()
    {
        ReluNetwork products = Network(Relu([1e16, 1, -1e16], [-0.5], 3), Output([1], [0], 1));
        Assert.Equal(0, PointCheck.Signs(products, [[1, 1, 1]], Unlimited)[0][0]);
        ReluNetwork bias = Network(Relu([1, -1], [1e16], 2), Output([1], [0], 1));
        Assert.NotEqual(-1, PointCheck.Signs(bias, [[1, 1e16]], Unlimited)[0][0]);
    }

    /// <summary>What rounding does in one layer is carried into the next: the first layer's neuron is 1, and 0 in doubles.</summary>
    [Fact]
    public void Signs_ErrorOfTheLayerBelow_IsCarried()
    {
        ReluNetwork network = Network(Relu([1e16, 1, -1e16], [0], 3), Relu([1], [-0.5], 1), Output([1], [0], 1));
        Assert.Equal(0, PointCheck.Signs(network, [[1, 1, 1]], Unlimited)[1][0]);
    }

    /// <summary>A weight of radius 10 reads an activation that is 1, and 0 in doubles.</summary>
    [Fact]
    public void Signs_RadiusOfAnActivationThatCancelled_IsCounted()
    {
        var network = new ReluNetwork(
            [Relu([1e16, 1, -1e16], [0], 3), new AffineLayer([0], [-5], 1, 1, Activation.Relu, WeightPrecision.Float64, [10], [0]),
                Output([1], [0], 1)]);
        Assert.Equal(0, PointCheck.Signs(network, [[1, 1, 1]], Unlimited)[1][0]);
    }

    /// <summary>The sum is below 0, but infinite in doubles after two of its terms.</summary>
    [Fact]
    public void Signs_Overflow_IsNotTaken()
    {
        ReluNetwork network = Network(Relu([1.5e308, 1.5e308, -1.7e308, -1.7e308], [0], 4), Output([1], [0], 1));
        Assert.Equal(0, PointCheck.Signs(network, [[1, 1, 1, 1]], Unlimited)[0][0]);
    }

    /// <summary>The radii of weights count at a point and in every bound.</summary>
    [Fact]
    public void Radii_AreChargedEverywhere()
    {
        var wide = new AffineLayer([1], [-0.5], 1, 1, Activation.Relu, WeightPrecision.Float64, [0.25], [0.25]);
        var network = new ReluNetwork([wide, Relu([1], [-0.25], 1), Output([1], [0], 1)]);
        Assert.Equal(0, PointCheck.Signs(network, [[1]], Unlimited)[0][0]);
        var box = new InputBox([0], [1]);
        (double[] low, double[] high) = box.Intervals(wide);
        Assert.True(low[0] <= -0.75 && high[0] >= 1);
        Assert.True(Bounded(network, new(0, true)) >= 0.75);
        Assert.True(Bounded(new([Relu([1], [0], 1), wide, Output([1], [0], 1)]), new(0, true)) >= 1);
        var made = Simulation.OfInput(Relu([1], [-0.5], 1), box);
        Assert.True(made.Distance(0, 1, wide, 0) >= 0.5);
        Assert.True(made.Distance(0, 2, wide, 0) >= 1);
        Assert.True(Simulation.OfInput(wide, box).Error[0] >= 0.5);
        Assert.True(Simulation.OfZeros(wide, 0, box).Error[0] >= 0.25);
        (double from, double to) = NeuronSum.Bounds(made, new(Relu([1], [-0.5], 1), [-0.5], [0.5], box.Sizes), [1], wide, 0);
        Assert.True(from <= -1 && to >= 1);
    }

    /// <summary>0.1 times 3 is not what it is in doubles, and a difference of rows is as wrong as its last place.</summary>
    [Theory]
    [InlineData(0.1, 3.0)]
    [InlineData(1e-200, 1e-200)]
    [InlineData(1e300, 1e-320)]
    [InlineData(1.0 / 3, 3.0)]
    public void Distance_MultipleOfARow_HoldsTheExactOne(double factor, double weight)
    {
        double row = factor * weight;
        var simulation = Simulation.OfInput(Relu([row], [row], 1), new([0], [1]));
        Rational exact = Rational.Abs((Rational)row - ((Rational)factor * weight)) * 2;
        Assert.True(simulation.Distance(0, factor, Relu([weight], [weight], 1), 0) >= exact);
    }

    /// <summary>The error of a simulated neuron is part of every bound that rests on it.</summary>
    [Fact]
    public void NeuronSum_ErrorOfTheSimulation_Widens()
    {
        var box = new InputBox([0], [1]);
        AffineLayer layer = Relu([1], [0], 1);
        var simulation = new Simulation(0, box, [1], [0], [0.25]);
        (double low, double high) = NeuronSum.Bounds(simulation, new(layer, [0], [1], box.Sizes), [1], layer, 0);
        Assert.True(low <= -0.25 && high >= 1.25);
        (low, high) = NeuronSum.Bounds(simulation, new(layer, [0], [1], box.Sizes), [-2], Relu([-2], [0], 1), 0);
        Assert.True(low <= -2.5 && high >= 0.5);
    }

    /// <summary>Sums of rows that cancel leave a rest that doubles do not show.</summary>
    [Fact]
    public void NeuronSum_TermsThatCancel_HoldTheExactRange()
    {
        var box = new InputBox([1], [1]);
        AffineLayer rows = Relu([1e16, 1, -1e16], [0, 0, 0], 1);
        (double[] low, double[] high) = (new[] { 1e16, 1, -1e16 }, new[] { 1e16, 1, -1e16 });
        (double from, double to) = NeuronSum.Bounds(
            Simulation.OfInput(rows, box), new(rows, low, high, box.Sizes), [1, 1, 1], Relu([1], [0], 1), 0);
        Assert.True(from <= 1 && to >= 1);
        AffineLayer lifted = Relu([0, 0, 0], [1e16, 1, -1e16], 1);
        (from, to) = NeuronSum.Bounds(Simulation.OfInput(lifted, box), new(lifted, low, high, box.Sizes), [1, 1, 1], Relu([0], [1], 1), 0);
        Assert.True(from <= 1 && to >= 1);
    }

    /// <summary>A neuron that is 0 everywhere, bounded by another that is 1 and by two that are 0 and cancel.</summary>
    [Fact]
    public void NeuronSum_SimulatedRowsThatCancel_HoldTheExactRange()
    {
        var box = new InputBox([1, 1], [1, 1]);
        AffineLayer rows = Relu([1e16, -1e16, 1, 0, -1e16, 1e16], [0, 0, 0], 2);
        (double from, double to) = NeuronSum.Bounds(
            Simulation.OfInput(rows, box), new(rows, [0, 1, 0], [0, 1, 0], box.Sizes), [1, 1, 1], Relu([0, 0], [0], 2), 0);
        Assert.True(from <= 0 && to >= 0);
    }

    /// <summary>1e-200 times 1e-200 is 0 in doubles, but over an input of 1e300 it is 1e-100.</summary>
    [Fact]
    public void Underflow_OverAHugeInput_IsCharged()
    {
        var box = new InputBox([1e300], [1e300]);
        AffineLayer layer = Relu([1e-200], [0], 1);
        (double from, double to) = NeuronSum.Bounds(
            Simulation.OfInput(layer, box), new(layer, [1e100], [1e100], box.Sizes), [1e-200], Relu([0], [0], 1), 0);
        Assert.True(from <= 0 && to >= 0);
        var combination = new Combination(box, layer, [0], [0], new([1e100], [1e100]), Unlimited);
        Assert.True(combination.Compare([0], 0, [1e-200], combination.Rows([1e-200], 1)).Error >= 1e-100);
    }

    /// <summary>A linear function on a box, of coefficients that may be a unit in the last place away.</summary>
    [Fact]
    public void Largest_CoefficientsThatCancel_HoldsTheExactOne()
    {
        var box = new InputBox([1, 1, 1], [1, 1, 1]);
        Assert.True(box.Largest([1e16, 1, -1e16], 0, 0) >= 1);
        Assert.True(box.Largest([1e16, -1e16], 1, 0) >= 1);
        Assert.True(box.Largest([1, 1, 1], 0, 0.5) >= 3.5);
        Assert.True(new InputBox([1e16], [1e16 + 2]).Largest([1], -1e16, 0) >= 2);
    }

    private static double Bounded(ReluNetwork network, BoundedSide side) => Checked(network).Bound([side])[0];

    /// <summary>A check of a network over [0,1] that has its first layer behind it.</summary>
    private static StabilityCheck Checked(ReluNetwork network)
    {
        var check = new StabilityCheck(network, new([0], [1]), "network", Unlimited);
        (double[] lower, double[] upper) = check.Intervals();
        check.Add(lower, upper);
        return check;
    }
}
