using System.Globalization;
using System.Xml.Linq;
using ExactCompression.Plotting;
using Xunit;

namespace ExactCompression.Tests.Plotting;

/// <summary>What figures of sweeps say at their axes.</summary>
public sealed class SweepLabelsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("exactcompression-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("SearchSeconds", "Search, seconds")]
    [InlineData("NeuronsRemovedPercent", "Neurons removed, %")]
    [InlineData("StablePercent", "Stable neurons, %")]
    [InlineData("AccuracyAfter", "Accuracy after compression, %")]
    [InlineData("BytesAfter", "Weights after compression, bytes")]
    [InlineData("StablyActive", "Stably active")]
    [InlineData("MyOwnColumn", "MyOwnColumn")]
    public void Heading_Column_IsInWords(string column, string expected) => Assert.Equal(expected, SweepLabels.Heading(column));

    [Theory]
    [InlineData("L1", "l1 penalty of training")]
    [InlineData("TrainRows", "train rows")]
    [InlineData("MyOwnColumn", "MyOwnColumn")]
    public void InSentence_Column_IsInWords(string column, string expected) => Assert.Equal(expected, SweepLabels.InSentence(column));

    /// <summary>The axis of an accuracy went to 104 %, and that of a time below 0.</summary>
    [Theory]
    [InlineData("AccuracyAfter", "0.6", "1", 0, 100)]
    [InlineData("AccuracyAfter", "1", "1", 0, 100)]
    [InlineData("AccuracyAfter", "0.9995", "1", 0, 100)]
    [InlineData("NeuronsRemovedPercent", "0", "100", 0, 100)]
    [InlineData("ConnectionsRemovedPercent", "97", "98", 0, 100)]
    [InlineData("SearchSeconds", "0.01", "8", 0, 10)]
    public void VerticalAxis_Ticks_StayInTheRangeOfTheQuantity(string column, string one, string other, double least, double most)
    {
        PlotRows rows = Rows($"Architecture,L1,{column}", $"8-4,0.1,{one}", $"8-4,0.2,{other}");
        XElement[] texts = Texts(rows, new() { X = "L1", Y = [column] });
        double[] ticks = [.. texts.Where(static t => ((string?)t.Attribute("transform"))?.StartsWith("translate(55 ", StringComparison.Ordinal)
            == true).Select(static t => double.Parse(t.Value.Trim(), CultureInfo.InvariantCulture))];
        Assert.True(ticks.Length >= 2, $"{ticks.Length} ticks");
        Assert.All(ticks, tick => Assert.InRange(tick, least, most));
    }

    [Fact]
    public void Series_Names_HavePlacesInTheirOrderAndNoLines()
    {
        PlotRows rows = Rows("Name,Value", "zeta,1", "alpha,2", "zeta,3", "7,4");
        SweepSeries series = SweepSeries.Of(rows, new() { X = "Name", Y = ["Value"] });
        Assert.Equal(["zeta", "alpha", "7"], series.Names);
        Assert.False(series.IsOrdered);
        Assert.Equal([(0, 1), (0, 3), (1, 2), (2, 4)], series.Points("", "Value"));
        string[] shown = [.. Texts(rows, new() { X = "Name", Y = ["Value"] }).Select(static t => t.Value.Trim())];
        Assert.Contains("zeta", shown);
        Assert.Contains("alpha", shown);
    }

    [Fact]
    public void Series_AWordAmongNumbers_IsAMistake()
    {
        var e = Assert.Throws<InvalidInputException>(
            () => StabilityPlot.Compression(Rows("A,B", "1,1", "2,2", "o,3"), new() { X = "A", Y = ["B"] }));
        Assert.Equal("PlotValueNotANumber", e.ErrorId);
    }

    [Theory]
    [InlineData(true, "ball 0.1 round row 0 of digits in [0,1]^64", "ball 0.2 round row 0 of digits in [0,1]^64")]
    [InlineData(true, "ball 0.1 round row 0 of digits in [0,1]^64", "ball 0.2 round row 7 of digits in [0,1]^64")]
    [InlineData(true, "[0,1]^64", "[-1,2]^64")]
    [InlineData(false, "ball 0.1 round row 0 of digits in [0,1]^64", "range of digits in [0,1]^64")]
    [InlineData(false, "one.vnnlib in [0,1]^64", "two.vnnlib in [0,1]^64")]
    public void Series_Domains_AreOrderedIfOfOneKind(bool isOrdered, string one, string other)
    {
        PlotRows rows = new(
            new[] { (one, "0.1"), (other, "0.2") }.Select(static r => new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Domain"] = r.Item1, ["DomainWidth"] = r.Item2, ["NeuronsRemovedPercent"] = "5",
            }), "made");
        Assert.Equal(isOrdered, SweepSeries.Of(rows, new()).IsOrdered);
    }

    [Theory]
    [InlineData("0.1", "0.2,0.4,0.8", "0.1,0.2,0.4,0.8")]
    [InlineData("0.013", "0.017,0.019,0.0211,0.027,0.031,0.043,0.047,0.059,0.061,0.068,0.071", "0.02,0.03,0.04,0.05,0.06,0.07")]
    public void HorizontalAxis_Ticks_AreTheValuesOrRound(string first, string rest, string expected)
    {
        double[] values = [.. rest.Split(',').Prepend(first).Select(static v => double.Parse(v, CultureInfo.InvariantCulture))];
        Assert.Equal(expected, string.Join(',', new SweepAxis(values, PlotScale.Linear).Ticks(480).Select(static t => t.Label)));
    }

    [Fact]
    public void Svg_AnyPicture_HoldsEachTextOnceAndTheSameBytesAgain()
    {
        PlotRows rows = Rows("Architecture,L1,NeuronsRemovedPercent", "8-4,0.1,10", "8-4,0.2,20");
        string first = Svg(rows, new()), again = Svg(rows, new());
        Assert.Equal(first, again);
        Assert.Single(XDocument.Parse(first).Descendants(), static e => e.Name.LocalName == "text" && e.Value.Trim() == "0.1");
        Assert.DoesNotContain(
            XDocument.Parse(first).Descendants(),
            static e => e.Name.LocalName == "rect" && e.Attribute("fill") is null && e.Parent!.Name.LocalName != "clipPath");
    }

    [Fact]
    public void Text_OfAScriptThatNoFontHas_IsShownAsQuestionMarks()
    {
        // A character for private use: no font of a system has it.
        XElement[] texts = Texts(Rows("Name,Value", "\uE5A7a,1", "b,2"), new() { X = "Name", Y = ["Value"] });
        Assert.Contains(texts, static t => t.Value.Trim() is "?a" or "\uE5A7a");
    }

    private XElement[] Texts(PlotRows rows, SweepPlotOptions options) =>
        [.. XDocument.Parse(Svg(rows, options)).Descendants().Where(static e => e.Name.LocalName == "text")];

    private string Svg(PlotRows rows, SweepPlotOptions options)
    {
        string file = Path.Combine(folder, "plot.svg");
        StabilityPlot.Compression(rows, options).Write(file);
        return File.ReadAllText(file);
    }

    private static PlotRows Rows(string header, params string[] rows)
    {
        string[] columns = header.Split(',');
        return new(
            rows.Select(row => columns.Zip(row.Split(',')).ToDictionary(
                static p => p.First, static p => p.Second, StringComparer.OrdinalIgnoreCase)), "made");
    }
}
