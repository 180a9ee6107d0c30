using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>Recognises <c>.nnet</c> files by their first lines.</summary>
internal static class NNetHead
{
    /// <summary>Whether a file begins like such a file.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="path">Its extension decides whether lines of plain text may come before.</param>
    public static bool Matches(ReadOnlySpan<byte> head, string path)
    {
        bool named = path.EndsWith(".nnet", StringComparison.OrdinalIgnoreCase);
        while (true)
        {
            head = head.TrimStart(" \t\r\n"u8);
            int end = head.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? head : head[..end], rest = end < 0 ? default : head[(end + 1)..];
            int counts = Counts(line, out int first);
            if (counts == 4
                || (counts == 1 && named && Counts(FirstLine(rest), out _) is var sizes && (sizes == first + 1 || sizes == first + 2)))
                return true;
            // Here the line is a comment, or text in its place, or of another format.
            if (end < 0 || !(line.StartsWith("//"u8) || (named && counts == 0)))
                return false;
            head = rest;
        }
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)'\n');
        return end < 0 ? text : text[..end];
    }

    /// <summary>How many counts a line holds, separated (and usually terminated) by commas; 0 if there is something else in it.</summary>
    private static int Counts(ReadOnlySpan<byte> line, out int first)
    {
        int counts = 0;
        first = 0;
        foreach (Range part in line.Split((byte)','))
        {
            ReadOnlySpan<byte> text = line[part].Trim(" \t\r"u8);
            if (text.IsEmpty && counts > 0)
                continue;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
                return 0;
            if (counts++ == 0)
                first = value;
        }

        return counts;
    }
}
