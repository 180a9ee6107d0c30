using System.Text;
using ExactCompression.Formats;
using ExactCompression.Plotting.Reports;

namespace ExactCompression;

/// <summary>
/// A report on a network: one HTML page that needs nothing beside itself, with the verdicts on its neurons and, of a compression, what was
/// removed and what is proven of the difference.
/// </summary>
/// <remarks>The page has no scripts and loads nothing, which its own policy forbids too; all text in it is encoded.</remarks>
public sealed class StabilityReport
{
    private readonly StabilityTable table;
    private readonly CompressionResult? compression;
    private readonly StatedCertificate? certificate;

    private StabilityReport(StabilityTable table, CompressionResult? compression, StatedCertificate? certificate) =>
        (this.table, this.compression, this.certificate) = (table, compression, certificate);

    /// <summary>The file extensions that a report can have.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".html", ".htm"];

    /// <summary>A report on verdicts.</summary>
    /// <param name="table">The table.</param>
    public static StabilityReport Of(StabilityTable table) => new(table, null, null);

    /// <summary>A report on a compression and the verdicts that it rests on.</summary>
    /// <param name="compression">The compression.</param>
    /// <param name="certificate">A certificate of it, which the report states; null for none.</param>
    public static StabilityReport Of(CompressionResult compression, StatedCertificate? certificate = null) =>
        new(compression.Table, compression, certificate);

    /// <summary>Writes the page. The file is written completely or not at all.</summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="title">The title; null for the network's name, and that of what was done with it.</param>
    /// <param name="cancellation">When cancelled, throws, and nothing is written.</param>
    /// <exception cref="InvalidInputException">The extension is not that of a page.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="DllNotFoundException">SkiaSharp's native library is missing.</exception>
    public void Write(string path, string? title = null, CancellationToken cancellation = default)
    {
        RequireExtension(path);
        byte[] page = Encoding.UTF8.GetBytes(Page(title, cancellation));
        NetworkFiles.Replace(path, overwrite: true, stream => stream.Write(page));
    }

    /// <summary>Refuses a file name without the extension of a page.</summary>
    /// <exception cref="InvalidInputException">The extension is neither .html nor .htm.</exception>
    public static void RequireExtension(string path)
    {
        if (!Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            throw new InvalidInputException(
                "ReportFormat", $"'{path}' does not have the extension of a report, which is a page in HTML.",
                $"Give a file name that ends in {string.Join(" or ", Extensions)}; a path that ends in / is a folder.");
    }

    /// <summary>The page as text.</summary>
    internal string Page(string? title, CancellationToken cancellation)
    {
        string named = title ?? (compression is null ? $"Stability of {table.Network.Name}" : $"Compression of {table.Network.Name}");
        var page = new HtmlWriter();
        ReportFrame.Open(page, named);
        ReportSummary.Write(page, named, table, compression);
        NetworkSection.Write(page, table, compression);
        cancellation.ThrowIfCancellationRequested();
        if (compression is not null)
            CompressionSection.Write(page, compression, certificate, cancellation);
        StatesSection.Write(page, table, cancellation);
        ReportFrame.Close(page);
        cancellation.ThrowIfCancellationRequested();
        return page.ToString();
    }
}
