using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>A line of an <c>.nnet</c> header: numbers separated, and usually terminated, by commas.</summary>
internal sealed class NNetLine
{
    private readonly NumberScanner scanner;
    private readonly string[] tokens;

    private NNetLine(NumberScanner scanner, string place, string[] tokens)
    {
        this.scanner = scanner;
        this.tokens = tokens;
        Place = place;
    }

    /// <summary>Where it begins.</summary>
    public string Place { get; }

    public int Length => tokens.Length;

    /// <summary>Whether it consists of counts only.</summary>
    public bool AreCounts =>
        Array.TrueForAll(tokens, static token => int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>Whether it is more than text.</summary>
    public bool BeginsWithCount => int.TryParse(tokens[0], NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>Whether it is a single 0, which says that there is no list.</summary>
    public bool IsZero => Single == 0;

    /// <summary>Whether it is a single 1.</summary>
    public bool IsOne => Single == 1;

    private double? Single =>
        tokens is [var token] && double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    /// <summary>The next line that is neither empty nor a comment.</summary>
    /// <exception cref="InvalidFileException">The file ends before.</exception>
    public static NNetLine Next(NumberScanner scanner, string what)
    {
        while (!scanner.AtEnd)
        {
            string place = scanner.Place;
            ReadOnlySpan<byte> line = scanner.RestOfLine();
            if (line.StartsWith("//"u8))
                continue;
            string[] tokens = PickleText.Latin1(line).Split([',', ' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (tokens.Length > 0)
                return new(scanner, place, tokens);
        }

        throw new InvalidFileException(
            "FileTruncated", scanner.Path, scanner.Place, $"The file ends where the {what} should be.",
            "The file is truncated: get it again.");
    }

    public string Token(int index) => tokens[index];

    public string[] Tokens() => tokens;

    public NNetLine First(int count) => new(scanner, Place, tokens[..count]);

    public NNetLine And(params string[] more) => new(scanner, Place, [.. tokens, .. more]);

    public int Count(int index) => int.TryParse(tokens[index], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value
        : throw NotANumber(tokens[index], "count");

    public int[] Counts() => [.. Enumerable.Range(0, tokens.Length).Select(Count)];

    /// <summary>The numbers, to the nearest double.</summary>
    public double[] Numbers() => Array.ConvertAll(tokens, token =>
    {
        if (!double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            throw NotANumber(token, "number");
        return double.IsFinite(value) ? value : throw NotFinite(token);
    });

    /// <summary>The numbers as ends of ranges.</summary>
    public DomainEnd[] Ends() => Array.ConvertAll(tokens, token =>
    {
        DomainEnd end = DomainEnd.Parse(token) ?? throw NotANumber(token, "number");
        return end.IsFinite ? end : throw NotFinite(token);
    });

    private InvalidFileException NotANumber(string token, string what) =>
        new("TextFormatDamaged", scanner.Path, Place, $"'{token}' is no {what}.", "The file is damaged or of another format.");

    private InvalidFileException NotFinite(string token) =>
        new("WeightNotFinite", scanner.Path, Place, $"'{token}' is not finite.", "Advice the header.");
}
