using ExactCompression.Formats;

namespace ExactCompression;

/// <summary>A picture, ready to be written as PNG or SVG.</summary>
/// <remarks>Drawing needs SkiaSharp's native library, which is loaded when the first picture is drawn.</remarks>
public sealed class Picture
{
    private const string Png = ".png";
    private const string Svg = ".svg";

    internal Picture(Plotting.Figure figure) => Figure = figure;

    /// <summary>The file extensions that a picture can have.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [Png, Svg];

    /// <summary>What could not be shown, in sentences.</summary>
    public IReadOnlyList<string> Notes => Figure.Notes;

    internal Plotting.Figure Figure { get; }

    /// <summary>Writes the picture; the extension selects the format. The file is written completely or not at all.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="options">Size and title.</param>
    /// <exception cref="InvalidInputException">The extension is neither, or the size is invalid.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="DllNotFoundException">SkiaSharp's native library is missing.</exception>
    public void Write(string path, PictureOptions? options = null)
    {
        RequireExtension(path);
        options ??= new();
        options.Validate();
        bool vector = Path.GetExtension(path).Equals(Svg, StringComparison.OrdinalIgnoreCase);
        byte[] content = vector ? Plotting.FigureFile.Svg(Figure, options) : Plotting.FigureFile.Png(Figure, options);
        NetworkFiles.Replace(path, overwrite: true, stream => stream.Write(content));
    }

    /// <summary>What to say of a title that no font of this machine can draw; null where all of it can be drawn.</summary>
    /// <param name="options">The title, if it is not the picture's own.</param>
    /// <exception cref="DllNotFoundException">SkiaSharp's native library is missing.</exception>
    public string? TitleNote(PictureOptions? options = null)
    {
        string title = PrintableText.Of(options?.Title ?? Figure.Title);
        return Plotting.PictureFont.Drawable(title) == title
            ? null
            : "No font of this machine has all characters of the title, and '?' is drawn for the others. Give -Title, or install such a "
                + "font.";
    }

    /// <summary>Refuses a file name without the extension of a picture.</summary>
    /// <exception cref="InvalidInputException">The extension is neither .png nor .svg.</exception>
    public static void RequireExtension(string path)
    {
        string extension = Path.GetExtension(path);
        if (!Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase))
            throw new InvalidInputException(
                "PictureFormat",
                extension.Length == 0
                    ? $"'{path}' has no extension that selects a picture format."
                    : $"'{path}': '{extension}' is not a picture format.",
                    $"Give a file name that ends in {string.Join(" or ", Extensions)}.");
    }
}
