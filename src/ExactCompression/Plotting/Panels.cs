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
    public const float TickTextSize = 11;
    private static readonly double[] StepFactors = [1, 2, 5, 10];
    public const float LabelSize = 12.5f;

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
        if (size == 0)
            return "0";
        return size is < 1e-4 or >= 1e7
            ? value.ToString("0.###e-0", CultureInfo.InvariantCulture)
            : value.ToString("#,0.########", CultureInfo.InvariantCulture);
    }

    /// <summary>A number on a vertical axis: short, since little room is left of it.</summary>
    public static string TickNumber(double value) =>
        Math.Abs(value) >= 1e5 ? value.ToString("0.###e-0", CultureInfo.InvariantCulture) : Number(value);

    /// <summary>A count.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent, with one digit.</summary>
    public static string Percent(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A count and its noun.</summary>
    public static string Counted(long count, string singular, string plural) => $"{Count(count)} {(count == 1 ? singular : plural)}";

    /// <summary>Ticks at given places.</summary>
    public static NumericManual Ticks(IEnumerable<(double Position, string Label)> ticks) =>
        new([.. ticks.Select(static t => new Tick(t.Position, PictureFont.Drawable(t.Label)))]);

    /// <summary>Round numbers between two ends, both included, as ticks: 1, 2 or 5 times a power of ten apart.</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <param name="most">How many ticks there may be; at least two are tried for.</param>
    public static IEnumerable<(double Position, string Label)> RoundTicks(double low, double high, int most)
    {
        double span = high - low;
        if (!(span > 0) || !double.IsFinite(span))
            return [(low, Number(low))];
        double size = Math.Pow(10, Math.Floor(Math.Log10(span / Math.Max(2, most))));
        double step = StepFactors.Select(factor => factor * size).First(
            s => Math.Floor(high / s + 1e-9) - Math.Ceiling(low / s - 1e-9) < Math.Max(2, most) || s >= 10 * size);
        long first = (long)Math.Ceiling(low / step - 1e-9), last = (long)Math.Floor(high / step + 1e-9);
        return Enumerable.Range(0, (int)(last - first) + 1).Select(i => Decimal12((first + i) * step)).Select(
            static at => (at, Number(at)));
    }

    /// <summary>A number without the rounding error of the steps that led to it: the nearest with twelve digits.</summary>
    public static double Decimal12(double value) =>
        double.Parse(value.ToString("g12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>How many labels of the axis fit side by side.</summary>
    /// <param name="width">Pixels along the axis.</param>
    /// <param name="largest">The value with the longest label.</param>
    public static int TicksIn(double width, double largest) =>
        (int)Math.Clamp(width / (TextLines.Measure(Number(Math.Round(largest)), PictureFont.Regular, TickTextSize) + 16), 2, 10);

    /// <summary>Chooses the font of a horizontal axis's labels, where they need another than ours.</summary>
    public static void TickFont(IAxis axis, string text)
    {
        axis.TickLabelStyle.FontName = PictureFont.FamilyFor(text);
        if (axis.TickLabelStyle.FontName != PictureFont.Family)
            axis.TickLabelStyle.OffsetY = 5; // such fonts have taller letters than are measured
    }

    /// <summary>Names a horizontal axis, as far as there is room.</summary>
    public static void Label(IAxis axis, string text, float width)
    {
        axis.Label.Text = PictureFont.Drawable(TextLines.Fit(text, PictureFont.Regular, LabelSize, width - Left - Right));
        axis.Label.FontName = PictureFont.FamilyFor(axis.Label.Text);
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
        text = PictureFont.Drawable(PrintableText.Of(text));
        ScottPlot.Plottables.Text label = plot.Add.Text(text, x, y);
        label.LabelFontName = PictureFont.FamilyFor(text);
        label.LabelFontSize = size;
        label.LabelFontColor = color;
        label.LabelBold = strong;
        label.LabelAlignment = alignment;
    }
}
