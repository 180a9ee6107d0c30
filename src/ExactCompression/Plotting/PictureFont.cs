using System.Text;
using ScottPlot;
using SkiaSharp;

namespace ExactCompression.Plotting;

/// <summary>
/// The font of all pictures, which comes with the library: so a picture looks the same on every machine, and has labels even if no font is
/// installed.
/// </summary>
internal static class PictureFont
{
    /// <summary>The family's name, as plots and SVG files have it.</summary>
    public const string Family = "Open Sans";

    private static readonly Lazy<(SKTypeface Regular, SKTypeface Strong)> Typefaces = new(Load);

    /// <summary>For labels.</summary>
    public static SKTypeface Regular => Typefaces.Value.Regular;

    /// <summary>For titles.</summary>
    public static SKTypeface Strong => Typefaces.Value.Strong;

    /// <summary>
    /// The family for a text: ours, or where that lacks a character, such as one of Chinese, a family of the system that has it, if there
    /// is one.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string FamilyFor(string text) => Other(text, Regular)?.FamilyName ?? Family;

    /// <summary>The typeface for a text, chosen likewise.</summary>
    /// <param name="text">The text.</param>
    /// <param name="own">Our own typeface.</param>
    public static SKTypeface For(string text, SKTypeface own) => Other(text, own) ?? own;

    /// <summary>A text that can be drawn: with a question mark for each character that no font here has.</summary>
    /// <param name="text">The text.</param>
    public static string Drawable(string text)
    {
        if (!IsMissing(text, Regular))
            return text;
        SKTypeface typeface = For(text, Regular);
        return string.Concat(text.EnumerateRunes().Select(rune => IsMissing(rune, typeface) ? "?" : rune.ToString()));
    }

    /// <summary>A typeface of the system that has what ours lacks of a text, or else the first such character; null for none.</summary>
    private static SKTypeface? Other(string text, SKTypeface own)
    {
        if (!IsMissing(text, own))
            return null;
        Rune first = text.EnumerateRunes().First(rune => IsMissing(rune, own));
        return Installed.Value.FirstOrDefault(t => !IsMissing(text, t)) ?? Installed.Value.FirstOrDefault(t => !IsMissing(first, t));
    }

    private static bool IsMissing(string text, SKTypeface typeface) => text.EnumerateRunes().Any(rune => IsMissing(rune, typeface));

    private static bool IsMissing(Rune rune, SKTypeface typeface) => !Rune.IsWhiteSpace(rune) && typeface.GetGlyph(rune.Value) == 0;

    /// <summary>
    /// The system's fonts, opened when a text first needs one. They are searched here: where Skia comes without the system's own search, it
    /// finds none for a character.
    /// </summary>
    private static readonly Lazy<SKTypeface[]> Installed = new(static () => [.. SKFontManager.Default.FontFamilies
        .Order(StringComparer.Ordinal).Select(static family => SKFontManager.Default.MatchFamily(family)).OfType<SKTypeface>()]);

    private static (SKTypeface Regular, SKTypeface Strong) Load()
    {
        (SKTypeface, SKTypeface) loaded = (Load("OpenSans-Regular.ttf"), Load("OpenSans-Semibold.ttf"));
        Fonts.FontResolvers.Insert(0, new Resolver(loaded.Item1, loaded.Item2));
        return loaded;
    }

    private static SKTypeface Load(string file)
    {
        using Stream stream = typeof(PictureFont).Assembly.GetManifestResourceStream("ExactCompression.Plotting.Fonts." + file)!;
        using SKData data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }

    /// <summary>Resolves only this family; other plots in the process keep their fonts.</summary>
    private sealed class Resolver(SKTypeface regular, SKTypeface strong) : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == Family ? weight >= FontWeight.SemiBold ? strong : regular : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            fontName == Family ? bold ? strong : regular : null;
    }
}
