using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes reports on verdicts and compressions, as pages that need nothing beside themselves.</summary>
[Cmdlet(VerbsData.Export, "StabilityReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportStabilityReportCommand : ViewableFileCommand
{
    /// <summary>A table of verdicts, or a compression.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons or Invoke-LeoCompression", typeof(StabilityTable), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>A certificate of the compression, which is checked, and whose name and hash the report states.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public string? Certificate { get; set; }

    /// <summary>The title of the report.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public string? Title { get; set; }

    private protected override void RequireFormat(string file) => StabilityReport.RequireExtension(file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? certificate = null;
        if (Certificate is not null && !Try(InputObject, () => FileSystem.ResolveInput(SessionState, Certificate), out certificate))
            return;
        string name = InputObject is CompressionResult given
            ? FileNames.Of(given.Original.Name, ".compression.html")
            : FileNames.Of(((StabilityTable)InputObject).Network.Name, ".stability.html");
        WriteFile(
            InputObject, name,
            (file, _) => Report(certificate).Write(file, Title, Cancellation));
    }

    private StabilityReport Report(string? certificate) => InputObject switch
    {
        CompressionResult result => StabilityReport.Of(
            result, certificate is null ? null : StatedCertificate.Of(certificate, result, Cancellation)),
        StabilityTable when certificate is not null => throw StatedCertificate.Unfitting("a table of verdicts"),
        _ => StabilityReport.Of((StabilityTable)InputObject),
    };
}
