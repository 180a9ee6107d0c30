using ExactCompression.Compression.Equivalence;
using Xunit;

namespace ExactCompression.Tests.Compression.Equivalence;

/// <summary>Statements about several boxes: what happens between them does not count.</summary>
public sealed class SeveralBoxesTests
{
    /// <summary>0, and a hat of height 0.25 over [0.25, 0.75].</summary>
    private static readonly ReluNetwork Flat = new([Nets.Hidden([1, 0]), Nets.Output([0, 0])]),
        Hat = new([Nets.Hidden([1, -0.25], [1, -0.5], [1, -0.75]), Nets.Output([1, -2, 1, 0])]);

    [Fact]
    public void Compare_DifferentBetweenTheBoxesAlone_IsEquivalent()
    {
        EquivalenceReport report = Compare([0, 0.25], [0.75, 1]);
        Assert.True(report.Equivalent);
        Assert.InRange(report.ProvenDeviation, 0, 0.1);
        Assert.Null(report.Counterexample);
    }

    [Fact]
    public void Compare_DifferentInOneBox_HasACounterexampleThere()
    {
        EquivalenceReport report = Compare([0, 0.25], [0.4, 1]);
        Assert.False(report.Equivalent);
        Assert.InRange(Assert.Single(report.Counterexample!), 0.4, 0.75);
    }

    private static EquivalenceReport Compare(params double[][] boxes) => NetworkEquivalence.Compare(
        new EquivalenceSpecification
        {
            Path = "boxes.vnnlib",
            Reference = "f",
            Difference = "g",
            Domain = new([boxes.Min(static b => b[0])], [boxes.Max(static b => b[1])]),
            Ranges = [DifferenceRange.Of(0.1)],
            AssertsViolation = false,
            Statements = [],
            Boxes = [.. boxes.Select(static b => new StatedBox([b[0]], [b[1]], [b[0]], [b[1]]))],
        },
        Flat, Hat, null, new(), default);
}
