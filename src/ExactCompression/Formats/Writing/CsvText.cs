using System.Globalization;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Text in cells of the CSV files that this module writes. Any text round-trips, in one line, and is text to a spreadsheet too: control
/// characters are escaped with a backslash, which is doubled itself, and text that a spreadsheet would take for a formula is preceded by an
/// apostrophe. Numbers are written as they are.
/// </summary>
internal static class CsvText
{
    private const char Mark = '\'';
    private const string FormulaStarts = "=+-@\uFF1D\uFF0B\uFF0D\uFF20";

    /// <summary>A text as it is written in a cell.</summary>
    public static string Encode(string text)
    {
        string escaped = text.Contains('\\', StringComparison.Ordinal) || PrintableText.NeedsEscape(text)
            ? PrintableText.Escaped(text, '\\')
            : text;
        return NeedsMark(escaped) ? Mark + escaped : escaped;
    }

    /// <summary>The text of a cell. Cells of older files, which have no escapes, are unchanged.</summary>
    public static string Decode(string cell) => Unescape(WithoutMark(cell));

    /// <summary>A cell without the apostrophe that keeps it from being a formula.</summary>
    public static string WithoutMark(string cell) => cell.Length > 1 && cell[0] == Mark && NeedsMark(cell.AsSpan(1)) ? cell[1..] : cell;

    // A leading apostrophe is marked too, so that the mark can be distinguished from it.
    private static bool NeedsMark(ReadOnlySpan<char> text) => text.Length > 0 && (text[0] == Mark || IsFormula(text));

    // Some programs skip leading spaces.
    private static bool IsFormula(ReadOnlySpan<char> text) =>
        text.TrimStart() is { Length: > 0 } rest && FormulaStarts.Contains(rest[0], StringComparison.Ordinal);

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i], next = i + 1 < text.Length ? text[i + 1] : '\0';
            char? plain = c != '\\' ? null : next switch
            {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' => '\\',
                _ => null,
            };
            if (plain is { } known)
            {
                result.Append(known);
                i++;
            }
            else if (c == '\\' && next == 'u' && i + 6 <= text.Length
                && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                result.Append((char)code);
                i += 5;
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }
}
