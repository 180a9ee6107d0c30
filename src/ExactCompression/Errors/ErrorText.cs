namespace ExactCompression;

/// <summary>
/// Keeps messages short and printable, whatever text of a file they quote: a name of megabytes, or one with line ends and terminal codes in
/// it, is shortened and escaped here, so that readers need not do it.
/// </summary>
internal static class ErrorText
{
    /// <summary>Longest text that is quoted from a file or a user.</summary>
    public const int LongestQuote = 200;

    /// <summary>Longest message.</summary>
    public const int LongestMessage = 1000;

    private const string Cut = "...";

    /// <summary>
    /// A text of at most <see cref="LongestQuote"/> characters, with escapes for control characters; the middle of a longer one is left
    /// out.
    /// </summary>
    public static string Quoted(string text) => Clean(Shortened(text, LongestQuote), LongestQuote);

    /// <summary>
    /// A message of at most <see cref="LongestMessage"/> characters, with escapes for control characters, in which everything between
    /// quotation marks is short too.
    /// </summary>
    public static string Message(string text) => Clean(Shortened(ShortenQuotes(text), LongestMessage), LongestMessage);

    /// <summary>
    /// A text of at most a given number of characters; the middle of a longer one is left out, since both ends may identify it.
    /// </summary>
    public static string Shortened(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        int tail = longest / 3, head = longest - tail - Cut.Length, end = text.Length - tail;
        // No half of a surrogate pair remains.
        head -= char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        end += char.IsLowSurrogate(text[end]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, head), Cut, text.AsSpan(end));
    }

    private static string ShortenQuotes(string text)
    {
        int open = text.IndexOf('\'', StringComparison.Ordinal);
        if (open < 0 || text.Length <= LongestQuote)
            return text;
        var result = new System.Text.StringBuilder();
        int from = 0;
        while (open >= 0)
        {
            int close = text.IndexOf('\'', open + 1);
            if (close < 0)
                break;
            if (close - open - 1 > LongestQuote)
            {
                result.Append(text, from, open + 1 - from).Append(Shortened(text[(open + 1)..close], LongestQuote));
                from = close;
            }

            open = text.IndexOf('\'', close + 1);
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Escapes are longer than what they stand for.</summary>
    private static string Clean(string text, int longest) => Shortened(PrintableText.Of(text), longest);
}
