using System.Globalization;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>What all CSV readers share: invariant culture, line numbers in messages, bounded records.</summary>
internal static class CsvFile
{
    private const int LongestQuote = 40;

    // Many times the length of a row of the widest network; an unclosed quote does not swallow a large file.
    private const int MaximalRecord = 1 << 26;

    /// <summary>A reader; an unclosed quote, or one inside a cell, is an error.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="separator">What separates cells, or null to detect it from the first lines.</param>
    public static CsvReader Open(byte[] bytes, char? separator = null) => CsvReader.Create(bytes, new()
    {
        HasHeader = false,
        Separator = separator,
        MalformedData = CsvMalformedDataHandling.Throw,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        AllowLineBreaksInQuotes = false,
        MaxRecordSize = MaximalRecord,
        FormatProvider = CultureInfo.InvariantCulture,
    });

    /// <summary>Refuses bytes that do not occur in text, before a reader misinterprets them.</summary>
    public static void RequireText(ReadOnlySpan<byte> bytes, string path)
    {
        if (IsUtf16(bytes))
            throw new InvalidFileException("CsvNotText", path, "byte 0", "The text is in UTF-16.", "Save it in UTF-8.");
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
            throw new InvalidFileException(
                "CsvNotText", path, string.Create(CultureInfo.InvariantCulture, $"byte {zero}"), "The file is binary, not CSV.",
                "Give a text file in UTF-8.");
    }

    /// <summary>Whether bytes begin like text in UTF-16, in either byte order.</summary>
    public static bool IsUtf16(ReadOnlySpan<byte> bytes) => bytes.Length >= 2 && (bytes[0], bytes[1]) is (0xff, 0xfe) or (0xfe, 0xff);

    /// <summary>
    /// What separates the cells of a file whose first line is a header of plain words; null where a <c>sep=</c> line states it. Cells
    /// below, which may contain anything, are not considered.
    /// </summary>
    public static char? HeaderSeparator(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> line = bytes.TrimStart("\uFEFF\r\n"u8);
        int end = line.IndexOfAny((byte)'\r', (byte)'\n');
        line = end < 0 ? line : line[..end];
        if (line.StartsWith("sep="u8))
            return null;
        char best = ',';
        foreach (char other in ";\t|")
            best = line.Count((byte)other) > line.Count((byte)best) ? other : best;
        return best;
    }

    /// <summary>Runs a reader and adds the file's name to its errors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it, or one of its lines.</param>
    /// <param name="line">The line, if it reads only that one.</param>
    public static T Guarded<T>(string path, Func<T> read, int? line = null)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            long? place = line ?? e.LineNumber;
            throw new InvalidFileException(
                "CsvDamaged", path, place is { } at and > 0 ? string.Create(CultureInfo.InvariantCulture, $"line {at}") : "file", e.Message,
                "Mend that record.", inner: e);
        }
    }

    public static string Place(CsvReader csv) => string.Create(CultureInfo.InvariantCulture, $"line {csv.LineNumber}");

    public static string[] Strings(CsvReader csv) => [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];

    /// <summary>A field as the nearest double; infinities and NaN are left to the caller.</summary>
    public static double Number(CsvReader csv, int field, string path) =>
        // The package's parser ignores commas: 1,5 would be 15.
        !csv.GetSpan(field).Contains((byte)',') && csv.TryParse(field, out double value)
            ? value
            : throw new InvalidFileException(
                "CsvNotANumber", path, string.Create(CultureInfo.InvariantCulture, $"{Place(csv)}, column {field}"),
                csv.GetSpan(field).IsEmpty ? "The field is empty." : $"'{Shortened(csv.GetString(field))}' is not a number.",
                csv.GetSpan(field).IsEmpty
                    ? "Give it a number, or leave out the row or the column."
                    : "Numbers have a decimal point, whatever the culture, and no thousands separators.");

    /// <summary>The text of a field as messages quote it.</summary>
    public static string Shortened(string text) => ErrorText.Shortened(text, LongestQuote);
}
