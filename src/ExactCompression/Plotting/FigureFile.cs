using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>Draws figures into the bytes of a file. The same figure gives the same bytes.</summary>
internal static partial class FigureFile
{
    public static byte[] Png(Figure figure, PictureOptions options)
    {
        using var drawing = new FigureDrawing(figure, options);
        int width = Scaled(drawing.Width, options), height = Scaled(drawing.Height, options);
        using SKSurface surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul))
            ?? throw new InvalidInputException(
                "PictureSize", $"There is not enough memory for a picture of {width} x {height} pixels.",
                "Give a smaller width, height or scale.");
        surface.Canvas.Scale((float)options.Scale);
        drawing.Draw(surface.Canvas);
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public static byte[] Svg(Figure figure, PictureOptions options)
    {
        using var drawing = new FigureDrawing(figure, options);
        using var stream = new MemoryStream();
        using (SKCanvas canvas = SKSvgCanvas.Create(new SKRect(0, 0, drawing.Width, drawing.Height), stream))
            drawing.Draw(canvas);
        string text = Encoding.UTF8.GetString(stream.ToArray());
        string size = string.Create(
            CultureInfo.InvariantCulture,
            $"width=\"{Scaled(drawing.Width, options)}\" height=\"{Scaled(drawing.Height, options)}\" viewBox=\"0 0 {drawing.Width} "
                + $"{drawing.Height}\"");
        text = Size().Replace(text, size, 1);
        // A viewer without the font substitutes a similar one and lays out the glyphs itself: positions of single glyphs fit only this
        // font, and hinder editing of the text.
        text = FontFamily().Replace(text, static match => match.Groups[1].Value.StartsWith(PictureFont.Family, StringComparison.Ordinal)
            ? $"font-family=\"{PictureFont.Family}, Helvetica, Arial, sans-serif\""
            : $"font-family=\"{match.Groups[1].Value}, sans-serif\"");
        text = GlyphPlaces().Replace(text, "$1=\"$2\"");
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n" + Cleaned(text));
    }

    /// <summary>
    /// The drawing without what is drawn over, and with names that do not depend on what was drawn before. A plot is drawn twice, once to
    /// find its layout, and clears its canvas to transparent each time: in a drawing that is a rectangle without a colour, which is black.
    /// </summary>
    private static string Cleaned(string text)
    {
        XElement root = XDocument.Parse(text, LoadOptions.PreserveWhitespace).Root!;
        foreach (XElement group in root.Elements().Where(static e => e.Name.LocalName == "g").ToArray())
        {
            if (group.Elements().LastOrDefault(static e => e.Name.LocalName == "rect" && e.Attribute("fill") is null) is not { } cleared)
                continue;
            foreach (XNode before in cleared.NodesBeforeSelf().ToArray())
                before.Remove();
            cleared.Remove();
        }

        XElement[] named = [.. root.Descendants().Where(static e => e.Attribute("id") is not null)];
        var names = named.Select(static (e, at) => (e.Attribute("id")!.Value, Name: $"c{at + 1}")).ToDictionary();
        foreach (XAttribute attribute in root.Descendants().Attributes())
        {
            if (attribute.Name == "id")
                attribute.Value = names[attribute.Value];
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
                attribute.Value = $"url(#{names[attribute.Value[5..^1]]})";
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static int Scaled(int size, PictureOptions options) => (int)Math.Round(size * options.Scale);

    [GeneratedRegex("width=\"[^\"]*\" height=\"[^\"]*\"(?: viewBox=\"[^\"]*\")?")]
    private static partial Regex Size();

    [GeneratedRegex("(?<= )([xy])=\"([^\",]+), [^\"]*\"")]
    private static partial Regex GlyphPlaces();

    [GeneratedRegex("font-family=\"([^\"]*)\"")]
    private static partial Regex FontFamily();
}
