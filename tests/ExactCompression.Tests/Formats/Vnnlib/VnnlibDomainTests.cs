using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Vnnlib;

public class VnnlibDomainTests
{
    private const string One = "(declare-const X_0 Real)(declare-const Y_0 Real)";

    private const string Pair = """
        (vnnlib-version <2.0>)
        (declare-network f (declare-input X_f real [1, 2]) (declare-output Y_f real []))
        (declare-network g (isomorphic-to f) (declare-input X_g real [1,2]) (declare-output Y_g real []))
        (assert (and (>= X_f[0,0] -1) (<= X_g [0,0] 2)))
        (assert (and (>= X_g[0, 1] 0.5) (< X_g[0,1] 0.75)))

        """;

    [Theory]
    [InlineData("(assert (>= (+ X_0 1) 1))(assert (<= X_0 1))", 0, 1)]
    [InlineData("(assert (>= (* X_0 2) 0))(assert (>= (* (- 2) X_0) (- 2)))(assert (<= (* 0 X_0) 1000))", 0, 1)]
    [InlineData("(assert (> X_0 -1e0))(assert (< X_0 1e0))", -1, 1)]
    [InlineData("(assert (<= (- 3 X_0 (* 2 0.5)) (+ X_0 X_0 -1)))(assert (<= (/ X_0 2) (- 5 1 1)))", 1, 6)]
    [InlineData("(assert (and (= (- X_0) -3) (!= X_0 7)))", 3, 3)]
    [InlineData("(assert (or (and (<= X_0 1) (>= X_0 0) (<= Y_0 3)) (and (>= X_0 5) (<= X_0 4)) (and (<= 2 X_0) (>= 3 X_0))))", 0, 3)]
    [InlineData("(assert (or (and (= X_0 1) (<= 1 0)) (= X_0 2)))", 2, 2)]
    [InlineData("(assert (and (>= X_0 0) (<= X_0 1)))(assert (not (Y_0)))(assert (or (=> Y_0 1) (<= Y_0 Y_0)))", 0, 1)]
    public void Read_OneInput_GivesTheRangeThatIsMeant(string assertions, double lower, double upper)
    {
        InputDomain domain = Read(One + assertions, out _);

        Assert.Equal([lower], domain.Lower.ToArray());
        Assert.Equal([upper], domain.Upper.ToArray());
    }

