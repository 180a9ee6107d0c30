using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes certificates of compressions, which anyone can check from the two networks.</summary>
[Cmdlet(VerbsData.Export, "CompressionCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCompressionCertificateCommand : FileOutputCommand
{
    /// <summary>The compression.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Invoke-LeoCompression", typeof(CompressionResult))]
    public CompressionResult InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        WriteFile(InputObject, FileNames.Of(InputObject.Original.Name, ".certificate.json"), (file, _) => CompressionCertificate.Write(InputObject, file, cancellation: Cancellation));
}
