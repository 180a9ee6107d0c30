using System.Globalization;
using System.Text;

namespace ExactCompression.Tests.Fuzzing;

/// <summary>Damages text: numbers, lines, quotes, brackets and separators.</summary>
internal static class TextMutator
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2", "1e999", "-1e999", "1e-400", "4.9e-324", "NaN", "Infinity", "-inf", "99999999999999999999",
            "2147483647", "2147483648", "-2147483649", "9223372036854775807",
        "1,000", "1.000,5", "\u22121", "0x10", "1_000", "+5", ".5", "5.", "1e", "--1", "true", "null", "\"1\"", "", " ", "0.1", "1/3",
            "00000000000000000001", "3.4028236e38", "65536", "1000000",
    ];

    private static readonly string[] Pieces =
        ["\n", "\r", "\r\n", "\t", "\"", "'", "\\", ",", ";", ":", "(", ")", "[", "]", "{", "}", "=", "-", "+", "@", "#", "//", "\0",
            "\uFEFF", "\u00E9", "\U0001F600", "\\ud800", "  ", "e", "\"\"", "null", "(and (or", "[[", "{\"a\":"];

    private static readonly (string Open, string Close)[] Brackets =
        [("(and ", ")"), ("(or ", ")"), ("(and (<= X_0 1) ", ")"), ("(or (<= X_0 1) ", ")"), ("(", ")"), ("[", "]"), ("{\"a\":", "}"),
            ("\"", "\"")];

    public static byte[] Mutate(byte[] bytes, byte[] other, Random random)
    {
        string text = Encoding.Latin1.GetString(bytes); // a character a byte, so that nothing else changes
        string changed = random.Next(11) switch
        {
            0 or 1 => WithNumber(text, random),
            2 => WithDigit(text, random),
            3 => Line(text, random),
            4 => With(text, Pieces[random.Next(Pieces.Length)], random),
            5 => With(text, string.Concat(Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], 1 << random.Next(12))), random),
            6 => WithoutOne(text, random),
            7 => Token(text, random),
            8 => Nested(text, random),
            9 => Copies(text, random),
            _ => Splice(text, Encoding.Latin1.GetString(other), random),
        };
        byte[] result = [.. changed.EnumerateRunes()
            .SelectMany(static r => r.Value < 256 ? [(byte)r.Value] : Encoding.UTF8.GetBytes(r.ToString()))];
        return result.Length <= ByteMutator.MostBytes ? result : result[..ByteMutator.MostBytes];
    }

    /// <summary>Another number in a number's place.</summary>
    private static string WithNumber(string text, Random random)
    {
        int at = Find(text, random, static c => char.IsAsciiDigit(c));
        if (at < 0)
            return text + Numbers[random.Next(Numbers.Length)];
        (int from, int to) = (at, at);
        while (from > 0 && (char.IsAsciiDigit(text[from - 1]) || text[from - 1] is '.' or '-'))
            from--;
        while (to < text.Length && (char.IsAsciiDigit(text[to]) || text[to] is '.' or 'e' or 'E' or '+' or '-'))
            to++;
        return text[..from] + Numbers[random.Next(Numbers.Length)] + text[to..];
    }

    /// <summary>Another digit, so that all stays where it was.</summary>
    private static string WithDigit(string text, Random random)
    {
        int at = Find(text, random, static c => char.IsAsciiDigit(c));
        return at < 0 ? text : text[..at] + (char)('0' + random.Next(10)) + text[(at + 1)..];
    }

    private static string Line(string text, Random random)
    {
        List<string> lines = [.. text.Split('\n')];
        int one = random.Next(lines.Count), two = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(one);
                break;
            case 1:
                lines.InsertRange(two, Enumerable.Repeat(lines[one], 1 << random.Next(8)));
                break;
            case 2:
                (lines[one], lines[two]) = (lines[two], lines[one]);
                break;
            default:
                lines[one] += lines[two];
                break;
        }

        return string.Join('\n', lines);
    }

    private static string With(string text, string piece, Random random) => text.Insert(random.Next(text.Length + 1), piece);

    private static string WithoutOne(string text, Random random)
    {
        int at = Find(text, random, static c => !char.IsAsciiLetterOrDigit(c));
        return at < 0 ? text : text.Remove(at, 1);
    }

    /// <summary>One word in the place of another.</summary>
    private static string Token(string text, Random random)
    {
        (int a, int b) = Word(text, random);
        (int c, int d) = Word(text, random);
        return text[..a] + text[c..d] + text[b..];
    }

    private static (int From, int To) Word(string text, Random random)
    {
        int from = Math.Max(0, Find(text, random, static c => char.IsAsciiLetterOrDigit(c))), to = from;
        while (from > 0 && char.IsAsciiLetterOrDigit(text[from - 1]))
            from--;
        while (to < text.Length && char.IsAsciiLetterOrDigit(text[to]))
            to++;
        return (from, to);
    }

    /// <summary>A part with brackets round it, many deep.</summary>
    private static string Nested(string text, Random random)
    {
        (string open, string close) = Brackets[random.Next(Brackets.Length)];
        int from = random.Next(text.Length + 1), to = random.Next(from, text.Length + 1), depth = 1 << random.Next(11);
        return text[..from] + string.Concat(Enumerable.Repeat(open, depth)) + text[from..to]
            + string.Concat(Enumerable.Repeat(close, depth))
            + text[to..];
    }

    /// <summary>A part many times over, with another number in each.</summary>
    private static string Copies(string text, Random random)
    {
        int from = random.Next(text.Length + 1), to = Math.Min(text.Length, from + random.Next(1, 200));
        string part = text[from..to];
        if (part.Length == 0)
            return text;
        int digit = Find(part, random, static c => char.IsAsciiDigit(c));
        string Copy(int i) => digit < 0 ? part : part[..digit] + i.ToString(CultureInfo.InvariantCulture) + part[(digit + 1)..];
        int copies = Math.Min(1 << random.Next(13), ByteMutator.MostBytes / part.Length);
        return text[..from] + string.Concat(Enumerable.Range(0, copies).Select(Copy)) + text[to..];
    }

    private static string Splice(string text, string other, Random random) =>
        text[..random.Next(text.Length + 1)] + other[random.Next(other.Length + 1)..];

    /// <summary>A place with a character of a kind: the first from a random one on, round the end; -1 for none.</summary>
    private static int Find(string text, Random random, Func<char, bool> wanted)
    {
        int start = random.Next(Math.Max(1, text.Length));
        for (int i = 0; i < text.Length; i++)
        {
            if (wanted(text[(start + i) % text.Length]))
                return (start + i) % text.Length;
        }

        return -1;
    }
}