    [Fact]
    public void Read_Disjunction_IsTheHullAndSaidSo()
    {
        Read(One + "\n(assert (or (and (<= X_0 1) (>= X_0 0)) (and (<= X_0 3) (>= X_0 2))))", out string[] warnings);
        string warning = Assert.Single(warnings);
        Assert.Contains("line 2, column 9", warning, StringComparison.Ordinal);
        Assert.Contains("one of 2 boxes", warning, StringComparison.Ordinal);

        Read(One + "(assert (or (and (<= X_0 1) (>= X_0 0)) (and (<= X_0 1) (>= X_0 0) (>= Y_0 7)) (= X_0 0.5)))", out warnings);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Read_NetworksWithTheSameInputs_HaveOneDomain()
    {
        InputDomain domain = Read(
            Pair + "(assert (== X_f[0,0] X_g[0,0]))(assert (and (<= X_f[0,1] X_g[0,1]) (<= (- X_g[0,1] X_f[0,1]) 0)))", out _);

        Assert.Equal([-1, 0.5], domain.Lower.ToArray());
        Assert.Equal([2, 0.75], domain.Upper.ToArray());
    }

    [Theory]
    [InlineData("(assert (== X_f[0,0] X_g[0,0]))", "X_f[0,1] and X_g[0,1] may differ")]
    [InlineData("(assert (== X_f[0,0] X_g[0,0]))(assert (<= X_f[0,1] X_g[0,1]))", "X_f[0,1] and X_g[0,1] may differ")]
    [InlineData("(assert (== X_f[0,0] X_g[0,0]))(assert (or (== X_f[0,1] X_g[0,1])(<= X_f[0,1] 3)))", "X_f[0,1] and X_g[0,1] may differ")]
    [InlineData("(assert (== X_f[0,0] (+ X_g[0,0] 0.1)))", "X_f[0,0] and X_g[0,0] may differ")]
    public void Read_NetworksWhoseInputsMayDiffer_AreRefused(string links, string problem)
    {
        InvalidFileException error = Assert.Throws<InvalidFileException>(() => Read(Pair + links, out _));
        Assert.Equal("VnnlibUnsupported", error.ErrorId);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(vnnlib-version <3.0>)", "VnnlibUnsupported", 1, 17)]
    [InlineData("(declare-network f (declare-input X real [2])\n(declare-input X real [2]))", "VnnlibDamaged", 2, 16)]
    [InlineData("(declare-network f (declare-input X real [2]))\n\n (assert (<= X[2] 1))", "VnnlibDamaged", 3, 14)]
    [InlineData("(declare-network f (declare-input X real [2]))(assert (<= X[1 2] 1))", "VnnlibDamaged", 1, 59)]
    [InlineData("(declare-network f (declare-input X real [2]))(assert (<= X 1))", "VnnlibDamaged", 1, 59)]
    [InlineData("(declare-network f (declare-input X real [2]))(assert (<= Z[0] 1))", "VnnlibDamaged", 1, 59)]
    [InlineData("(declare-network f (declare-input X real [0]))", "VnnlibDamaged", 1, 37)]
    [InlineData("(declare-network f (declare-input X real [99999,99999]))", "VnnlibDamaged", 1, 37)]
    [InlineData("(declare-network f (equal-to g) (declare-input X real [2]))", "VnnlibDamaged", 1, 30)]
    [InlineData("(declare-network f (declare-input X real [2]) (declare-magic))", "VnnlibDamaged", 1, 47)]
    [InlineData("(declare-const X_0 Real)(declare-network f (declare-input X real [2]))", "VnnlibDamaged", 1, 25)]
    [InlineData("(declare-const X_0 Real)(assert (<= [0] 1))", "VnnlibDamaged", 1, 34)]
    [InlineData("(declare-const X_0 Real)(assert ([0]))", "VnnlibDamaged", 1, 34)]
    [InlineData("(set-info :source |never\nends", "FileTruncated", 1, 19)]
    [InlineData("(declare-const X_0 Real)(declare-const X_1 Real)\n(assert (<= X_0 X_1))", "VnnlibUnsupported", 2, 9)]
    [InlineData("(declare-const X_0 Real)\n(assert (<= X_0 1\n 2))", "VnnlibUnsupported", 2, 9)]
    [InlineData("(declare-const X_0 Real)\n(assert (<= X_0 one))", "VnnlibUnsupported", 2, 17)]
    [InlineData("(declare-const X_0 Real)\n(assert (<= X_0 (max 1 2)))", "VnnlibUnsupported", 2, 17)]
    [InlineData("(get-unsat-core)", "VnnlibUnsupported", 1, 1)]
    public void Read_WhatIsNotUnderstood_IsRefusedWithItsPlace(string text, string errorId, int line, int column)
    {
        InvalidFileException error = Assert.Throws<InvalidFileException>(() => Read(text, out _));
        Assert.Equal((errorId, $"line {line}, column {column}"), (error.ErrorId, error.Place));
    }

    [Fact]
    public void Read_QuotedTextAndHiddenTensors_AreUnderstood()
    {
        InputDomain domain = Read(
            "\uFEFF(set-info :source |a (bar\n;|)(set-info :x \"(\\\"\")(vnnlib-version <2.1>)(declare-network n\n"
            + "(declare-input a Real [] initialized) (declare-input B float32 [2]) (declare-hidden h real [3] \"/relu (1)\")\n"
            + "(declare-output y real [1]))(assert (and (>= a 0) (<= a 1) (= B[0] 2) (= B[1] 3)))(assert (<= h[2] y[0]))", out _);

        Assert.Equal([0, 2, 3], domain.Lower.ToArray());
        Assert.Equal([1, 2, 3], domain.Upper.ToArray());
    }

    [SkippableTheory]
    [InlineData("acasxu/prop_6.vnnlib", 5, 1)]
    [InlineData("nn4sys/lindex_200.vnnlib", 1, 1)]
    [InlineData("vnnlib/test_add_const.vnnlib", 1, 0)]
    [InlineData("vnnlib/test_exp_notation.vnnlib", 1, 0)]
    [InlineData("vnnlib/test_mul_var_const.vnnlib", 1, 0)]
    [InlineData("../../equivalence/instance_0.vnnlib", 5, 0)]
    public void Read_PublicFile_HasADomain(string file, int inputs, int warnings)
    {
        var said = new List<string>();
        InputDomain domain = InputDomainFiles.Read(TestFiles.Shared("networks/wild/" + file), new() { Warning = said.Add });

        Assert.Equal(inputs, domain.Size);
        Assert.Equal(warnings, said.Count);
        if (file.Contains("prop_6", StringComparison.Ordinal))
            Assert.Equal((-0.499999896, 0.499999896), (Math.Round(domain.Lower.Span[1], 9), Math.Round(domain.Upper.Span[1], 9)));
    }

    [SkippableTheory]
    [InlineData("mnist.vnnlib", "VnnlibUnbounded", "X[0,1]")]
    [InlineData("single_network.vnnlib", "VnnlibUnsupported", "line 13, column 9")]
    [InlineData("multiple_networks.vnnlib", "VnnlibUnsupported", "line 7, column 1")]
    public void Read_PublicFileWithoutABox_SaysWhy(string file, string errorId, string place)
    {
        InvalidFileException error = Assert.Throws<InvalidFileException>(
            () => InputDomainFiles.Read(TestFiles.Shared("networks/wild/vnnlib2/" + file)));
        Assert.Equal((errorId, place), (error.ErrorId, error.Place));
    }

    [Fact]
    public void Read_SumsOfManyFractions_EndInBoundedTime()
    {
        string fractions = string.Concat(Enumerable.Range(1, 5000).Select(static i => $"(/ 1 {(2 * i) + 1})"));
        Assert.Equal(
            "VnnlibUnsupported",
            Assert.Throws<InvalidFileException>(() => Read(One + $"(assert (<= X_0 (+ {fractions})))", out _)).ErrorId);
        string powers = string.Concat(Enumerable.Repeat("(* 1e300 ", 200)) + "1" + new string(')', 200);
        Assert.Equal(
            "VnnlibUnsupported", Assert.Throws<InvalidFileException>(() => Read(One + $"(assert (<= X_0 {powers}))", out _)).ErrorId);
    }

    private static InputDomain Read(string text, out string[] warnings)
    {
        using var folder = new TemporaryFolder();
        var said = new List<string>();
        InputDomain domain = InputDomainFiles.Read(folder.Write("p.vnnlib", Encoding.UTF8.GetBytes(text)), new() { Warning = said.Add });
        warnings = [.. said];
        return domain;
    }
}
