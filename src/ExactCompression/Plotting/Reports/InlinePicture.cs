using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ExactCompression.Plotting.Reports;

/// <summary>
/// Pictures within a page, each laid out twice, for wide screens and paper and for narrow screens; style shows one. They are drawings,
/// whose text can be read and searched, unless there are so many neurons that a drawing would be far larger than pixels.
/// </summary>
internal static partial class InlinePicture
{
    /// <summary>Width in pixels for wide screens and paper.</summary>
    public const int Wide = 960;

    /// <summary>Width in pixels for narrow screens.</summary>
    public const int Narrow = 360;

    // Half a megabyte of markup.
    private const int MostShapes = 4000;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Writes a figure with its caption.</summary>
    /// <param name="page">The page.</param>
    /// <param name="id">A name of its own on the page.</param>
    /// <param name="picture">The picture.</param>
    /// <param name="neurons">How many neurons it shows.</param>
    /// <param name="described">What is to be seen, in a sentence, for those who do not see it.</param>
    public static void Write(HtmlWriter page, string id, Picture picture, int neurons, string described)
    {
        page.Open("figure");
        foreach ((string size, int width) in new[] { ("wide", Wide), ("narrow", Narrow) })
        {
            // The page says above the picture what it is of.
            var options = new PictureOptions { Width = width, Title = "", Scale = neurons > MostShapes ? 2 : 1 };
            page.Open("div", ("class", $"picture {size}-screen"));
            if (neurons > MostShapes)
                page.Open("img", ("src", "data:image/png;base64," + Convert.ToBase64String(FigureFile.Png(picture.Figure, options))),
                    ("alt", described), ("width", $"{width}"));
            else
                page.Markup(Drawing(FigureFile.Svg(picture.Figure, options), $"{id}-{size}", picture.Figure.Title, described));
            page.Close("div");
        }

        if (picture.Notes.Count > 0)
            page.Element("figcaption", string.Join(' ', picture.Notes));
        page.Close("figure");
    }

    /// <summary>A drawing as an element of a page: with a title and a description, and names that occur once on the page.</summary>
    internal static string Drawing(byte[] file, string id, string title, string described)
    {
        XElement root = XDocument.Parse(Encoding.UTF8.GetString(file)).Root!;
        foreach (XAttribute attribute in root.DescendantsAndSelf().Attributes().ToArray())
        {
            if (attribute.Name.LocalName == "id")
                attribute.Value = $"{id}-{attribute.Value}";
            else if (attribute.Name.LocalName == "href" && attribute.Value.StartsWith('#'))
                attribute.Value = $"#{id}-{attribute.Value[1..]}";
            else if (attribute.Value.StartsWith("url(#", StringComparison.Ordinal))
                attribute.Value = Reference().Replace(attribute.Value, $"url(#{id}-$1)");
        }

        root.SetAttributeValue("height", null);
        root.SetAttributeValue("width", "100%");
        root.SetAttributeValue("role", "img");
        root.SetAttributeValue("aria-labelledby", $"{id}-title {id}-about");
        root.AddFirst(
            new XElement(Svg + "title", new XAttribute("id", $"{id}-title"), PrintableText.Of(title)),
            new XElement(Svg + "desc", new XAttribute("id", $"{id}-about"), PrintableText.Of(described)));
        return root.ToString(SaveOptions.DisableFormatting);
    }

    [GeneratedRegex(@"url\(#([^)]*)\)")]
    private static partial Regex Reference();
}
