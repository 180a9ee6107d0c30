using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets;

/// <summary>
/// Writes stability tables: CSV with one row per neuron, JSON or <c>.npz</c> with arrays for each layer, or the reference's
/// <c>stable_neurons.npy</c>.
/// </summary>
[Cmdlet(VerbsData.Export, "StabilityTable", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportStabilityTableCommand : FileOutputCommand
{
    /// <summary>The table.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons", typeof(StabilityTable))]
    public StabilityTable InputObject { get; set; } = null!;

    /// <summary>What bounds are stored as in JSON and <c>.npz</c>, rounded outward.</summary>
    [Parameter]
    [RefuseNull]
    public WeightPrecision? Precision { get; set; }

    private protected override void RequireFormat(string file) => StabilityTableFiles.RequireWritable(file, Precision);

    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        WriteFile(InputObject, FileNames.Of(InputObject.Network.Name, ".csv"), (file, messages) =>
        {
            if (InputObject.UnprovenStable > 0 && !StabilityTableFiles.HoldsEvidence(file))
                messages.Warning(
                    $"{InputObject.UnprovenStable} of the stable neurons in '{file}' are unproven (MILP verdicts, or imported), "
                        + $"and this format cannot mark them: a .csv, .json or .npz file does.");
            StabilityTableFiles.Write(InputObject, file, precision: Precision);
        });
}
