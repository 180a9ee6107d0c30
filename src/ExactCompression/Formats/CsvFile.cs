using System.Globalization;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>What all CSV readers here share: invariant culture, line numbers in messages, bounded records.</summary>
internal static class CsvFile
{
    // A row of the widest network fits many times over; an unclosed quote does not swallow a large file.
    private const int MaximalRecord = 1 << 26;

    public static CsvReader Open(byte[] bytes) => CsvReader.Create(bytes, new()
    {
        HasHeader = false,
        TrackLineNumbers = true,
        TrimWhitespace = true,
        AllowLineBreaksInQuotes = false,
        MaxRecordSize = MaximalRecord,
        FormatProvider = CultureInfo.InvariantCulture,
    });

    /// <summary>Fails on bytes that no text has, before a reader makes nonsense of them.</summary>
    public static void RequireText(ReadOnlySpan<byte> bytes, string path)
    {
        int zero = bytes[..Math.Min(bytes.Length, 1 << 16)].IndexOf((byte)0);
        if (zero >= 0)
            throw new InvalidFileException("CsvNotText", path, string.Create(CultureInfo.InvariantCulture, $"byte {zero}"), "The file is binary, not CSV.", "Give a text file in UTF-8.");
    }

    /// <summary>Runs a reader and gives its complaints the file's name.</summary>
    public static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (CsvFormatException e)
        {
            throw new InvalidFileException("CsvDamaged", path, e.LineNumber is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : "file", e.Message, "Mend that record.", inner: e);
        }
    }

    public static string Place(CsvReader csv) => string.Create(CultureInfo.InvariantCulture, $"line {csv.LineNumber}");

    public static bool LooksLikeHeader(CsvReader csv)
    {
        for (int i = 0; i < csv.FieldCount; i++)
        {
            if (!double.TryParse(csv.GetSpan(i), NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                return true;
        }

        return false;
    }

    public static string[] Strings(CsvReader csv) => [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)];

    /// <summary>A field as the nearest double; infinities and NaN are left to the caller.</summary>
    public static double Number(CsvReader csv, int field, string path) =>
        csv.TryParse(field, out double value)
            ? value
            : throw new InvalidFileException("CsvNotANumber", path, string.Create(CultureInfo.InvariantCulture, $"{Place(csv)}, column {field}"), $"'{Shortened(csv.GetString(field))}' is no number.", "Numbers have a decimal point, whatever the culture.");

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
