using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Layers constructed so that one kind of rounding error, always in the same direction, is far larger than everything else: without its
/// charge the bound would lie below a value that the relaxation attains. Each is bounded by plain and by optimised bounds, from above and
/// below.
/// </summary>
public sealed class RoundingChargeTests
{
    /// <summary>Rounding to nearest drops this from <c>1 + Lost</c>, however often it is added.</summary>
    private const double Lost = 0.99 * Rounding.Unit;

    private const int Many = 400;

    private static readonly ParallelOptions OneThread = new() { MaxDegreeOfParallelism = 1 };

    /// <summary>1 in each lane of a vector, followed by terms that are lost in its sum.</summary>
    private static double[] Swallowed => [.. Enumerable.Range(0, Many).Select(static i => i < 8 ? 1 : Lost)];

    private static double[] Ones => Filled(Many, 1);

    [Fact]
    public void Biases_SumLosesMostOfThem_AreBounded() =>
        Check(Ones, new(new double[Many], Swallowed, Many, 1, Activation.Relu, WeightPrecision.Float64), Swallowed, Swallowed,
            new([0], [0]));

    [Fact]
    public void Intercepts_SumLosesMostOfThem_AreBounded()
    {
        // Between -2c and 2c the line above is z / 2 + c; z itself is 0, and each row's weights sum to that.
        double[] ends = [.. Swallowed.Select(static v => 2 * v)];
        Check(Ones, new(new double[Many], new double[Many], Many, 1, Activation.Relu, WeightPrecision.Float64),
            [.. ends.Select(static v => -v)], ends, new([0], [0]));
    }

