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
        WriteFile(
            InputObject,
            FileNames.Of(InputObject.Original.Name, ".certificate.json"),
            (file, messages) =>
            {
                double deviation = CompressionCertificate.Write(
                    InputObject, file, text => messages.Warning(text), cancellation: Cancellation);
                string proven = BoundText.Deviation(deviation), compression = BoundText.Deviation(InputObject.ProvenDeviation);
                messages.Verbose($"The certificate proves that no output differs by more than {proven}, the compression {compression}");
                if (CompressionCertificate.IsLoose(deviation, InputObject))
                    messages.Warning(
                        $"The certificate of '{InputObject.Original.Name}' proves that no output differs by more than {proven}, where the "
                            + $"compression itself proves {compression}: it is valid, but loose, since the checker accepts fewer kinds "
                            + "of arguments.");
            });
}
