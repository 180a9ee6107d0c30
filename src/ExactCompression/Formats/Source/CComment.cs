using System.Text;

namespace ExactCompression.Formats;

/// <summary>Text in a comment of C source, such as names of networks, which may contain anything.</summary>
internal static class CComment
{
    private const int Longest = 400;

    /// <summary>
    /// The text in printable ASCII, without what ends or begins a comment, or is a trigraph; compilers warn of these, and of characters
    /// that turn the direction of text.
    /// </summary>
    /// <param name="text">Any text.</param>
    public static string Text(string text)
    {
        var safe = new StringBuilder(Math.Min(text.Length, Longest) + 8);
        foreach (char c in text.Length > Longest ? text[..Longest] + "..." : text)
        {
            char shown = c is >= ' ' and <= '~' ? c : '_';
            char before = safe.Length > 0 ? safe[^1] : ' ';
            if ((before, shown) is ('*', '/') or ('/', '*') or ('?', '?'))
                safe.Append(' ');
            safe.Append(shown);
        }

        return safe.ToString();
    }
}
