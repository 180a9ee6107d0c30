using System.Globalization;
using ExactCompression.Plotting;
using Xunit;

namespace ExactCompression.Tests.Plotting;

public sealed class SweepPlotTests
{
    [Fact]
    public void Series_RowsOfASweep_AreGroupedByWhatVariesBesideTheSeed()
    {
        PlotRows rows = Rows("Architecture,L1,Seed,Method,NeuronsRemovedPercent,Error",
            "8-10-2,0,1,Hybrid,10,", "8-10-2,0,2,Hybrid,20,", "8-10-2,0.1,1,Hybrid,30,", "8-4-2,0,1,Hybrid,5,", "8-4-2,0,1,Isa,6,",
            "8-4-2,0.1,1,Isa,,TimedOut: late");
        SweepSeries series = SweepSeries.Of(rows, new());
        Assert.Equal("L1", series.X);
        Assert.Equal(["NeuronsRemovedPercent"], series.Y);
        // Fewer neurons first, whatever the alphabet says.
        Assert.Equal(["8-4-2, Hybrid", "8-4-2, Isa", "8-10-2, Hybrid"], series.Groups);
        Assert.Equal([(0, 10), (0, 20), (0.1, 30)], series.Points("8-10-2, Hybrid", series.Y[0]));
        Assert.Equal([(0, 6)], series.Points("8-4-2, Isa", series.Y[0]));
        Assert.Equal(1, series.LeftOut());
    }

    [Fact]
    public void Series_ColumnsOfARadiusSweep_AreFoundWithoutBeingNamed()
    {
        PlotRows rows = Rows(
            "Architecture,L1,Radius,DomainWidth,ConnectionsRemovedPercent,Accuracy,AccuracyAfter", "8-4-2,0.1,0.5,1,10,0.9,0.8",
            "8-4-2,0.1,0.05,0.1,20,0.9,0.8");
        SweepSeries series = SweepSeries.Of(rows, new());
        Assert.Equal("Radius", series.X);
        Assert.Equal(["ConnectionsRemovedPercent", "AccuracyAfter"], series.Y);
        Assert.Equal(["8-4-2"], series.Groups);
    }

    [Theory]
    [InlineData("Epochs", "5", "50")]
    [InlineData("LearningRate", "0.1", "0.01")]
    [InlineData("Optimizer", "Sgd", "Adam")]
    [InlineData("TrainRows", "100", "200")]
    public void Series_SettingOfTraining_GivesLinesOfTheirOwn(string column, string one, string other)
    {
        PlotRows rows = Rows($"Architecture,L1,Seed,{column},NeuronsRemovedPercent", $"8-4-2,0,1,{one},10", $"8-4-2,0,1,{other},20",
            $"8-4-2,0.1,1,{one},10", $"8-4-2,0.1,1,{other},20");
        SweepSeries series = SweepSeries.Of(rows, new());
        Assert.Equal(2, series.Groups.Count);
        Assert.All(series.Groups, group => Assert.Equal(2, series.Points(group, series.Y[0]).Count));
        Assert.Empty(series.Averaged());
    }

