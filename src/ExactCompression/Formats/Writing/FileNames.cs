using System.Security.Cryptography;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Names of files made from names of networks, which may hold anything: path separators, <c>..</c>, control characters, thousands of
/// letters.
/// </summary>
public static class FileNames
{
    // File systems take 255 bytes or characters; copies and backups add to names.
    private const int LongestStem = 180;

    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).SelectMany(static i => (string[])[$"COM{i}", $"LPT{i}"])],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A file name that is one on every system, and in no other folder.</summary>
    /// <param name="name">The network's name. One that is a file name stays as it is; another is changed, and ends in some letters that
    /// tell it from others that would become the same.</param>
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
