using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>
/// Graphs where a value is read by many, so that its coefficient is a sum over all of them: constructed so that this sum, or what is added
/// to it at the start, loses far more than anything else does.
/// </summary>
public sealed class FanInTests
{
    /// <summary>Rounding to nearest drops this from <c>1 + Lost</c>, however often it is added.</summary>
    private const double Lost = 0.99 * Rounding.Unit;

    private const int Many = 400;

    private static readonly MapShape One = MapShape.Vector(1);
    private static readonly double[] Negative = [-1], Tenth = [0.1], Three = [3];
    private static readonly InputDomain Point = new([1], [1]);

    /// <summary>Added up from the last one on, these come to 0.</summary>
    private static double[] Cancelling => [.. Enumerable.Range(0, Many).Select(static i => i == 0 ? -1 : i == Many - 1 ? 1 : Lost)];

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Coefficient_SumOverManyReadersLosesMost_IsBounded(int sign)
    {
        LoweredLayer[] readers = [.. Cancelling.Select(w => Layer([new(0, new DiagonalMap(One, sign * w))]))];
        LoweredLayer top = Layer([.. Enumerable.Range(1, Many).Select(static v => new LinearTerm(v, new DiagonalMap(One)))]);
        Check(new(One, [.. readers, top], null), Point, sign > 0, (Dyadic)(Many - 2) * Lost);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Coefficient_SumOverTermsOfTheStartLosesMost_IsBounded(int sign)
    {
        LoweredLayer top = Layer([.. Cancelling.Reverse().Select(w => new LinearTerm(0, new DiagonalMap(One, sign * w)))]);
        Check(new(One, [top], null), Point, sign > 0, (Dyadic)(Many - 2) * Lost);
    }

    [Fact]
    public void Coefficient_TermsOfTheStartCancelAndTheirSizeUnderflows_IsNotTreatedAsZero()
    {
        // (1 + 2^-53) 2^-600 x - 2^-600 x: the sum of the coefficients is computed as 0, and their size over x up to 2^-600 as well.
        double tiny = Math.Pow(2, -600);
        LoweredLayer top = Layer([new(0, new DiagonalMap(One, tiny)), new(0, new DiagonalMap(One, tiny * Lost)),
            new(0, new DiagonalMap(One, -tiny))]);
        Check(new(One, [top], null), new([0], [tiny]), true, (Dyadic)(tiny * Lost) * tiny);
    }

    [Fact]
    public void Constant_InputsReadDirectlyAboveRectifiersThatAreOff_AreCharged()
    {
        double[] weights = [.. Enumerable.Range(0, Many).Select(static i => i < 8 ? 1 : Lost)];
        MapShape inputs = MapShape.Vector(Many);
        LoweredLayer off = new(
                "off", One, [new(0, new DenseMap(new double[Many], One, inputs))], Negative, default, LayerUnit.Rectifier, 1),
            top = Layer([new(0, new DenseMap(weights, One, inputs)), new(1, new DiagonalMap(One))]);
        double[] ones = [.. Enumerable.Repeat(1.0, Many)];
        Check(new(inputs, [off, top], null), new(ones, ones), true, 8 + ((Dyadic)(Many - 8) * Lost));
    }

    [Fact]
    public void Crown_DifferenceOfTwoPathsThatAreTheSame_IsExactlyZero()
    {
        // 0.1 relu(x) - 0.1 relu(x), once through a layer of its own.
        LoweredLayer rectifier = new("relu", One, [new(0, new DiagonalMap(One, 0.3))], Tenth, default, LayerUnit.Rectifier, 1),
            branch = Layer([new(1, new DiagonalMap(One, 0.1))]),
            top = Layer([new(2, new DiagonalMap(One)), new(1, new DiagonalMap(One, -0.1))]);
        using RelaxedGraph below = Relax(new(One, [rectifier, branch, top], null), new([-1], [2]));
        foreach (bool above in (bool[])[true, false])
            Assert.Equal(0, Crown(below, top, above));
    }

    [Fact]
    public void Crown_ConstantReadByNothingElse_IsItsBias()
    {
        var nothing = new SelectionMap(One, [-1], [0], [0]);
        LoweredLayer constant = new("constant", One, [new(0, nothing)], Three, default, LayerUnit.Linear, 0),
            top = Layer([new(1, new DiagonalMap(One, 2))]);
        using RelaxedGraph below = Relax(new(One, [constant, top], null), Point);
        Assert.True(Crown(below, top, above: true) is >= 6 and < 6 + 1e-12);
        Assert.True(Crown(below, top, above: false) is <= 6 and > 6 - 1e-12);
    }

    private static LoweredLayer Layer(LinearTerm[] terms) => new("layer", One, terms, new double[1], default, LayerUnit.Linear, 0);

    private static RelaxedGraph Relax(LoweredGraph graph, InputDomain domain)
    {
        var below = new RelaxedGraph(domain, graph);
        while (below.Layers.Count < graph.Layers.Count - 1)
        {
            LoweredLayer layer = graph.Layers[below.Layers.Count];
            double[] lower = new double[layer.Width], upper = new double[layer.Width];
            IntervalBounds.Propagate(layer, below.SourcesOf(layer), lower, upper);
            below.Add(lower, upper);
        }

        return below;
    }

    private static double Crown(RelaxedGraph below, LoweredLayer top, bool above)
    {
        double[] bound = new double[1];
        new CrownBounds(below).Bound(top, [0], above, bound, null, new() { MaxDegreeOfParallelism = 1 });
        return bound[0];
    }

    /// <summary>Plain and optimised bounds are not below the value, by rounding alone.</summary>
    private static void Check(LoweredGraph graph, InputDomain domain, bool above, Dyadic value)
    {
        using RelaxedGraph below = Relax(graph, domain);
        LoweredLayer top = graph.Layers[^1];
        CrownSubproblem problem = CrownSubproblem.Root(0, above, new float[1]);
        new AlphaBetaCrown(top, below).Evaluate([problem], new() { MaxDegreeOfParallelism = 1 });
        double plain = Crown(below, top, above);
        foreach (double bound in (double[])[above ? plain : -plain, problem.Bound])
        {
            Assert.True((bound - value).Sign >= 0, $"{bound:R}");
            Assert.True((bound - value - 1e-9).Sign < 0, $"{bound:R}");
        }
    }
}