    [Theory]
    [InlineData("Seed", "1", "2")]
    [InlineData("Source", "5 epochs", "50 epochs")] // of a CSV without a column for them
    [InlineData("Domain", "ball 0.1 round row 0 of digits", "ball 0.1 round row 1 of digits")]
    [InlineData("Network", "first", "second")]
    [InlineData("Mine", "a", "b")]
    public void Averaged_WhatDiffersInOnePoint_IsNamed(string column, string one, string other)
    {
        PlotRows rows = Rows($"Architecture,L1,{column},NeuronsRemovedPercent", $"8-4-2,0,{one},10", $"8-4-2,0,{other},20",
            $"8-4-2,0.1,{one},10", $"8-4-2,0.1,{other},20");
        Assert.Equal([column], SweepSeries.Of(rows, new() { GroupBy = ["Architecture"] }).Averaged());
        Picture picture = StabilityPlot.Compression(rows, new() { GroupBy = ["Architecture"] });
        if (column == "Seed")
            Assert.Empty(picture.Notes);
        else
            Assert.Contains($"-GroupBy {column}", Assert.Single(picture.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Averaged_NamesThatFollowFromTheSeed_AreNotNamed()
    {
        PlotRows rows = Rows("Network,File,Source,Architecture,L1,Seed,NeuronsRemovedPercent", "n_l1-0_seed-0,a,f0,8-4-2,0,0,10",
            "n_l1-0_seed-1,b,f1,8-4-2,0,1,20");
        Assert.Equal(["Seed"], SweepSeries.Of(rows, new()).Averaged());
    }

    [Fact]
    public void RowsInside_SomeOutside_AreCounted()
    {
        PlotRows rows = Rows("Architecture,Radius,TestRows,TestRowsInside,NeuronsRemovedPercent,AccuracyAfter",
            "8-4-2,0.1,1797,1,10,1", "8-4-2,0.2,1797,35,20,1");
        Assert.Equal((1, 35, 1797), SweepSeries.Of(rows, new()).RowsInside());
        PlotRows all = Rows("Architecture,Radius,TestRows,TestRowsInside,AccuracyAfter", "8-4-2,0.1,1797,1797,1");
        Assert.Null(SweepSeries.Of(all, new()).RowsInside());
    }

    [Fact]
    public void Series_NamedColumns_AreTaken()
    {
        PlotRows rows = Rows("a,b,c", "1,2,x", "2,3,y");
        SweepSeries series = SweepSeries.Of(rows, new() { X = "A", Y = ["B"], GroupBy = ["c"] });
        Assert.Equal(["x", "y"], series.Groups);
        Assert.Equal([(1, 2)], series.Points("x", "B"));
        var missing = Assert.Throws<InvalidInputException>(() => SweepSeries.Of(rows, new() { X = "A", Y = ["nothing"] }));
        Assert.Contains("-Y", missing.Message, StringComparison.Ordinal);
        Assert.Contains("a, b, c", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Axis_LogWithZero_HasAPlaceForItLeftOfTheRest()
    {
        var axis = new SweepAxis([0, 0.001, 0.01, 0.1, 0.1], PlotScale.Auto);
        Assert.True(axis.IsLog);
        Assert.True(axis.HasZero);
        Assert.Equal(axis.Place(0.1) - axis.Place(0.01), axis.Place(0.01) - axis.Place(0.001), 1e-9);
        Assert.True(axis.Place(0) < axis.Break && axis.Break < axis.Place(0.001));
        (double left, double right) = axis.Limits();
        Assert.True(left < axis.Place(0) && right > axis.Place(0.1));
    }

    [Theory]
    [InlineData(PlotScale.Auto, false, 1, 2, 3)]
    [InlineData(PlotScale.Auto, false, -1, 2, 300)]
    [InlineData(PlotScale.Auto, false, 0, 0, 0)]
    [InlineData(PlotScale.Log, true, 1, 2, 3)]
    [InlineData(PlotScale.Linear, false, 0.001, 1, 300)]
    public void Axis_Scale_FollowsTheValues(PlotScale scale, bool isLog, double a, double b, double c)
    {
        var axis = new SweepAxis([a, b, c], scale);
        Assert.Equal(isLog, axis.IsLog);
        (double left, double right) = axis.Limits();
        Assert.True(left < right);
    }

    [Fact]
    public void Axis_LogOfNegativeValues_IsRefused() =>
        Assert.Equal("PlotScale", Assert.Throws<InvalidInputException>(() => new SweepAxis([-1, 1], PlotScale.Log)).ErrorId);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.0005, "0.0005")]
    [InlineData(12345.5, "12,345.5")]
    [InlineData(0.00000025, "2.5e-7")]
    [InlineData(-3, "-3")]
    public void Number_AnyCulture_IsReadable(double value, string expected)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.Equal(expected, Panels.Number(value));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("a,b\n1\n", "CsvRagged")]
    [InlineData("a,b\n", "CsvEmpty")]
    [InlineData("a\0b", "CsvNotText")]
    public void Read_DamagedCsv_SaysWhere(string content, string id)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, content);
            var e = Assert.Throws<InvalidFileException>(() => PlotRows.Read(file));
            Assert.Equal(id, e.ErrorId);
            Assert.Contains(file, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static PlotRows Rows(string header, params string[] rows)
    {
        string[] columns = header.Split(',');
        return new(
            rows.Select(
                row => columns.Zip(row.Split(',')).ToDictionary(
                    static p => p.First, static p => p.Second, StringComparer.OrdinalIgnoreCase)), "made");
    }
}
