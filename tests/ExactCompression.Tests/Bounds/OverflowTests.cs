using ExactCompression.Branching.InputSplitting;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Sums that overflow double on the way, although every pre-activation is finite: what overflows proves nothing.
/// </summary>
public sealed class OverflowTests
{
    [Fact]
    public void FindStable_CoefficientOverflowsToTheWrongSign_ClaimsNothingFalse()
    {
        // z1 = 1e-200 x, x in [-2,1]; two neurons 1e200 a1 <= 1; z3 = -1e200 a + 3e200 b - 1e190 = 2e400 a1 - 1e190, from -1e190 to 2e200.
        // In the backward pass the coefficient of a1 is -1e400 + 3e400: -infinity in double, though it is positive.
        ReluNetwork network = Network(
            ([1e-200], [0], 1, 1),
            ([1e200, 1e200], [0, 0], 2, 1),
            ([-1e200, 3e200], [-1e190], 1, 2),
            ([1], [0], 1, 1));
        NeuronStability neuron = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Uniform(-2, 1)), null, new() { Threads = 1 }, default).Neurons[^1];
        Assert.NotEqual(NeuronState.StablyInactive, neuron.State);
        Assert.NotEqual(NeuronState.StablyActive, neuron.State);
        Assert.True(neuron.LowerBound <= -1e190 && neuron.UpperBound >= 2e200);
    }

    [Fact]
    public void FindUnstable_SumOverflowsBelow_CreditsNoWitnessAbove()
    {
        // z1 = -1e310 + 1e310 + 1e308 = 1e308, but -infinity in double: a1 is not 0. z2 = 1e300 - a1 < 0.
        ReluNetwork network = Network(([-1e200, 1e200, 1e198], [0], 1, 3), ([-1], [1e300], 1, 1), ([1], [0], 1, 1));
        using var device = new SimdWitnessDevice();
        StabilityTable table = StabilityAnalysis.FindUnstable(
            StabilityTable.Undecided(network, InputDomain.Uniform(1e110, 1e110)), null, device, new() { Threads = 1 }, default);
        Assert.Null(table.Neurons[1].PositiveWitness);
        Assert.Null(table.Neurons[0].NegativeWitness);
    }

    [Fact]
    public void FindStable_ZeroWeightOnAnUnboundedNeuron_IsDecidedWithoutIt()
    {
        // The first neuron of layer 1 has no finite bound; the weight 0 on it must not matter, also where the sum is evaluated without
        // rounding.
        ReluNetwork network = Network(([1e300, 1], [0, 0], 2, 1), ([0, 0.1, 0, -0.1], [0, 0], 2, 2), ([1, 1], [0], 1, 2));
        NeuronStability[] neurons = [.. StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, InputDomain.Uniform(0, 1e100)), null, new() { Threads = 1 }, default).NeuronsOf(2)];
        Assert.Equal(NeuronState.StablyActive, neurons[0].State);
        Assert.Equal(NeuronState.StablyInactive, neurons[1].State);
    }

    [Theory]
    [InlineData(-1.7e308, 1.7e308, 0)] // wider than the largest double
    [InlineData(double.Epsilon, double.Epsilon, double.Epsilon)] // half of it is 0, which lies outside
    [InlineData(1, 3, 2)]
    public void Halves_AnyBox_ShareAValueInside(double lower, double upper, double middle)
    {
        Subdomain[] halves = SplitHeuristic.Halves(new([lower], [upper], new([], [], [], []), []), 0);
        Assert.Equal((lower, middle, middle, upper), (halves[0].Lower[0], halves[0].Upper[0], halves[1].Lower[0], halves[1].Upper[0]));
    }

    private static ReluNetwork Network(params (double[] Weights, double[] Bias, int Outputs, int Inputs)[] layers) =>
        new(layers.Select(
            (l, i) => new AffineLayer(
                l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Length - 1 ? Activation.Identity : Activation.Relu,
                WeightPrecision.Float64)));
}
