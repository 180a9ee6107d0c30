using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>A legend in rows above the plots, where it hides nothing.</summary>
internal sealed class LegendBand
{
    private const float Gap = 22;
    private const float Swatch = 12;
    private const float LineLength = 28;

    private readonly List<(LegendEntry Entry, string Text, float X, int Row)> places = [];
    private readonly float textSize;

    public LegendBand(IReadOnlyList<LegendEntry> entries, float textSize, float width)
    {
        this.textSize = textSize;
        float x = 0;
        int row = 0;
        foreach (LegendEntry entry in entries)
        {
            float symbol = SymbolWidth(entry) + 6;
            string text = TextLines.Fit(entry.Text, PictureFont.Regular, textSize, width - symbol);
            float length = symbol + TextLines.Measure(text, PictureFont.Regular, textSize);
            if (x > 0 && x + length > width)
            {
                x = 0;
                row++;
            }

            places.Add((entry, text, x, row));
            x += length + Gap;
        }

        Height = entries.Count == 0 ? 0 : (row + 1) * RowHeight + 4;
    }

    public float Height { get; }

    private float RowHeight => textSize * 1.6f;

    public void Draw(SKCanvas canvas, float left, float top)
    {
        foreach ((LegendEntry entry, string text, float x, int row) in places)
        {
            float middle = top + 4 + (row + 0.5f) * RowHeight;
            DrawSymbol(canvas, entry, left + x, middle);
            TextLines.Draw(
                canvas, text, left + x + SymbolWidth(entry) + 6, middle + textSize * 0.36f, PictureFont.Regular, textSize, PlotColors.Ink);
        }
    }

    private static float SymbolWidth(LegendEntry entry) => entry.Marker is null ? Swatch : LineLength;

    private static void DrawSymbol(SKCanvas canvas, LegendEntry entry, float x, float middle)
    {
        if (entry.Marker is not { } shape)
        {
            using var fill = new SKPaint { Color = entry.Color.ToSKColor(), IsAntialias = true };
            canvas.DrawRect(x, middle - Swatch / 2, Swatch, Swatch, fill);
            return;
        }

        using var paint = Paint.NewDisposablePaint();
        if (entry.HasLine)
            Strokes.Draw(canvas, [new(x, middle), new(x + LineLength, middle)], 2, entry.Color, entry.Dashes);
        new MarkerStyle(shape, 8, entry.Color).Render(canvas, new Pixel(x + LineLength / 2, middle), paint);
    }
}
