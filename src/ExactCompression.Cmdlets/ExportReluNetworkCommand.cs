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

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        ReluNetwork network = InputObject is CompressionResult result ? result.Compressed : (ReluNetwork)InputObject;
        WriteFile(
            InputObject,
            network.Name + ".onnx",
            (file, messages) =>
            {
                if (Precision == StoredPrecision.Float32 && network.Precision == WeightPrecision.Float64)
                    messages.Warning($"The weights of {network.Name} are float64; as float32 they are rounded, so the file computes a slightly different function.");
                NetworkFormats.Write(network, file, Precision.ToWeightPrecision());
            });
    }
}
