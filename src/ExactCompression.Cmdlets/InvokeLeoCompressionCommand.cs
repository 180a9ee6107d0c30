using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Cmdlets.Views;
using static System.FormattableString;

namespace ExactCompression.Cmdlets;

/// <summary>Removes, merges and folds stable neurons: the same function over the table's domain, from a smaller network.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LeoCompression")]
[OutputType(typeof(CompressionResult), typeof(Job))]
public sealed class InvokeLeoCompressionCommand : BackgroundCommand
{
    /// <summary>The verdicts to compress by.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons", typeof(StabilityTable))]
    public StabilityTable InputObject { get; set; } = null!;

    /// <summary>How far to go.</summary>
    [Parameter]
    public CompressionLevel Level { get; set; } = CompressionLevel.LeoPlusPlus;

    /// <summary>What the highest level makes small.</summary>
    [Parameter]
    public CompressionObjective Objective { get; set; } = CompressionObjective.Neurons;

    /// <summary>The largest proven deviation that may be left: steps that would break it are not taken.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    public double Tolerance { get; set; }

    /// <summary>What new weights are rounded to.</summary>
    [Parameter]
    public StoredPrecision Precision { get; set; }

    private protected override void Process()
    {
        StabilityTable table = InputObject;
        if (table.Undetermined > 0)
            WriteVerbose($"{table.Undetermined} undetermined neurons are kept, as if unstable");
        if (table.Unproven > 0)
            WriteWarning($"{table.Unproven} of the stable neurons of {table.Network.Name} are so by a MILP solver's word, within its tolerance, not by proof: ProvenDeviation holds if it is right. Find-StableNeurons on the table proves what it can.");
        if (Level != CompressionLevel.Maximal && IsBound(nameof(Objective)))
            WriteWarning("-Objective is for -Level Maximal alone: the other levels take every step that they know.");
        var options = new CompressionOptions
        {
            Level = Level,
            Objective = Objective,
            Tolerance = IsBound(nameof(Tolerance)) ? Tolerance : null,
            Precision = Precision.ToWeightPrecision(),
        };
        CancellationToken cancellation = Cancellation;
        Attempt(table, messages => Compress(table, options, messages, cancellation), WriteObject);
    }

    private static CompressionResult Compress(StabilityTable table, CompressionOptions options, PipelineMessages messages, CancellationToken cancellation)
    {
        void Show(CompressionProgress p) => messages.Progress(new(
            ProgressActivity,
            $"Invoke-LeoCompression {table.Network.Name}",
            Invariant($"Sweep {p.Sweep}, layer {p.Layer} of {p.Depth}: {p.Neurons} neurons, {p.Connections} connections")));

        CompressionResult result = LeoCompression.Compress(table, options with { Progress = Show }, cancellation);
        foreach (CompressionStep step in result.Steps)
        {
            messages.Verbose(step.ToString());
            messages.Debug(Invariant($"layer {step.Layer}, {step.Kind}: neurons {string.Join(' ', step.Neurons)}{(step.Added > 0 ? $", {step.Added} added" : "")}"));
        }

        messages.Verbose($"{result.Original.Name}: {result}, {Units.Percent(result.ConnectionsRemovedPercent)} of the connections removed; no output differs by more than {Units.Small(result.ProvenDeviation)}");
        return result;
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
