using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Every charge of the relation of graphs, where it is all that there is of the deviation.</summary>
public sealed class GraphRelationChargeTests
{
    private const double Small = 1.0 / (1L << 60);
    private static readonly double Third = 1.0 / 3;

    /// <summary>Two factors, of which the compressed network has the rounded product.</summary>
    [Fact]
    public void Product_ThatIsRounded_CountsWhatItLoses() => AssertCharged(
        new SmallValues(1).Sum(0, 0, Third).Sum(1, 0, Third), new SmallValues(1).Sum(0, 0, Third * Third), [1],
        SmallValues.Relation(("d", []), ("d", [])), 1e-20);

    /// <summary>Two factors whose product is no double at all.</summary>
    [Fact]
    public void Product_ThatUnderflows_Counts() => AssertCharged(
        new SmallValues(1).Sum(0, 0, 1e-200).Sum(1, 0, 1e-200), new SmallValues(1).Sum(0, 0, 0), [1e300],
        SmallValues.Relation(("d", []), ("d", [])), 1e-101);

    /// <summary>Two factors whose product is beyond double, which show nothing.</summary>
    [Fact]
    public void Product_ThatOverflows_ShowsNothing() => Assert.Throws<Refusal>(
        () => Deviation(
            new SmallValues(1).Sum(0, 0, 1e200).Sum(1, 0, 1e200), new SmallValues(1).Sum(0, 0, 1), [1e-200],
            SmallValues.Relation(("d", []), ("d", []))));

    /// <summary>Coefficients whose sum absorbs one of them.</summary>
    [Fact]
    public void Sum_ThatIsRounded_CountsWhatItLoses() => AssertCharged(
        new SmallValues(1).Rows(0, [0, 0], [1, Small]).Sum(1, 0, 1, 1), new SmallValues(1).Sum(0, 0, 1), [1],
        SmallValues.Relation(("dd", []), ("d", [])), Small / 2);

    /// <summary>Constants whose sum absorbs one of them, and one that is multiplied.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 0.1)]
    public void Constant_ThatIsRounded_CountsWhatItLoses(double bias, double weight) => AssertCharged(
        new SmallValues(1).Sum(0, bias, 1).Sum(1, Small, weight), new SmallValues(1).Sum(0, weight * bias, weight), [1],
        SmallValues.Relation(("d", []), ("d", [])), Small / 2);

    /// <summary>What is wrong of an element counts as often as it is read.</summary>
    [Fact]
    public void Error_OfAnOperand_CountsTimesTheWeight() => AssertCharged(
        new SmallValues(1).Sum(0, 0, 1).Sum(1, 0, -8), new SmallValues(1).Sum(0, 0, 0.75).Sum(1, 0, -8), [1],
        SmallValues.Relation(("t", [1]), ("t", [2])), 1);

    /// <summary>The same entries from the same numbers of a file are the same; from others, or unknown ones, they are not.</summary>
    [Fact]
    public void Radius_OfTheSameOrigin_CountsOnlyOtherwise()
    {
        double third = 1 / 3.0, radius = 1e-16;
        var origin = new EntryOrigin('/', 1, 3);
        GraphRelation relation = SmallValues.Relation(("t", [1]));
        double Found(EntryOrigin other) => Deviation(
            new SmallValues(1).Inexact(0, third, radius, origin), new SmallValues(1).Inexact(0, third, radius, other), [2], relation);

        Assert.Equal(0, Found(origin));
        Assert.InRange(Found(origin with { First = 2, Second = 6 }), 4 * radius, 5 * radius);
        Assert.InRange(Found(default), 4 * radius, 5 * radius);
        Assert.InRange(
            Deviation(new SmallValues(1).Inexact(0, third, radius), new SmallValues(1).Inexact(0, third, radius), [2], relation),
            4 * radius, 5 * radius);
    }

    /// <summary>Radii of the original's direct forms, of what the compressed network is made of, and of biases.</summary>
    [Theory]
    [InlineData(1, 0, 0, 0, "d")]
    [InlineData(0, 1, 0, 0, "d")]
    [InlineData(0, 0, 1, 0, "d")]
    [InlineData(0, 0, 0, 1, "d")]
    [InlineData(0, 0, 1, 0, "t")]
    [InlineData(0, 0, 0, 1, "t")]
    public void Radius_Anywhere_Counts(double before, double after, double bias, double otherBias, string kind) => Assert.InRange(
        Deviation(
            new SmallValues(1).Inexact(0, 4, before, default, bias), new SmallValues(1).Inexact(0, 4, after, default, otherBias), [3],
            SmallValues.Relation((kind, kind == "t" ? [1] : []))),
        (3 * (before + after)) + bias + otherBias, 3.0000001);

    /// <summary>A constant that an operand differs by, read with a weight that is known up to a radius.</summary>
    [Fact]
    public void Radius_OverAConstant_Counts()
    {
        var origin = new EntryOrigin('/', 1, 4);
        double found = Deviation(
            new SmallValues(1).Sum(0, 8, 1).Inexact(1, 0.25, 0.125, origin),
            new SmallValues(1).Sum(0, 0, 1).Inexact(1, 0.25, 0.125, origin), [1], SmallValues.Relation(("t", [1]), ("t", [2])));
        Assert.InRange(found, 3, 3.0000001);
    }

