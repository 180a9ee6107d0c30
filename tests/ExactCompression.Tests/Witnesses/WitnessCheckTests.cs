using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;
using Xunit;

namespace ExactCompression.Tests.Witnesses;

/// <summary>
/// Networks at one point, constructed so that one kind of rounding error flips the sign of a pre-activation: without its share of the error
/// bound, a false witness would be credited.
/// </summary>
public sealed class WitnessCheckTests
{
    private const double Unit = Rounding.Unit, Lost = 0.99 * Rounding.Unit;
    private const int Many = 400;

    /// <summary>1 and many terms that are lost in its sum: <c>1 + 395 u</c>, computed as 1.</summary>
    private static double[] Swallowed => [.. Enumerable.Range(0, Many).Select(static i => i == 0 ? 1 : Lost)];

    [Fact]
    public void Credit_SumLosesManyTerms_ClaimsNoSign() => Check(Filled(Many, 1), ([.. Swallowed, -1 - (100 * Unit)], [0], 1));

    [Fact]
    public void Credit_InputsSoSmallThatTheirErrorUnderflows_ClaimsNoSign() =>
        Check(Filled(Many, Math.Pow(2, -1060)),
            ([.. Swallowed.Select(static w => w * Math.Pow(2, 1000)), (-1 - (100 * Unit)) * Math.Pow(2, 1000)], [0], 1));

    [Fact]
    public void Credit_ProductsUnderflow_ClaimsNoSign() =>
        Check(Filled(8, Math.Pow(2, -500)), (Filled(9, Math.Pow(2, -576)), [-double.Epsilon], 1));

    [Fact]
    public void Credit_BiasSwallowsTheLayerBelow_ClaimsNoSignAbove() =>
        Check(Filled(Many, 1), (Filled(Many + 1, Lost), [1], 1), ([1], [-1 - (100 * Unit)], 1));

    [Fact]
    public void Credit_LayerBelowLosesManyTerms_ClaimsNoSignAbove() =>
        Check(Filled(Many, 1), ([.. Swallowed, Lost], [0], 1), ([1], [-1 - (100 * Unit)], 1));

    [Fact]
    public void Credit_SumOfRadiiLosesManyTerms_ClaimsNoSignAbove()
    {
        // z1 is anything up to 1 + 395 u, by the radius of its weights alone.
        var first = new AffineLayer(new double[Many], [0], 1, Many, Activation.Relu, WeightPrecision.Float64, Swallowed);
        ReluNetwork network = new(
            [first, new([1], [-1 - (100 * Unit)], 1, 1, Activation.Relu, WeightPrecision.Float64),
                new([1], [0], 1, 1, Activation.Identity)]);
        Assert.Null(Credit(network, Filled(Many, 1)).Neurons[1].NegativeWitness);
    }

    [Fact]
    public void Credit_RadiiOfTwoLayers_Multiply()
    {
        // z1 is anything in [-1,1], computed as 0; z2 = r a1 - 1/2 with r in [-1,1].
        var first = new AffineLayer([0], [0], 1, 1, Activation.Relu, WeightPrecision.Float64, [1]);
        var second = new AffineLayer([0], [-0.5], 1, 1, Activation.Relu, WeightPrecision.Float64, [1]);
        Assert.Null(Credit(new([first, second, new([1], [0], 1, 1, Activation.Identity)]), [1]).Neurons[1].NegativeWitness);
    }

    [Fact]
    public void Credit_ErrorThatIsNotANumber_ClaimsNoSign()
    {
        // z1 = (1e308, 1e308), computed as minus infinity; z2 = 0 a1 - a2 + 1e300 < 0, where 0 times an infinite error is NaN.
        var first = new AffineLayer([-1e200, 1e200, 1e198, -1e200, 1e200, 1e198], [0, 0], 2, 3, Activation.Relu, WeightPrecision.Float64);
        ReluNetwork network = new(
            [first, new([0, -1], [1e300], 1, 2, Activation.Relu, WeightPrecision.Float64), new([1], [0], 1, 1, Activation.Identity)]);
        Assert.Null(Credit(network, Filled(3, 1e110)).Neurons[2].PositiveWitness);
    }

    [Fact]
    public void Credit_RadiusOfTheBias_WidensTheError()
    {
        ReluNetwork Network(double radius) =>
            new([new([1], [0], 1, 1, Activation.Relu, WeightPrecision.Float64, null, [radius]), new([1], [0], 1, 1, Activation.Identity)]);
        Assert.Null(Credit(Network(1), [1]).Neurons[0].PositiveWitness);
        Assert.NotNull(Credit(Network(0.5), [1]).Neurons[0].PositiveWitness);
    }

    [Fact]
    public void Credit_SignsFarFromRounding_AreCreditedAtThePoint()
    {
        ReluNetwork network = new(
            [new([1, -1], [0, 0], 2, 1, Activation.Relu), new([1, 1], [-2], 1, 2, Activation.Relu),
                new([1], [0], 1, 1, Activation.Identity)]);
        StabilityTable table = Credit(network, [1]);
        Assert.Equal([1], table.Neurons[0].PositiveWitness!);
        Assert.Equal([1], table.Neurons[1].NegativeWitness!);
        Assert.Equal([1], table.Neurons[2].NegativeWitness!);
        Assert.All(table.Neurons, static n => Assert.True(n.PositiveWitness is null || n.NegativeWitness is null));
    }

    [Fact]
    public void IntoDomain_PointsOutside_AreMovedToTheBoxAsDoubles()
    {
        // No float32 lies between these ends.
        double[] lower = [0.1, 0.1, 0.1], upper = [0.1 + 1e-12, 0.1 + 1e-12, 0.1 + 1e-12];
        using var check = new WitnessCheck(new([new([1, 1, 1], [0], 1, 3, Activation.Identity)]), new(lower, upper));
        double[][] points = check.IntoDomain([0.1f, -5, float.PositiveInfinity, 7, 0, float.NegativeInfinity], 2);
        Assert.Equal([upper[0], lower[1], upper[2]], points[0]);
        Assert.Equal([upper[0], lower[1], lower[2]], points[1]);
    }

    /// <summary>
    /// No neuron may be credited with a sign that it does not have, and the value computed for the last one has the wrong sign.
    /// </summary>
    private static void Check(double[] point, params (double[] Weights, double[] Bias, int Outputs)[] layers)
    {
        var list = new List<AffineLayer>();
        double[] x = [.. point, point[0]];
        foreach ((double[] weights, double[] bias, int outputs) in layers)
            list.Add(new(weights, bias, outputs, weights.Length / outputs, Activation.Relu, WeightPrecision.Float64));
        var network = new ReluNetwork([.. list, new([1], [0], 1, 1, Activation.Identity)]);
        Rational[][] exact = new ExactNetwork(network).PreActivations([.. x.Select(static v => (Rational)v)]);
        Assert.True(exact[layers.Length - 1][0].Sign > 0);
        Assert.All(Credit(network, x).Neurons, n => Assert.True(n.NegativeWitness is null || exact[n.Layer - 1][n.Neuron].Sign < 0));
    }

    private static StabilityTable Credit(ReluNetwork network, double[] point)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(point, point)));
        using var check = new WitnessCheck(network, ledger.Domain);
        check.Credit(new[] { point }, ledger);
        return ledger.ToTable(default, [], null);
    }

    private static double[] Filled(int length, double value) => [.. Enumerable.Repeat(value, length)];
}
