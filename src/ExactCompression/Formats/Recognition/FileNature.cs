using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ExactCompression.Formats.Recognition;

/// <summary>
/// What a file is that was given to a cmdlet which cannot read it: the mend is another cmdlet then, and not another file.
/// </summary>
/// <param name="What">What it is, with an article.</param>
/// <param name="Readers">The cmdlets that read it; none if it is for other programs.</param>
public sealed record FileNature(string What, params string[] Readers)
{
    /// <summary>Enough for the first line of a table and the comments of most text formats.</summary>
    private const int HeadLength = 4096, PackedLength = 65_536;

    /// <summary>The mend, as a sentence.</summary>
    public string Advice => Readers.Length == 0 ? $"It is {What}." : $"It is {What}: {Readers[0]} reads it.";

    /// <summary>Looks at the beginning of a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Null where that says nothing, or the file cannot be read.</returns>
    public static FileNature? Of(string path)
    {
        byte[] head;
        try
        {
            head = Head(path);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or ExactCompressionException)
        {
            return null;
        }

        return OfBytes(head, path) ?? OfText(Encoding.UTF8.GetString(head).TrimStart('\ufeff', ' ', '\t', '\r', '\n'), path);
    }

    private static FileNature? OfBytes(byte[] head, string path)
    {
        if (head is [0, 0, >= 8 and <= 14, >= 1 and <= 4, ..])
            return new("data (IDX)", "Import-InputData");
        if (head is [0x89, (byte)'P', (byte)'N', (byte)'G', ..])
            return new("a picture");

        // A name alone says little, and neither do the first bytes of some formats.
        return NetworkFormats.All.FirstOrDefault(
                f => f.Extensions.Any(e => e != ".npz" && path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) && f.Matches(head, path))
            is { } format ? new($"a network ({format.Name})", "Import-ReluNetwork") : null;
    }

    private static FileNature? OfText(string text, string path)
    {
        if (text.StartsWith('{'))
        {
            return text.Contains("\"exact-compression-certificate\"", StringComparison.Ordinal)
                ? new("a certificate", "Test-CompressionCertificate")
                : text.Contains($"\"{BoundsOrigin.Format}\"", StringComparison.Ordinal)
                    ? new("a stability table's bounds", "Import-StabilityTable") : null;
        }

        string[] columns = text.Split('\n', 2)[0].Trim('\r').Split(',', StringSplitOptions.TrimEntries);
        bool Has(params string[] names) => names.All(n => columns.Contains(n, StringComparer.OrdinalIgnoreCase));
        if (Has("Network", "Layer", "Neuron", "State"))
            return new("a stability table", "Import-StabilityTable");
        if (Has("Level", "AccuracyAfter"))
            return new("the results of a sweep", "Export-StabilityPlot");
        if (Has("Lower", "Upper"))
            return new("an input domain", "New-InputDomain");
        if (IsNumbers(text))
            return new("rows of numbers", "Import-InputData");
        if (IsVnnlib(text))
            return new("a domain or a property (VNN-LIB)", "New-InputDomain", "Test-NetworkEquivalence");
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".C" => new("C source, which a compiler takes"),
            ".MPS" or ".LP" or ".MST" => new("for MILP solvers"),
            ".HTML" when text.StartsWith('<') => new("a page for browsers"),
            ".SVG" when text.StartsWith('<') => new("a picture"),
            _ => null,
        };
    }

    /// <summary>Whether the second line is numbers alone: the first may be a header, the last may be cut.</summary>
    private static bool IsNumbers(string text) => text.Split('\n', 3) is [_, var line, _]
        && line.Split(',') is { Length: > 1 } fields
        && fields.All(static f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    private static bool IsVnnlib(string text)
    {
        string? first = text.Split('\n').Select(static l => l.Trim()).FirstOrDefault(static l => l.Length > 0 && l[0] != ';');
        return first is not null && (first.StartsWith("(declare-", StringComparison.Ordinal)
            || first.StartsWith("(assert", StringComparison.Ordinal) || first.StartsWith("(vnnlib-", StringComparison.Ordinal));
    }

    private static byte[] Head(string path)
    {
        byte[] head = NetworkFiles.Head(path, PackedLength); // refuses pipes, which would block
        if (head is not [0x1f, 0x8b, ..])
            return head;
        using var unpacked = new GZipStream(new MemoryStream(head), CompressionMode.Decompress);
        var first = new byte[HeadLength];
        return first[..unpacked.ReadAtLeast(first, HeadLength, throwOnEndOfStream: false)];
    }
}
