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
                double deviation = CompressionCertificate.Write(InputObject, file, cancellation: Cancellation);
                messages.Verbose(
                    FormattableString.Invariant(
                        $"The certificate proves that no output differs by more than {deviation:g3}, the compression {InputObject.ProvenDeviation:g3}"));
                if (CompressionCertificate.IsLoose(deviation, InputObject))
                    messages.Warning(
                        FormattableString.Invariant(
                            $"The certificate of '{InputObject.Original.Name}' proves that no output differs by more than {deviation:g3}, where the compression itself proves {InputObject.ProvenDeviation:g3}: it is true, but loose, since the checker follows fewer kinds of arguments."));
            });
}
