using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Vnnlib;

public class EquivalenceFilesTests
{
    private const string Head = """
        (vnnlib-version <2.0>)
        (declare-network f (declare-input X_f real [1]) (declare-output Y_f real [1,2]))
        (declare-network g (isomorphic-to f) (declare-input X_g real [1]) (declare-output Y_g real [1,2]))
        (assert (and (<= X_f[0] 1) (>= X_f[0] -1) (== X_f[0] X_g[0])))

        """;

    private static readonly DifferenceRange Any = new(
        double.NegativeInfinity, double.PositiveInfinity, double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>0.05 lies just below the double that it is read as.</summary>
    private static readonly DifferenceRange Twentieth = new(-Math.BitDecrement(0.05), Math.BitDecrement(0.05), -0.05, 0.05);

    [Theory]
    [InlineData("(assert (and (<= Y_g[0,0] (+ Y_f[0,0] 0.05)) (>= Y_g[0,0] (- Y_f[0,0] 0.05))))")]
    [InlineData("(assert (<= (- Y_f[0,0] Y_g[0,0]) 0.05))(assert (>= 0.05 (- Y_g[0,0] Y_f[0,0])))")]
    [InlineData("(assert (and (<= (* 2 Y_g[0,0]) (+ (* 2 Y_f[0,0]) 0.1)) (and (<= (- Y_f[0,0] 0.01 Y_g[0,0]) (* 4 0.01)))))")]
    [InlineData("(assert (or (> Y_g[0,0] (+ Y_f[0,0] 0.05)) (< Y_g[0,0] (- Y_f[0,0] 0.05))))", true)]
    [InlineData("(assert (or (and (< 0.05 (- Y_f[0,0] Y_g[0,0]))) (or (> (- Y_g[0,0] Y_f[0,0]) 0.05))))", true)]
    public void Read_ToleranceStatedInAnyWay_IsTheSame(string outputs, bool isViolation = false)
    {
        EquivalenceSpecification found = Read(Head + outputs);

        Assert.Equal([Twentieth, Any], found.Ranges);
        Assert.Equal(isViolation, found.AssertsViolation);
        Assert.Equal(("f", "g"), (found.Reference, found.Difference));
        Assert.Contains(found.Statements, static s => s.Contains("output 1 may differ by anything", StringComparison.Ordinal));
        Assert.Contains(
            found.Statements, s => s.Contains(isViolation ? "no input satisfies" : "every input satisfies", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_StrictComparisons_ExcludeTheEnd()
    {
        double below = Math.BitDecrement(0.25);
        DifferenceRange open = new(-0.25, below, -0.25, 0.25), closed = DifferenceRange.Of(0.25);

        Assert.Equal(open, Read(Head + "(assert (and (< Y_g[0,0] (+ Y_f[0,0] 0.25)) (>= Y_g[0,0] (- Y_f[0,0] 0.25))))").Ranges[0]);
        Assert.Equal(open, Read(Head + "(assert (or (>= Y_g[0,0] (+ Y_f[0,0] 0.25)) (< Y_g[0,0] (- Y_f[0,0] 0.25))))").Ranges[0]);
        Assert.Equal(closed, Read(Head + "(assert (or (> Y_g[0,0] (+ Y_f[0,0] 0.25)) (< Y_g[0,0] (- Y_f[0,0] 0.25))))").Ranges[0]);
    }

    [Fact]
    public void Read_DifferentLimits_KeepsTheTighterOfEachSide()
    {
        EquivalenceSpecification found = Read(
            Head + "(assert (<= Y_g[0,0] (+ Y_f[0,0] 1)))(assert (<= Y_g[0,0] (+ Y_f[0,0] 0.5)))(assert (== Y_f[0,1] Y_g[0,1]))");

        Assert.Equal(
            [new(double.NegativeInfinity, 0.5, double.NegativeInfinity, 0.5), DifferenceRange.Of(0)], found.Ranges);
        Assert.Equal([DifferenceRange.Of(0), Any], Read(Head + "(assert (!= Y_f[0,0] Y_g[0,0]))").Ranges);
        Assert.True(Read(Head + "(assert (!= Y_f[0,0] Y_g[0,0]))").AssertsViolation);
    }

    [Fact]
    public void Read_SeveralBoxes_KeepsThemAndTheirHull()
    {
        EquivalenceSpecification found = Read(
            Head + "(assert (or (<= X_g[0] -0.5) (and (>= X_f[0] 0.1) (<= X_f[0] 0.3)) (> X_f[0] 2)))(assert (<= Y_g[0,0] Y_f[0,0]))");

        Assert.Equal(2, found.Boxes.Count);
        Assert.Equal([-1.0, -0.5], [found.Boxes[0].Lower[0], found.Boxes[0].Upper[0]]);
        Assert.Equal([Math.BitDecrement(0.1)], found.Boxes[1].Lower);
        Assert.Equal([0.1], found.Boxes[1].InnerLower);
        Assert.Equal([0.3], found.Boxes[1].InnerUpper);
        Assert.Equal([Math.BitIncrement(0.3)], found.Domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("", "Nothing is stated of the outputs")]
    [InlineData("(assert (<= Y_g[0,0] (+ Y_f[0,1] 0.05)))", "the same output")]
    [InlineData("(assert (<= Y_g[0,0] (+ Y_g[0,0] Y_f[0,0])))", "the same output")]
    [InlineData("(assert (<= Y_g[0,0] (+ (* 1.5 Y_f[0,0]) 0.05)))", "the same output")]
    [InlineData("(assert (<= Y_g[0,0] (+ Y_f[0,0] X_f[0])))", "An input is compared")]
    [InlineData("(assert (<= Y_g[0,0] 5))", "the same output")]
    [InlineData("(assert (or (<= Y_g[0,0] (+ Y_f[0,0] 0.05)) (>= Y_g[0,0] (- Y_f[0,0] 0.05))))", "no violation")]
    [InlineData("(assert (or (>= Y_g[0,0] Y_f[0,0]) (<= Y_g[0,0] Y_f[0,0])))", "no violation")]
    [InlineData("(assert (and (>= Y_g[0,0] (+ Y_f[0,0] 1)) (>= Y_g[0,1] (+ Y_f[0,1] 1))))", "Several violations")]
    [InlineData("(assert (and (> Y_g[0,0] (+ Y_f[0,0] 0.05)) (< Y_g[0,0] (- Y_f[0,0] 0.05))))", "Several violations")] // meant as 'or'
    [InlineData("(assert (<= Y_g[0,0] (+ Y_f[0,0] 1)))(assert (>= Y_g[0,1] (+ Y_f[0,1] 1)))", "no tolerance")]
    [InlineData("(assert (>= Y_g[0,1] (+ Y_f[0,1] 1)))(assert (<= Y_g[0,0] (+ Y_f[0,0] 1)))", "other assertions join it")]
    [InlineData("(assert (or (> Y_g[0,0] (+ Y_f[0,0] 1)) (and (> Y_g[0,1] Y_f[0,1]) (> Y_g[0,0] Y_f[0,0]))))", "joined")]
    [InlineData("(assert (or (> Y_g[0,0] (+ Y_f[0,0] 1)) (> Y_f[0,0] (+ Y_g[0,0] 1))))(assert (<= Y_g[0,0] Y_f[0,0]))", "joined")]
    [InlineData("(assert (== Y_g[0,0] (+ Y_f[0,0] 0.05)))", "by a certain amount")]
    [InlineData("(assert (<= Y_g[0,0] (+ Y_f[0,0] 1e999)))", "not finite")]
    [InlineData("(assert (not (<= Y_g[0,0] Y_f[0,0])))", "is not 'and', 'or' or a comparison")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert false)", "is not 'and', 'or' or a comparison")]
    [InlineData("(assert (or (<= Y_g[0,0] Y_f[0,0]) (<= X_f[0] 0)))", "Inputs and outputs")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert (or (<= 1 0) (<= 2 1)))", "names no input and no output")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert (or (<= X_f[0] 0) (and (really))))", "is not 'and', 'or' or a comparison")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert (<= (+ X_f[0] X_g[0]) 1))", "related to one another")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert (or (<= X_f[0] 0) (or (<= X_f[0] 1) (>= X_f[0] 2))))", "nested")]
    [InlineData("(assert (<= Y_g[0,0] Y_f[0,0]))(assert (< X_f[0] 0.5))(assert (>= X_f[0] 0.5))", "A strict comparison")]
    public void Read_StatementOfAnotherKind_IsRefused(string outputs, string problem)
    {
        InvalidFileException error = Assert.Throws<InvalidFileException>(() => Read(Head + outputs));
        Assert.Equal(("VnnlibUnsupported", true), (error.ErrorId, error.Unsupported));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(outputs.Length == 0 ? "file" : "line 5, column ", error.Place, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(isomorphic-to f)", "(equal-to f)", "the same network")]
    [InlineData("Y_g real [1,2]", "Y_g real [1,3]", "outputs")]
    [InlineData("X_g real [1]", "X_g real [2]", "inputs")]
    [InlineData("Y_f real", "Y_f int32", "int32")]
    [InlineData("(== X_f[0] X_g[0])", "", "may differ")]
    public void Read_NetworksThatDoNotFit_AreRefused(string from, string to, string problem)
    {
        InvalidFileException error = Assert.Throws<InvalidFileException>(
            () => Read(Head.Replace(from, to, StringComparison.Ordinal) + "(assert (<= Y_g[0,0] Y_f[0,0]))"));
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(declare-const X_0 Real)(declare-const Y_0 Real)(assert (<= X_0 1))", "no network by name")]
    [InlineData("(declare-network f (declare-input X real [1]) (declare-output Y real [1]))", "declares 1 networks")]
    public void Read_OtherThanTwoNetworks_IsRefused(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<InvalidFileException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_DamagedAnywhere_FailsCleanly()
    {
        byte[] text = Encoding.ASCII.GetBytes(
            Head + "(assert (or (> Y_g[0,0] (+ Y_f[0,0] 0.05)) (< Y_g[0,0] (- Y_f[0,0] 0.05))))"
            + "(assert (or (<= X_f[0] -0.5)(>= X_f[0] 0)))");
        BadFile.TruncatedEverywhere(text, static path => EquivalenceFiles.Read(path), "cut.vnnlib");
        BadFile.CorruptedEverywhere(text, static path => EquivalenceFiles.Read(path), "damaged.vnnlib");
    }

    [SkippableFact]
    public void Read_PublicPairs_StateATolerance()
    {
        foreach (int number in (int[])[0, 3, 5, 9])
        {
            EquivalenceSpecification found = EquivalenceFiles.Read(TestFiles.Shared($"equivalence/instance_{number}.vnnlib"));
            Assert.False(found.AssertsViolation);
            Assert.Equal(Enumerable.Repeat(Twentieth, 5), found.Ranges);
        }
    }

    internal static EquivalenceSpecification Read(string text)
    {
        using var folder = new TemporaryFolder();
        return EquivalenceFiles.Read(folder.Write("p.vnnlib", Encoding.ASCII.GetBytes(text)));
    }
}
