using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>Lays out a figure and draws it: title, figures, legend, then the plots, one below the other.</summary>
internal sealed class FigureDrawing : IDisposable
{
    private const float Margin = 16;
    private const float TitleSize = 18;
    private const float TextSize = 13;
    private const float CaptionHeight = 22;

    private readonly Figure figure;
    private readonly List<string> title;
    private readonly IReadOnlyList<Panel> panels;
    private readonly LegendBand legend;
    private readonly float headHeight;
    private readonly List<string> subtitle;

    public FigureDrawing(Figure figure, PictureOptions options)
    {
        this.figure = figure;
        Width = options.Width;
        title = Lines(PrintableText.Of(options.Title ?? figure.Title), Width - 2 * Margin);
        panels = figure.Panels(Width);
        legend = new(figure.Legend, TextSize, Width - 2 * Margin);
        subtitle = TextLines.Wrap(figure.Subtitle, PictureFont.Regular, TextSize, Width - 2 * Margin);
        // Whole pixels: plots begin and end where others do, and a seam between two pixels would show through.
        float titleHeight = title.Count > 0 ? TitleSize * (0.2f + 1.3f * title.Count) : 0;
        headHeight = MathF.Ceiling(Margin + titleHeight + subtitle.Count * TextSize * 1.4f + legend.Height + 6);
        float natural = panels.Sum(NaturalHeight);
        Height = options.Height ?? (int)Math.Min(PictureOptions.MaximalSize, Math.Ceiling(headHeight + natural + Margin / 2));
    }

    public int Width { get; }

    public int Height { get; }

    public void Draw(SKCanvas canvas)
    {
        canvas.Clear(SKColors.White);
        float y = Margin;
        foreach (string line in title)
        {
            TextLines.Draw(canvas, line, Margin, y + TitleSize, PictureFont.Strong, TitleSize, PlotColors.Ink);
            y += TitleSize * 1.3f;
        }

        if (title.Count > 0)
            y += TitleSize * 0.2f;

        foreach (string line in subtitle)
        {
            TextLines.Draw(canvas, line, Margin, y + TextSize, PictureFont.Regular, TextSize, PlotColors.Faint);
            y += TextSize * 1.4f;
        }

        legend.Draw(canvas, Margin, y);
        DrawPanels(canvas);
    }

    public void Dispose()
    {
        foreach (Panel panel in panels)
            panel.Plot.Dispose();
    }

    /// <summary>With a given height, the plots share what the head leaves in proportion to their natural heights.</summary>
    private void DrawPanels(SKCanvas canvas)
    {
        float space = MathF.Floor(Height - headHeight - Margin / 2), natural = panels.Sum(NaturalHeight), top = headHeight;
        foreach (Panel panel in panels)
        {
            float height = MathF.Floor(Math.Max(CaptionHeight + 1, space * NaturalHeight(panel) / natural)), caption = 0;
            if (panel.Caption.Length > 0)
            {
                caption = CaptionHeight;
                TextLines.Draw(
                    canvas, TextLines.Fit(panel.Caption, PictureFont.Strong, TextSize, Width - 2 * Margin), Margin, top + TextSize * 1.25f,
                    PictureFont.Strong, TextSize, PlotColors.Ink);
            }

            // A plot clears its whole canvas before it draws, including other plots unless they are clipped away.
            canvas.Save();
            canvas.ClipRect(new SKRect(0, top + caption, Width, top + height));
            panel.Plot.Render(canvas, new PixelRect(0, Width, top + height, top + caption));
            canvas.Restore();
            top += height;
        }
    }

    /// <summary>A title in one line, or two where its words allow it; else shortened.</summary>
    private static List<string> Lines(string title, float width)
    {
        List<string> lines = TextLines.Wrap(title, PictureFont.Strong, TitleSize, width);
        return lines.Count <= 2 && string.Join(' ', lines) == title
            ? lines : [TextLines.FitMiddle(title, PictureFont.Strong, TitleSize, width)];
    }

    private static float NaturalHeight(Panel panel) => MathF.Ceiling(panel.Height) + (panel.Caption.Length > 0 ? CaptionHeight : 0);
}
