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
