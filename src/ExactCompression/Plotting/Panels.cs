using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace ExactCompression.Plotting;

/// <summary>Plots in the pictures' own style: one font, quiet axes, a light grid, numbers that do not depend on the culture.</summary>
internal static class Panels
{
    public const float Left = 64;
    public const float Right = 20;
    public const float Bottom = 46;
    public const float BottomUnlabelled = 26;
    public const float Top = 6;
    private const float TickTextSize = 11;
    private static readonly double[] StepShares = [0.1, 0.2, 0.5, 1];
    private const float LabelSize = 12.5f;

    /// <summary>An empty plot.</summary>
    /// <param name="padding">Room for the axes.</param>
    public static Plot Create(PixelPadding padding)
    {
        _ = PictureFont.Regular; // registered with the plots from here on
        var plot = new Plot();
        plot.FigureBackground.Color = Colors.White;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Layout.Fixed(padding);
        plot.HideLegend();
        plot.Axes.Top.IsVisible = false;
        plot.Axes.Right.IsVisible = false;
        foreach (IAxis axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.FrameLineStyle.Color = PlotColors.Faint;
            axis.MajorTickStyle.Color = PlotColors.Faint;
            axis.MajorTickStyle.Length = 4;
            axis.MinorTickStyle.Length = 0;
            axis.TickLabelStyle.FontName = PictureFont.Family;
            axis.TickLabelStyle.FontSize = TickTextSize;
            axis.TickLabelStyle.ForeColor = PlotColors.Faint;
            axis.Label.FontName = PictureFont.Family;
            axis.Label.FontSize = LabelSize;
            axis.Label.Bold = false;
            axis.Label.ForeColor = PlotColors.Ink;
            axis.TickGenerator = new NumericAutomatic { LabelFormatter = Number, IntegerTicksOnly = false };
        }

        plot.Grid.MajorLineColor = PlotColors.Grid;
        plot.Grid.XAxisStyle.IsVisible = false;
        return plot;
    }

    /// <summary>A number for reading: no exponent unless it is very small or large, with thousands separators.</summary>
    public static string Number(double value)
    {
        double size = Math.Abs(value);
        if (size < 1e-12)
            return "0"; // a tick's rounding error
        return size is < 1e-4 or >= 1e7
            ? value.ToString("0.###e-0", CultureInfo.InvariantCulture)
            : value.ToString("#,0.########", CultureInfo.InvariantCulture);
    }

    /// <summary>A count.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent, with one digit.</summary>
    public static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A count and its noun.</summary>
    public static string Counted(int count, string singular, string plural) => $"{Count(count)} {(count == 1 ? singular : plural)}";

    /// <summary>Ticks at given places.</summary>
    public static NumericManual Ticks(IEnumerable<(double Position, string Label)> ticks) =>
        new([.. ticks.Select(static t => new Tick(t.Position, t.Label))]);

    /// <summary>Ticks at round numbers from 0 up to an end.</summary>
    public static NumericManual TicksTo(double end)
    {
        double size = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(end, 1))));
        double step = StepShares.Select(share => Math.Max(1, share * size)).First(s => end / s <= 10);
        return Ticks(Enumerable.Range(0, (int)(end / step) + 1).Select(i => (i * step, Number(i * step))));
    }

    /// <summary>Removes an axis's line and ticks, and keeps its numbers.</summary>
    public static void HideLine(IAxis axis)
    {
        axis.FrameLineStyle.Width = 0;
        axis.MajorTickStyle.Length = 0;
    }

    /// <summary>Text at a position in data coordinates.</summary>
    public static void AddText(
        Plot plot, string text, double x, double y, Alignment alignment, float size, Color color, bool strong = false)
    {
        ScottPlot.Plottables.Text label = plot.Add.Text(PrintableText.Of(text), x, y);
        label.LabelFontName = PictureFont.Family;
        label.LabelFontSize = size;
        label.LabelFontColor = color;
        label.LabelBold = strong;
        label.LabelAlignment = alignment;
    }
}
