using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>Removes, merges and folds stable neurons: the same function over the table's domain, from a smaller network.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LeoCompression")]
[OutputType(typeof(CompressionResult))]
public sealed class InvokeLeoCompressionCommand : AsyncCommand
{
    /// <summary>The verdicts to compress by.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons", typeof(StabilityTable))]
    public StabilityTable InputObject { get; set; } = null!;

    /// <summary>How far to go.</summary>
    [Parameter]
    public CompressionLevel Level { get; set; } = CompressionLevel.LeoPlusPlus;

    /// <summary>What new weights are rounded to.</summary>
    [Parameter]
    public StoredPrecision Precision { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        StabilityTable table = InputObject;
        if (table.Undetermined > 0)
            WriteVerbose($"{table.Undetermined} undetermined neurons are kept, as if unstable");
        if (table.Unproven > 0)
            WriteWarning($"{table.Unproven} of the stable neurons of {table.Network.Name} are so by a MILP solver's word, within its tolerance, not by proof: ProvenDeviation holds if it is right. Find-StableNeurons on the table proves what it can.");
        Attempt(
            table,
            messages =>
            {
                CompressionResult result = LeoCompression.Compress(table, new() { Level = Level, Precision = Precision.ToWeightPrecision() }, Cancellation);
                foreach (CompressionStep step in result.Steps)
                    messages.Verbose($"Layer {step.Layer}: {step.Description}");
                return result;
            },
            WriteObject);
    }
}
