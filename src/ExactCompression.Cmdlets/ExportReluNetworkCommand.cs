using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>Writes networks, or the compressed half of compressions, to files; the extension names the format.</summary>
[Cmdlet(VerbsData.Export, "ReluNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportReluNetworkCommand : FileOutputCommand
{
    /// <summary>A network or a compression.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult))]
    public object InputObject { get; set; } = null!;

    /// <summary>What weights are stored as.</summary>
    [Parameter]
    public StoredPrecision Precision { get; set; }

    private protected override void RequireFormat(string file) => NetworkFormats.RequireWritable(file);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ReluNetwork network = InputObject is CompressionResult result ? result.Compressed : (ReluNetwork)InputObject;
        WriteFile(
            InputObject,
            network.Name + ".onnx",
            (file, messages) =>
            {
                WeightPrecision stored = Precision.ToWeightPrecision() ?? network.SourcePrecision;
                if (stored < network.Precision)
                    messages.Warning($"Weights of {network.Name} need float64 and are rounded to float32, so the file computes a slightly different function: -Precision Float64 keeps them.");
                if (InputObject is CompressionResult { IsProven: false })
                    messages.Warning($"Nothing proves that '{file}' computes what {network.Name} did: the compression rests on verdicts that are unproven, or is a copy from outside. Test-NetworkEquivalence compares the two.");
                NetworkFormats.Write(network, file, stored);
            });
    }
}
