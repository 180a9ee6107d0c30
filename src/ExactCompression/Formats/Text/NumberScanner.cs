using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>Reads a text file of numbers separated by commas and white space, counting lines for messages.</summary>
/// <remarks>
/// Text does not state the precision of its decimals. A decimal of at most nine significant digits is taken for a printed float32 (nine
/// identify every one), and so is one that is exactly a float32; if a single decimal of the file is neither, all are read as float64.
/// </remarks>
internal sealed class NumberScanner(byte[] data, string path, ImportBudget? budget = null)
{
    // Numbers read between two checks of the token.
    private const int Pause = 1 << 14;

    private int numbers;
    private int position;

    /// <summary>1-based line of the next token.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Whether every number since <see cref="BeginWeights"/> can be a printed float32.</summary>
    public bool AllSingle { get; private set; } = true;

    public string Path => path;

    public string Place => $"line {Line.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Whether only separators are left.</summary>
    public bool AtEnd
    {
        get
        {
            SkipSeparators();
            return position == data.Length;
        }
    }

    /// <summary>Discards what numbers have shown about their precision: ranges and means say nothing about weights.</summary>
    public void BeginWeights() => AllSingle = true;

    /// <summary>The next number, as the nearest double and the nearest float.</summary>
    public (double Double, float Single) Number(string what)
    {
        if (++numbers % Pause == 0)
            budget?.ThrowIfCancelled();
        ReadOnlySpan<byte> token = Token();
        if (token.IsEmpty)
            throw Truncated(what);
        if (!double.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || !float.TryParse(token, NumberStyles.Float, CultureInfo.InvariantCulture, out float single))
            throw NotANumber(token, what);
        if (!double.IsFinite(value))
            throw new InvalidFileException(
                "WeightNotFinite", path, Place, $"The {what} '{Show(token)}' is not finite.",
                "Nothing can be proven of such a network: train or export it again.");
        AllSingle &= single == value || (float.IsFinite(single) && SignificantDigits(token) <= 9);
        return (value, single);
    }

    /// <summary>The next number, which must be a count.</summary>
    public int Count(string what, int maximum = int.MaxValue)
    {
        ReadOnlySpan<byte> token = Token();
        if (token.IsEmpty)
            throw Truncated(what);
        if (!int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value > maximum)
            throw NotANumber(token, what);
        return value;
    }

    /// <summary>The next number as an end of a range.</summary>
    public DomainEnd End(string what)
    {
        ReadOnlySpan<byte> token = Token();
        if (token.IsEmpty)
            throw Truncated(what);
        DomainEnd end = DomainEnd.Parse(PickleText.Latin1(token)) ?? throw NotANumber(token, what);
        return end.IsFinite
            ? end
            : throw new InvalidFileException(
                "WeightNotFinite", path, Place, $"The {what} '{Show(token)}' is not finite.", "Give finite ends.");
    }

    /// <summary>How many numbers remain.</summary>
    public long CountNumbers()
    {
        (int, int) here = Mark();
        long count = 0;
        for (; !AtEnd; count++)
        {
            if (Token().IsEmpty)
                position++; // a bracket, which no number begins with
        }

        Return(here);
        return count;
    }

    /// <summary>Where it stands, for <see cref="Return"/>.</summary>
    public (int Position, int Line) Mark() => (position, Line);

    /// <summary>Goes back.</summary>
    public void Return((int Position, int Line) mark) => (position, Line) = mark;

    /// <summary>Fails unless that many numbers can still follow: each takes a digit and a separator.</summary>
    public void RequireNumbers(long count, string what)
    {
        if (count > (data.Length - position + 1L) / 2)
            throw new InvalidFileException(
                "FileTruncated", path, Place, $"The {what} take {count} numbers, but only {data.Length - position} bytes are left.",
                "The file is cut off or its sizes are wrong.");
    }

    /// <summary>Skips blank lines and lines that begin with <c>//</c>; returns their texts.</summary>
    public List<string> Comments()
    {
        var comments = new List<string>();
        while (true)
        {
            SkipWhiteSpace();
            if (!data.AsSpan(position).StartsWith("//"u8))
                return comments;
            ReadOnlySpan<byte> line = RestOfLine();
            comments.Add(PickleText.Latin1(line[2..Math.Min(line.Length, 1000)]).Trim());
        }
    }

    /// <summary>Skips a literal, or fails.</summary>
    public void Expect(ReadOnlySpan<byte> literal)
    {
        SkipWhiteSpace();
        if (!data.AsSpan(position).StartsWith(literal))
            throw new InvalidFileException(
                "TextFormatDamaged", path, Place, $"'{Show(literal)}' is expected here.", "The file is cut off or of another format.");
        position += literal.Length;
    }

    /// <summary>The rest of the line; the scanner is left at the next one.</summary>
    public ReadOnlySpan<byte> RestOfLine()
    {
        ReadOnlySpan<byte> rest = data.AsSpan(position);
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            position = data.Length;
            return rest;
        }

        position += length + 1;
        Line++;
        return rest[..length];
    }

    private static int SignificantDigits(ReadOnlySpan<byte> token)
    {
        int digits = 0;
        foreach (byte c in token)
        {
            if (c is (byte)'e' or (byte)'E')
                break;
            if (c is >= (byte)'0' and <= (byte)'9' && (digits > 0 || c != (byte)'0'))
                digits++;
        }

        return digits;
    }

    private ReadOnlySpan<byte> Token()
    {
        SkipSeparators();
        int start = position;
        while (position < data.Length && !IsSeparator(data[position]) && data[position] is not ((byte)']' or (byte)';' or (byte)'['))
            position++;
        return data.AsSpan(start, position - start);
    }

    private void SkipSeparators()
    {
        for (; position < data.Length && IsSeparator(data[position]); position++)
            Line += data[position] == (byte)'\n' ? 1 : 0;
    }

    private void SkipWhiteSpace()
    {
        for (; position < data.Length && data[position] != (byte)',' && IsSeparator(data[position]); position++)
            Line += data[position] == (byte)'\n' ? 1 : 0;
    }

    private static bool IsSeparator(byte c) => c is (byte)',' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private InvalidFileException Truncated(string what) => position == data.Length
        ? new("FileTruncated", path, Place, $"The file ends where a {what} should be.", "The file is truncated: get it again.")
        : new("TextFormatDamaged", path, Place, $"A {what} is missing before '{(char)data[position]}'.",
            "There are fewer numbers than the sizes say.");

    private InvalidFileException NotANumber(ReadOnlySpan<byte> token, string what) =>
        new("TextFormatDamaged", path, Place, $"'{Show(token)}' is no {what}.", "The file is damaged or of another format.");

    private static string Show(ReadOnlySpan<byte> token) =>
        new([.. PickleText.Latin1(token[..Math.Min(token.Length, 40)]).Select(static c => char.IsControl(c) ? '?' : c)]);
}
