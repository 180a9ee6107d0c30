using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes certificates of compressions, and of the equivalence of two networks, which anyone can check from the two.</summary>
[Cmdlet(VerbsData.Export, "CompressionCertificate", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportCompressionCertificateCommand : FileOutputCommand
{
    /// <summary>The compression, or a comparison that found two networks equivalent.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Invoke-LeoCompression or Test-NetworkEquivalence", typeof(CompressionResult), typeof(EquivalenceReport))]
    public object InputObject { get; set; } = null!;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string name = InputObject is CompressionResult given ? given.Original.Name : ((EquivalenceReport)InputObject).Reference.Name;
        WriteFile(InputObject, FileNames.Of(name, ".certificate.json"), (file, messages) =>
        {
            if (InputObject is CompressionResult result)
            {
                Write(result, file, messages);
                return;
            }

            double deviation = EquivalenceCertificate.Write((EquivalenceReport)InputObject, file, cancellation: Cancellation);
            messages.Verbose($"The certificate proves that no output differs by more than {BoundText.Deviation(deviation)}");
        });
    }

    private void Write(CompressionResult result, string file, PipelineMessages messages)
    {
        double deviation = CompressionCertificate.Write(result, file, text => messages.Warning(text), cancellation: Cancellation);
        string proven = BoundText.Deviation(deviation), compression = BoundText.Deviation(result.ProvenDeviation);
        messages.Verbose($"The certificate proves that no output differs by more than {proven}, the compression {compression}");
        if (CompressionCertificate.IsLoose(deviation, result))
            messages.Warning(
                $"The certificate of '{result.Original.Name}' proves that no output differs by more than {proven}, where the compression "
                    + $"itself proves {compression}: it is valid, but loose, since the checker accepts fewer kinds of arguments.");
    }
}
