using System.Globalization;
using System.Text;

namespace ExactCompression;

/// <summary>
/// Untrusted text, such as a network's name, in a form that is safe to show: a control character, one that changes the direction of text,
/// or one that a reader would take for a byte order mark, appears as its escape (<c>\n</c>, <c>\u001b</c>).
/// </summary>
public static class PrintableText
{
    /// <summary>The text with such characters replaced; the text itself where it has none.</summary>
    /// <param name="text">The text; null gives null.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text) => text is null || !NeedsEscape(text) ? text : Escaped(text);

    /// <summary>Whether a character must not be shown as it is.</summary>
    internal static bool IsUnsafe(char c) =>
        char.IsControl(c)
            || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' or (>= '\u202A' and <= '\u202E')
                or (>= '\u2066' and <= '\u2069');

    /// <summary>Whether any character of a text is unsafe, or half a surrogate pair, which no encoding has.</summary>
    internal static bool NeedsEscape(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (IsUnsafe(text[i]) || IsLone(text, i))
                return true;
            if (char.IsHighSurrogate(text[i]))
                i++;
        }

        return false;
    }

    /// <summary>The text with unsafe characters, and those given, as escapes.</summary>
    internal static string Escaped(string text, char? also = null)
    {
        var result = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && !IsLone(text, i))
                result.Append(c).Append(text[++i]);
            else if (IsUnsafe(c) || c == also || char.IsSurrogate(c))
                AppendEscape(result, c);
            else
                result.Append(c);
        }

        return result.ToString();
    }

    private static void AppendEscape(StringBuilder result, char c)
    {
        switch (c)
        {
            case '\n':
                result.Append("\\n");
                break;
            case '\r':
                result.Append("\\r");
                break;
            case '\t':
                result.Append("\\t");
                break;
            case '\\':
                result.Append("\\\\");
                break;
            default:
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                break;
        }
    }

    private static bool IsLone(string text, int at) =>
        char.IsHighSurrogate(text[at]) ? at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1]) : char.IsLowSurrogate(text[at]);
}
