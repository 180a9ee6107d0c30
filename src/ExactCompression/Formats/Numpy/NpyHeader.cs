using System.Globalization;
using System.Text.RegularExpressions;

namespace ExactCompression.Formats;

/// <summary>The header of a NumPy array: a Python dict literal with exactly three keys.</summary>
internal static partial class NpyHeader
{
    /// <summary>What a file begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static (string Descr, bool FortranOrder, int[] Shape) Parse(string text, string path, string place)
    {
        Match descr = DescrPattern().Match(text), fortran = FortranPattern().Match(text), shape = ShapePattern().Match(text);
        if (!descr.Success || !fortran.Success || !shape.Success)
            throw Damaged(path, place, "its header does not state descr, fortran_order and shape.");
        int[] extents =
        [
            .. shape.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part =>
                int.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out int extent)
                    ? extent
                    : throw Damaged(path, place, $"the extent '{part}' is not a number up to {int.MaxValue}.")),
        ];
        if (extents.Length > 32)
            throw Damaged(path, place, "it has more than 32 axes.");
        return (descr.Groups[1].Value, fortran.Groups[1].Value == "True", extents);
    }

    /// <summary>Writes a header of version 1.0, padded so that the data begins at a multiple of 64.</summary>
    public static byte[] Format(string descr, IReadOnlyList<int> shape)
    {
        string tuple = string.Join(", ", shape.Select(static s => s.ToString(CultureInfo.InvariantCulture)))
            + (shape.Count == 1 ? "," : "");
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({tuple}), }}";
        int total = (10 + text.Length + 1 + 63) / 64 * 64;
        text = text.PadRight(total - 11) + "\n";
        return [.. Magic, 1, 0, (byte)(text.Length & 0xff), (byte)(text.Length >> 8),
            .. System.Text.Encoding.ASCII.GetBytes(text)];
    }

    private static InvalidFileException Damaged(string path, string place, string problem) =>
        new("NpyDamaged", path, place, $"The NumPy array cannot be read: {problem}", "Save it with numpy.save.");

    [GeneratedRegex("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]{1,16})['\"]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex DescrPattern();

    [GeneratedRegex("['\"]fortran_order['\"]\\s*:\\s*(True|False)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex FortranPattern();

    [GeneratedRegex("['\"]shape['\"]\\s*:\\s*\\(([0-9L,\\s]*)\\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ShapePattern();
}