    [Fact]
    public void Inputs_SumLosesMostOfThem_AreBounded() =>
        Check([1], new(Swallowed, [0], 1, Many, Activation.Relu, WeightPrecision.Float64), [0], [8 + (Many * Rounding.Unit)],
            new(new double[Many], Ones));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 0)] // the size of an input is that of its lower end, too
    public void Product_CoefficientCancels_IsBounded(double lower, double upper)
    {
        // z1 = w x, then many Lost w x, and w x subtracted again: the coefficient of x is computed as 0.
        (AffineLayer layer, double[] row) = Cancelling(lower < 0 ? -1 : 1);
        Check(row, layer, new double[Many], layer.Weights.ToArray().Select(Math.Abs).ToArray(), new([lower], [upper]));
    }

    [Fact]
    public void Product_HugeCoefficientsOverTinyRanges_IsBounded()
    {
        // The charge of a coefficient of size 1 would be below the smallest double.
        double x = Math.Pow(2, -380);
        (AffineLayer layer, double[] row) = Cancelling(Math.Pow(2, -660));
        Check([.. row.Select(static a => a * Math.Pow(2, 1000))], layer, new double[Many], [.. layer.Weights.ToArray().Select(w => w * x)],
            new([0], [x]));
    }

    [Fact]
    public void Coefficient_UnderflowsBelowALargeRange_IsBounded()
    {
        // The smallest double times the slope 1/2 is 0, and z is up to 1e30.
        Check([double.Epsilon], new([1e30], [0], 1, 1, Activation.Relu, WeightPrecision.Float64), [-1e30], [1e30], new([-1], [1]));
    }

    [Fact]
    public void Product_UnderflowsOverLargeInputs_IsBounded()
    {
        // z = x1 / 2 - 3/4 x2 = 0 at the one point of the box, but only the second product with the smallest double is not 0.
        double x = Math.Pow(2, 101);
        Check([double.Epsilon], new([0.5, -0.75], [0], 1, 2, Activation.Relu, WeightPrecision.Float64), [0], [0],
            new([1.5 * x, x], [1.5 * x, x]));
    }

    [Fact]
    public void Product_UnderflowsCompletely_IsNotTreatedAsARowWithoutTerms()
    {
        // 2^-300 2^-900 x, up to 2^-1050, is above 0, while the product of the weights underflows to 0.
        Check([Math.Pow(2, -300)], new([Math.Pow(2, -900)], [0], 1, 1, Activation.Relu, WeightPrecision.Float64), [0], [Math.Pow(2, -750)],
            new([0], [Math.Pow(2, 150)]));
    }

    [Fact]
    public void Slope_UnderflowsAboveALargeRange_KeepsItsIntercept()
    {
        // The range is wider than the largest double: the line above has slope 0, and an intercept that must stay.
        Check([1e-300], new([1e308], [0], 1, 1, Activation.Relu, WeightPrecision.Float64), [-1.7e308], [1.7e308], new([-1], [1]));
    }

    [Fact]
    public void WeightRadius_SumLosesMostOfIt_IsBounded()
    {
        var layer = new AffineLayer(new double[Many], [0], 1, Many, Activation.Relu, WeightPrecision.Float64, Swallowed);
        Check([1], layer, [0], [9], new(Filled(Many, -1), Ones));
        BackwardRow start = BackwardRow.Start(0, true, ActivationRange.OfInput(new(Filled(Many, -1), Ones)).RadiusOf(layer, 0));
        Assert.True((start.Bound(Rounding.Gamma(Many), 1e-300) - Sum(Swallowed)).Sign >= 0);
    }

    [Fact]
    public void WeightRadius_Underflows_IsNotTreatedAsZero()
    {
        var layer = new AffineLayer([0], [0], 1, 1, Activation.Relu, WeightPrecision.Float64, [1e-200]);
        ActivationRange input = ActivationRange.OfInput(new([0], [1e-200]));
        Assert.True(input.RadiusOf(layer, 0) > 0);
        double[] lower = new double[1], upper = new double[1];
        IntervalBounds.Propagate(layer, input, lower, upper);
        Assert.True(lower[0] < 0 && upper[0] > 0);
    }

    [Fact]
    public void Constant_LargeBiasOfTheStart_CountsInTheSize()
    {
        // One neuron below at a time, so that each sum of one term is added to the large constant, and lost.
        var top = new AffineLayer([1], [1], 1, 1, Activation.Relu, WeightPrecision.Float64);
        var small = new AffineLayer([0], [Lost], 1, 1, Activation.Relu, WeightPrecision.Float64);
        var relaxation = Relaxed.Layer(small, ActivationRange.OfInput(new([0], [1])), [Lost], [Lost]);
        relaxation.Dispose();
        double[] row = RowPadding.Padded(top.Row(0));
        BackwardRow sums = BackwardRow.Start(top.Bias.Span[0], true, relaxation.Output.RadiusOf(top, 0));
        for (int layer = 0; layer < Many; layer++)
            sums.PassRectifiers(relaxation.Lines, relaxation.Lines.LowerSlope, row.AsSpan(0, 1));
        Assert.Equal(1, sums.Constant);
        Assert.True((sums.Bound(Rounding.Gamma(2 * Many), relaxation.Loss) - (Dyadic)1 - ((Dyadic)Many * Lost)).Sign >= 0);
    }

    [Fact]
    public void FixedPhases_SumLosesTheirBiases_AreBounded()
    {
        double[] biases = [.. Ones.Select(static (b, i) => i == 0 ? b : Lost)];
        var relaxation = Relaxed.Layer(
            new(new double[Many], biases, Many, 1, Activation.Relu, WeightPrecision.Float64), ActivationRange.OfInput(new([0], [1])),
            biases, biases);
        relaxation.Dispose();
        BackwardRow sums = default;
        for (int i = 0; i < Many; i++)
            sums.PassFixed(relaxation.Lines, i, 1);
        Assert.Equal(1, sums.Constant);
        Assert.True((sums.Bound(Rounding.Gamma(2 * Many), relaxation.Loss) - Sum(biases)).Sign >= 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void FixedPhases_CoefficientCancels_IsBounded(int sign)
    {
        // As above, but every rectifier is on by assumption.
        (AffineLayer layer, double[] row) = Cancelling(1);
        double bound = Optimized(
            [.. row.Select(a => sign * a)], Relax(layer, new double[Many], Ones, new([0], [1])), new([0], [1]), above: sign > 0,
            fixedOn: true);
        Assert.True((bound - ((Dyadic)(Many - 2) * Lost)).Sign >= 0, $"{bound:R}");
        Assert.True(bound < 1e-12);
    }

    /// <summary>The layer and the row whose coefficient over the only input is that of many lost terms.</summary>
    private static (AffineLayer Layer, double[] Row) Cancelling(double weight)
    {
        double[] weights = [.. Enumerable.Range(0, Many).Select(i => i is 0 or Many - 1 ? weight : weight * Lost)], row = Ones;
        row[^1] = -1;
        return (new(weights, new double[Many], Many, 1, Activation.Relu, WeightPrecision.Float64), row);
    }

    private static void Check(double[] row, AffineLayer layer, double[] lower, double[] upper, InputDomain domain)
    {
        LayerRelaxation relaxation = Relax(layer, lower, upper, domain);
        Dyadic exact = ExactLines.Maximum(0, row, relaxation, relaxation.Lines.LowerSlope, domain);
        double[] opposite = [.. row.Select(static a => -a)];
        double[] bounds =
        [
            Plain(row, relaxation, domain, above: true),
            Plain(opposite, relaxation, domain, above: false),
            Optimized(row, relaxation, domain, above: true, fixedOn: false),
            Optimized(opposite, relaxation, domain, above: false, fixedOn: false),
        ];
        relaxation.Dispose();
        Assert.All(bounds, b => Assert.True((b - exact).Sign >= 0, $"{b:R}"));
    }

    private static LayerRelaxation Relax(AffineLayer layer, double[] lower, double[] upper, InputDomain domain) =>
        Relaxed.Layer(layer, ActivationRange.OfInput(domain), lower, upper);

    private static double Plain(double[] row, LayerRelaxation relaxation, InputDomain domain, bool above)
    {
        var bounds = new double[1];
        using RelaxedGraph below = Relaxed.Graph(domain, relaxation);
        new CrownBounds(below).Bound(below.Above(Top(row)), [0], above, bounds, null, OneThread);
        return above ? bounds[0] : -bounds[0];
    }

    private static double Optimized(double[] row, LayerRelaxation relaxation, InputDomain domain, bool above, bool fixedOn)
    {
        using RelaxedGraph below = Relaxed.Graph(domain, relaxation);
        var bounds = new AlphaBetaCrown(below.Above(Top(row)), below);
        CrownSubproblem problem = CrownSubproblem.Root(0, above, bounds.PlainSlopes());
        for (int i = 0; fixedOn && i < row.Length; i++)
            problem = problem.With(i, 1);
        bounds.Evaluate([problem], OneThread);
        return problem.Bound;
    }

    private static AffineLayer Top(double[] row) => new(row, [0], 1, row.Length, Activation.Relu, WeightPrecision.Float64);

    private static double[] Filled(int length, double value) => [.. Enumerable.Repeat(value, length)];

    private static Dyadic Sum(double[] values) => values.Aggregate(default(Dyadic), static (sum, v) => sum + v);
}
