namespace ExactCompression;

/// <summary>The size and title of a picture.</summary>
public sealed record PictureOptions
{
    /// <summary>The least width or height that has room for labels.</summary>
    public const int MinimalSize = 200;

    /// <summary>The largest width or height.</summary>
    public const int MaximalSize = 20000;

    /// <summary>Width in pixels, before <see cref="Scale"/>.</summary>
    public int Width { get; init; } = 960;

    /// <summary>Height in pixels, before <see cref="Scale"/>; null for as much as needed.</summary>
    public int? Height { get; init; }

    /// <summary>How many pixels of the file make one of the picture: 2 for sharp print. Everything is scaled.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The title; null for the default.</summary>
    public string? Title { get; init; }

    /// <summary>Refuses sizes that no picture can have.</summary>
    /// <exception cref="InvalidInputException">A size is too small or too large.</exception>
    internal void Validate()
    {
        if (Width is < MinimalSize or > MaximalSize || Height is < MinimalSize or > MaximalSize)
            throw new InvalidInputException(
                "PictureSize",
                $"A picture of {Width} x {Height?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any number of"} "
                    + $"pixels is too small or too large.",
                    $"Give a width and a height of {MinimalSize} to {MaximalSize}.");
        if (!(Scale is >= 0.25 and <= 10))
            throw new InvalidInputException(
                "PictureSize", FormattableString.Invariant($"A picture cannot be scaled by {Scale}."), "Give a scale of 0.25 to 10.");
    }
}