    /// <summary>A weight that is known up to a radius, the same in both networks, over an operand that is not quite the same.</summary>
    [Fact]
    public void Radius_OverAnError_Counts()
    {
        var origin = new EntryOrigin('/', 1, 4);
        SmallValues original = new SmallValues(1).Sum(0, 0, 1).Inexact(1, 4, 1, origin);
        SmallValues compressed = new SmallValues(1).Sum(0, 0, 0.75).Inexact(1, 4, 1, origin);
        double found = Deviation(original.Graph, compressed.Graph, new([-1], [1]), SmallValues.Relation(("t", [1]), ("t", [2])));
        Assert.InRange(found, 5 * 0.25, 1.2500001);
    }

    /// <summary>Radii of the same weight that differ count each.</summary>
    [Fact]
    public void Radius_OfTheOtherNetworkAlone_Counts() => Assert.InRange(
        Deviation(
            new SmallValues(1).Inexact(0, 4, 0.5), new SmallValues(1).Inexact(0, 4, 1), [3], SmallValues.Relation(("t", [1]))),
        4.5, 4.5000001);

    /// <summary>A multiple of an element is not the element, though it is read with the same weight.</summary>
    [Fact]
    public void Copy_OfAMultiple_IsNone() => AssertCharged(
        new SmallValues(1).Sum(0, 0, 2).Sum(1, 0, 1), new SmallValues(1).Sum(0, 0, 1), [1],
        SmallValues.Relation(("d", []), ("t", [1])), 1);

    /// <summary>Kinds that are not proven cost what is missing.</summary>
    [Theory]
    [InlineData("l", 1)] // relu(z) - z
    [InlineData("o", 2)] // relu(z)
    [InlineData("c", 1)] // half the range, against the middle
    [InlineData("k", 2)]
    public void Kind_ThatIsNotProven_CostsWhatIsMissing(string kind, double least)
    {
        CheckedGraph original = new SmallValues(1).Sum(0, 0, 1).Relu(1).Graph;
        CheckedGraph compressed = kind switch
        {
            "l" => new SmallValues(1).Sum(0, 0, 1).Graph,
            "c" => new SmallValues(1).Sum(0, 1, 0).Graph,
            _ => new SmallValues(1).Sum(0, 0, 0).Graph,
        };
        double found = Deviation(original, compressed, new([-1], [2]), SmallValues.Relation(("d", []), (kind, [])));
        Assert.InRange(found, least, least + 1e-9);
    }

    /// <summary>A gate and a negative one cost how far the pre-activations are apart.</summary>
    [Theory]
    [InlineData("g", 1)]
    [InlineData("n", -1)]
    public void Gate_OfAnotherPreActivation_CostsTheDistance(string kind, double sign)
    {
        CheckedGraph original = new SmallValues(1).Sum(0, 0, sign).Relu(1).Sum(2, 0, 1).Graph;
        CheckedGraph compressed = new SmallValues(1).Sum(0, 0.5, 1).Relu(1).Rows(2, [0], [1]).Graph;
        var box = new InputBox([-2], [2]);
        double found = Deviation(original, compressed, box, SmallValues.Relation(("d", []), (kind, [2]), ("d", [])));
        Assert.InRange(found, kind == "g" ? 0.5 : 2.5, kind == "g" ? 0.5 + 1e-9 : 2.5 + 1e-9);
    }

    /// <summary>A rectifier of the compressed network that is only nearly on, or nearly off, costs what is missing.</summary>
    [Theory]
    [InlineData(1e-7, 1, 1)]
    [InlineData(1, 1e-7, 0)]
    public void Rectifier_NearlyLinear_CostsWhatIsMissing(double below, double above, double slope)
    {
        CheckedGraph original = new SmallValues(1).Sum(0, 0, slope).Graph, compressed = new SmallValues(1).Sum(0, 0, 1).Relu(1).Graph;
        double found = Deviation(original, compressed, new([-below], [above]), SmallValues.Relation(("d", [])));
        Assert.InRange(found, 1e-7, 1.0000001e-7);
    }

    /// <summary>The logistic function moves by a quarter of what its argument moves, at most, the tangent by as much.</summary>
    [Theory]
    [InlineData("Sigmoid", 0.25)]
    [InlineData("Tanh", 1)]
    public void Smooth_OfAnotherArgument_CostsItsSlope(string meaning, double slope)
    {
        CheckedGraph original = new SmallValues(1).Sum(0, 0.125, 1).Smooth(1, meaning).Graph;
        CheckedGraph compressed = new SmallValues(1).Sum(0, 0, 1).Smooth(1, meaning).Graph;
        double found = Deviation(original, compressed, new([-1], [1]), SmallValues.Relation(("t", [1]), ("s", [2])));
        Assert.InRange(found, slope / 8, (slope / 8) + 1e-9);
        CheckedGraph other = new SmallValues(1).Sum(0, 0, 1).Smooth(1, meaning == "Tanh" ? "Sigmoid" : "Tanh").Graph;
        Assert.Throws<Refusal>(() => Deviation(original, other, new([-1], [1]), SmallValues.Relation(("t", [1]), ("s", [2]))));
    }

    private static void AssertCharged(SmallValues original, SmallValues compressed, double[] point, GraphRelation relation, double least)
    {
        Rational difference = SmallValues.Difference(original.Graph, compressed.Graph, point);
        Assert.True(difference >= least, difference.ToString());
        Assert.True(difference <= Deviation(original, compressed, point, relation));
    }

    private static double Deviation(SmallValues original, SmallValues compressed, double[] point, GraphRelation relation) =>
        Deviation(original.Graph, compressed.Graph, new(point, point), relation);

    private static double Deviation(CheckedGraph original, CheckedGraph compressed, InputBox box, GraphRelation relation) =>
        GraphRelationCheck.Deviation(
            relation, original, IntervalRanges.Of(original, box), compressed, IntervalRanges.Of(compressed, box), box, new());
}
