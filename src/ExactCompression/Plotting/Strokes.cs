using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>
/// Lines with dashes. Their dashes are drawn one by one: SVG files do not support path effects, by which plots dash lines otherwise.
/// </summary>
internal static class Strokes
{
    /// <summary>Draws a line through points.</summary>
    /// <param name="canvas">The canvas.</param>
    /// <param name="points">The points, in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="color">The colour.</param>
    /// <param name="dashes">Lengths of dash and gap in pixels; null for an unbroken line.</param>
    public static void Draw(SKCanvas canvas, IReadOnlyList<SKPoint> points, float width, Color color, (float Dash, float Gap)? dashes)
    {
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = width,
            StrokeJoin = SKStrokeJoin.Round };
        using SKPath path = dashes is { } pattern ? Dashed(points, pattern.Dash, pattern.Gap) : Solid(points);
        canvas.DrawPath(path, paint);
    }

    private static SKPath Solid(IReadOnlyList<SKPoint> points)
    {
        var path = new SKPath();
        path.MoveTo(points[0]);
        foreach (SKPoint point in points.Skip(1))
            path.LineTo(point);
        return path;
    }

    private static SKPath Dashed(IReadOnlyList<SKPoint> points, float dash, float gap)
    {
        var path = new SKPath();
        float done = 0; // of the present dash and gap
        for (int i = 1; i < points.Count; i++)
        {
            SKPoint from = points[i - 1], step = points[i] - from;
            float length = step.Length, at = 0;
            while (at < length)
            {
                float next = Math.Min(length, at + (done < dash ? dash : dash + gap) - done);
                if (done < dash)
                {
                    path.MoveTo(On(from, step, at / length));
                    path.LineTo(On(from, step, next / length));
                }

                done += next - at;
                done = done >= dash + gap - 1e-3f ? 0 : done;
                at = next;
            }
        }

        return path;
    }

    private static SKPoint On(SKPoint from, SKPoint step, float share) => new(from.X + step.X * share, from.Y + step.Y * share);
}
