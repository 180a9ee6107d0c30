using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>Text outside the plots: measured, broken into lines, drawn.</summary>
internal static class TextLines
{
    private const string Ellipsis = "…";

    public static float Measure(string text, SKTypeface typeface, float size)
    {
        text = PictureFont.Drawable(text);
        using SKFont font = Font(PictureFont.For(text, typeface), size);
        return font.MeasureText(text);
    }

    /// <summary>Draws one line.</summary>
    /// <param name="canvas">The canvas.</param>
    /// <param name="text">The text.</param>
    /// <param name="x">Its left end.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="typeface">The font.</param>
    /// <param name="size">Its size in pixels.</param>
    /// <param name="color">The colour.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float y, SKTypeface typeface, float size, Color color)
    {
        text = PictureFont.Drawable(text);
        using SKFont font = Font(PictureFont.For(text, typeface), size);
        using var paint = new SKPaint { Color = color.ToSKColor(), IsAntialias = true };
        canvas.DrawText(text, x, y, font, paint);
    }

    /// <summary>Breaks text at spaces; a word that is too long alone is shortened.</summary>
    public static List<string> Wrap(string text, SKTypeface typeface, float size, float width)
    {
        text = PrintableText.Of(text);
        var lines = new List<string>();
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string longer = line.Length == 0 ? word : line + " " + word;
            if (line.Length > 0 && Measure(longer, typeface, size) > width)
            {
                lines.Add(line);
                longer = word;
            }

            line = longer;
        }

        if (line.Length > 0)
            lines.Add(line);
        return [.. lines.Select(l => Fit(l, typeface, size, width))];
    }

    /// <summary>Shortens a line that is too long, and marks it with an ellipsis at its end.</summary>
    public static string Fit(string text, SKTypeface typeface, float size, float width) =>
        Shorten(text, typeface, size, width, static (text, kept) => Head(text, kept) + Ellipsis);

    /// <summary>Shortens a line that is too long in its middle: what a title begins and ends with tells it from others.</summary>
    public static string FitMiddle(string text, SKTypeface typeface, float size, float width) =>
        Shorten(text, typeface, size, width, static (text, kept) => Head(text, (kept + 1) / 2) + Ellipsis + Tail(text, kept / 2));

    private static string Shorten(string text, SKTypeface typeface, float size, float width, Func<string, int, string> shortened)
    {
        text = PrintableText.Of(text);
        if (Measure(text, typeface, size) <= width)
            return text;
        // The most letters that leave room for the ellipsis; names can be thousands of letters long.
        int fits = 1, tooLong = text.Length;
        while (tooLong - fits > 1)
        {
            int middle = (fits + tooLong) / 2;
            if (Measure(shortened(text, middle), typeface, size) <= width)
                fits = middle;
            else
                tooLong = middle;
        }

        return shortened(text, fits);
    }

    private static string Head(string text, int length) =>
        length > 1 && char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];

    private static string Tail(string text, int length) =>
        length > 0 && char.IsLowSurrogate(text[^length]) ? text[(text.Length - length + 1)..] : text[(text.Length - length)..];

    // No hinting or pixel snapping: glyphs have the same shape and position at every scale.
    private static SKFont Font(SKTypeface typeface, float size) =>
        new(typeface, size) { Subpixel = true, Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None };
}
