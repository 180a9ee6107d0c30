using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Networks;

public sealed class InputDomainTests
{
    [Fact]
    public void OfData_NoMargin_IsTheExactRangeOfEachColumn()
    {
        var domain = InputDomain.OfData(Data(3, [0.1f, -1, 7, 0.7f, -1, 3, -0.3f, -1, 5]));
        Assert.Equal([-0.3f, -1, 3], domain.Lower.ToArray());
        Assert.Equal([0.7f, -1, 7], domain.Upper.ToArray());
        Assert.Equal(3, domain.Size);
        Assert.Equal("range of sample in [-1,7]^3", domain.Description);
    }

    [Fact]
    public void OfData_Margin_IsRoundedOutwardInExactArithmetic()
    {
        var random = new Random(3);
        for (int trial = 0; trial < 1000; trial++)
        {
            float value = (float)Math.ScaleB(random.NextDouble() - 0.5, random.Next(-40, 40));
            double margin = Math.ScaleB(random.NextDouble(), random.Next(-60, 40));
            var domain = InputDomain.OfData(Data(1, [value]), margin);
            Assert.True((Rational)domain.Lower.Span[0] <= (Rational)value - (Rational)margin);
            Assert.True((Rational)domain.Upper.Span[0] >= (Rational)value + (Rational)margin);
            Assert.Equal(value - margin, domain.Lower.Span[0], 1e-15 * (Math.Abs(value) + margin) + 1e-300);
        }
    }

    [Fact]
    public void OfData_Clip_CutsTheMargin()
    {
        var domain = InputDomain.OfData(Data(2, [0, 0.5f, 1, 0.5f]), 0.25, 0, 1);
        Assert.Equal(0, domain.Lower.Span[0]);
        Assert.Equal(1, domain.Upper.Span[0]);
        Assert.Equal(0.25, domain.Lower.Span[1], 1e-12);
        Assert.Equal("range of sample +/- 0.25 in [0,1]^2", domain.Description);
    }

    [Fact]
    public void Description_EndsWithTheOwnEnds_WhateverTheName()
    {
        Assert.Equal("[0,2]^2", new InputDomain([0, 0], [2, 2]).Description);
        Assert.Equal("box in [-0.5,2]^2", new InputDomain([0, -0.5], [1, 2]).Description);
        Assert.Equal("[0,1]^n", InputDomain.Unit.Description);
        foreach (string claim in (string[])["[0,1]^2", "box in [0,1]^2", "test.vnnlib"])
            Assert.Equal($"{claim} in [0,2]^2", new InputDomain([0, 0], [2, 2], claim).Description);
        Assert.Equal("[0,2]^2", new InputDomain([0, 0], [2, 2], "").Description);
    }

    [Fact]
    public void OfData_EveryRow_LiesInIt()
    {
        var random = new Random(4);
        float[] values = [.. Enumerable.Range(0, 600).Select(_ => random.NextSingle() - 0.5f)];
        InputData data = Data(6, values);
        foreach (double margin in new[] { 0, 1e-300, 0.1 })
        {
            var domain = InputDomain.OfData(data, margin);
            for (int row = 0; row < data.Rows; row++)
                Assert.True(domain.Contains([.. data.Row(row).ToArray().Select(static v => (double)v)]));
        }
    }

    [Theory]
    [InlineData(0.5f, -0.1, 0, 1, "DomainMarginInvalid")]
    [InlineData(0.5f, double.NaN, 0, 1, "DomainMarginInvalid")]
    [InlineData(0.5f, double.PositiveInfinity, 0, 1, "DomainMarginInvalid")]
    [InlineData(0.5f, 0, 1, 0, "DomainClipReversed")]
    [InlineData(2f, 0.5, 0, 1, "DomainClipEmpty")]
    [InlineData(-2f, 0.5, 0, 1, "DomainClipEmpty")]
    public void OfData_BadArgument_IsRefused(float value, double margin, double clipLower, double clipUpper, string errorId)
    {
        var e = Assert.Throws<InvalidInputException>(() => InputDomain.OfData(Data(1, [value]), margin, clipLower, clipUpper));
        Assert.Equal(errorId, e.ErrorId);
    }

    [Fact]
    public void OfData_NoRows_IsRefused() =>
        Assert.Equal("DataEmpty", Assert.Throws<InvalidInputException>(static () => InputDomain.OfData(new([], 0, 4))).ErrorId);

    private static InputData Data(int columns, float[] values) => new(values, values.Length / columns, columns, name: "sample");

    [Theory]
    [InlineData("ball 0.1 round row 3 of digits", 0.1, 3, "digits")]
    [InlineData("ball 1E-05 round row 0 of a of b", 1e-5, 0, "a of b")]
    [InlineData("ball 2 round a point", 2.0, null, null)]
    [InlineData("range of digits +/- 0.05", null, null, "digits")]
    [InlineData("range of digits", null, null, "digits")]
    [InlineData("box.csv", null, null, null)]
    public void Origin_OfAName_SaysDataRowAndRadius(string name, double? radius, int? row, string? data)
    {
        var domain = new InputDomain([0, 1], [1e-5, 1], name);
        Assert.Equal(name, domain.ShortDescription);
        Assert.Equal((radius, row, data), (domain.Radius, domain.Origin!.Row, domain.Origin.Data));
    }

    [Theory]
    [InlineData("[0,1]^2")] // states other ends
    [InlineData("ball 0.1 round row 0 of digits")] // the box is wider
    public void ShortDescription_NameThatTheEndsBelie_HasTheEnds(string name)
    {
        var domain = new InputDomain([0, 0], [2, 2], name);
        Assert.Equal($"{name} in [0,2]^2", domain.ShortDescription);
        Assert.Null(domain.Radius);
    }

    [Fact]
    public void Origin_OfWhatMadeADomain_IsItsName()
    {
        var data = new InputData([0, 1, 0.5f, 0.25f], 2, 2, name: "sample");
        Assert.Equal((0.125, 1, "sample"), OriginOf(InputDomain.Ball(data, 1, 0.125)));
        Assert.Equal((0.125, null, null), OriginOf(InputDomain.Ball([0.5, 0.5], 0.125, 0, 1)));
        Assert.Equal((null, null, "sample"), OriginOf(InputDomain.OfData(data, 0.1)));
        Assert.Null(InputDomain.Unit.Origin);
        Assert.Equal("DataRowMissing", Assert.Throws<InvalidInputException>(() => InputDomain.Ball(data, 2, 1)).ErrorId);
    }

    private static (double? Radius, int? Row, string? Data) OriginOf(InputDomain domain) =>
        (domain.Radius, domain.Origin!.Row, domain.Origin.Data);
}
