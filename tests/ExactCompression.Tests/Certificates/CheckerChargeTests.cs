using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Certificates.ForgeryTests;

namespace ExactCompression.Tests.Certificates;

/// <summary>Each charge of the checker for rounding, on numbers where nothing else covers for it: without that charge the bound is below the exact value.</summary>
public class CheckerChargeTests
{
    private static readonly ParallelOptions Parallel = new() { MaxDegreeOfParallelism = 1 };

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
        Assert.Equal(0, PointCheck.Signs(products, [[1, 1, 1]], Parallel)[0][0]);
        ReluNetwork bias = Network(Relu([1, -1], [1e16], 2), Output([1], [0], 1));
        Assert.NotEqual(-1, PointCheck.Signs(bias, [[1, 1e16]], Parallel)[0][0]);
    }

    /// <summary>What rounding does in one layer is carried into the next: the first layer's neuron is 1, and 0 in doubles.</summary>
    [Fact]
    public void Signs_ErrorOfTheLayerBelow_IsCarried()
    {
        ReluNetwork network = Network(Relu([1e16, 1, -1e16], [0], 3), Relu([1], [-0.5], 1), Output([1], [0], 1));
        Assert.Equal(0, PointCheck.Signs(network, [[1, 1, 1]], Parallel)[1][0]);
    }

    /// <summary>The radii of weights count at a point and in every bound.</summary>
    [Fact]
    public void Radii_AreChargedEverywhere()
    {
        var wide = new AffineLayer([1], [-0.5], 1, 1, Activation.Relu, WeightPrecision.Float64, [0.25], [0.25]);
        var network = new ReluNetwork([wide, Relu([1], [-0.25], 1), Output([1], [0], 1)]);
        Assert.Equal(0, PointCheck.Signs(network, [[1]], Parallel)[0][0]);
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
        (double from, double to) = NeuronSum.Bounds(Simulation.OfInput(rows, box), new(rows, low, high, box.Sizes), [1, 1, 1], Relu([1], [0], 1), 0);
        Assert.True(from <= 1 && to >= 1);
        AffineLayer lifted = Relu([0, 0, 0], [1e16, 1, -1e16], 1);
        (from, to) = NeuronSum.Bounds(Simulation.OfInput(lifted, box), new(lifted, low, high, box.Sizes), [1, 1, 1], Relu([0], [1], 1), 0);
        Assert.True(from <= 1 && to >= 1);
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

    private static double Bounded(ReluNetwork network, BoundedSide side)
    {
        var check = new StabilityCheck(network, new([0], [1]), "network", Parallel);
        (double[] lower, double[] upper) = check.Intervals();
        check.Add(lower, upper);
        return check.Bound([side])[0];
    }
}
