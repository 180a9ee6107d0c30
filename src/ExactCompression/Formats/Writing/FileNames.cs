using System.Security.Cryptography;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Names of files derived from names of networks, which may contain anything: path separators, <c>..</c>, control characters, thousands of
/// letters.
/// </summary>
public static class FileNames
{
    // File systems allow 255 bytes or characters; copies and backups extend names.
    private const int LongestStem = 180;

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(static i => (string[])[$"COM{i}", $"LPT{i}"])],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A file name that is valid on every system, and leads to no other folder.</summary>
    /// <param name="name">The network's name. A valid file name is kept; any other is changed, and ends in some letters that distinguish it
    /// from others that would become the same.</param>
    /// <param name="extension">What follows it, with its dot.</param>
    public static string Of(string name, string extension)
    {
        string stem = string.Concat(name.EnumerateRunes().Select(static rune => IsAllowed(rune) ? rune.ToString() : "_")).TrimEnd('.', ' ');
        string first = stem.Split('.')[0].TrimEnd();
        if (stem.Length == 0 || stem.StartsWith(' ') || Devices.Contains(first))
            stem = "_" + stem;
        stem = Shortened(stem);
        if (stem != name)
            stem += "-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(name)).AsSpan(0, 4));
        return stem + extension;
    }

    private static bool IsAllowed(Rune rune) =>
        rune != Rune.ReplacementChar && !(rune.IsBmp && PrintableText.IsUnsafe((char)rune.Value))
            && !(rune.IsAscii && "<>:\"/\\|?*".Contains((char)rune.Value, StringComparison.Ordinal));

    private static string Shortened(string stem)
    {
        int bytes = 0, length = 0;
        foreach (Rune rune in stem.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > LongestStem)
                return stem[..length];
            length += rune.Utf16SequenceLength;
        }

        return stem;
    }
}
