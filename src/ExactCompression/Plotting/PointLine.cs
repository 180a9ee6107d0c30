using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>A line through points of a plot, optionally dashed.</summary>
/// <param name="points">The points; a single one gives no line.</param>
/// <param name="width">Width in pixels.</param>
/// <param name="color">The colour.</param>
/// <param name="dashes">Lengths of dash and gap in pixels; null for an unbroken line.</param>
internal sealed class PointLine(IReadOnlyList<Coordinates> points, float width, Color color, (float Dash, float Gap)? dashes) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => LegendItem.None;

    public AxisLimits GetAxisLimits() =>
        new(points.Min(static p => p.X), points.Max(static p => p.X), points.Min(static p => p.Y), points.Max(static p => p.Y));

    public void Render(RenderPack rp)
    {
        if (points.Count < 2)
            return;
        SKPoint[] pixels = [.. points.Select(p => new SKPoint(Axes.GetPixelX(p.X), Axes.GetPixelY(p.Y)))];
        Strokes.Draw(rp.Canvas, pixels, width, color, dashes);
    }
}
