using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Cmdlets.Views;
using static System.FormattableString;

namespace ExactCompression.Cmdlets;

/// <summary>Removes, merges and folds stable neurons: the same function over the table's domain, from a smaller network.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LeoCompression")]
[OutputType(typeof(CompressionResult))]
public sealed class InvokeLeoCompressionCommand : BackgroundCommand
{
    /// <summary>The verdicts to compress by.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Find-StableNeurons", typeof(StabilityTable))]
    public StabilityTable InputObject { get; set; } = null!;

    /// <summary>How far to go.</summary>
    [Parameter]
    [RefuseNull]
    public CompressionLevel Level { get; set; } = CompressionLevel.LeoPlusPlus;

    /// <summary>What the highest level minimises.</summary>
    [Parameter]
    [RefuseNull]
    public CompressionObjective Objective { get; set; } = CompressionObjective.Neurons;

    /// <summary>The largest proven deviation allowed: steps that would exceed it are not taken.</summary>
    [Parameter]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double Tolerance { get; set; }

    /// <summary>What new weights are rounded to.</summary>
    [Parameter]
    [RefuseNull]
    public StoredPrecision Precision { get; set; }

    /// <summary>Accept verdicts that are not proven: MILP verdicts, and those from outside.</summary>
    [Parameter]
    public SwitchParameter AllowUnproven { get; set; }

    /// <summary>How long to search for proofs of such verdicts, as a time or a number of seconds.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan TimeLimit { get; set; } = new CompressionOptions().ProofTimeLimit;

    /// <summary>The arithmetic that deviations are bounded in.</summary>
    [Parameter]
    [RefuseNull]
    public Arithmetic Arithmetic { get; set; }

    private protected override void Process()
    {
        StabilityTable table = InputObject;
        if (table.Undetermined > 0)
            WriteVerbose($"{table.Undetermined} undetermined neurons are kept, as if unstable");
        if (table.UnprovenStable > 0)
            WriteVerbose(
                $"{table.UnprovenStable} stable neurons rest on MILP verdicts or on a table from outside: a search tries to prove "
                    + $"them first");
        if (Level != CompressionLevel.Maximal && IsBound(nameof(Objective)))
            WriteWarning("-Objective applies only to -Level Maximal: the other levels take every step that they know.");
        var options = new CompressionOptions
        {
            Level = Level,
            Objective = Objective,
            Tolerance = IsBound(nameof(Tolerance)) ? Tolerance : null,
            Precision = Precision.ToWeightPrecision(),
            AllowUnproven = AllowUnproven,
            ProofTimeLimit = TimeLimit,
            Arithmetic = Arithmetic,
        };
        CancellationToken cancellation = Cancellation;
        Attempt(table, messages => Compress(table, options, messages, cancellation), WriteObject);
    }

    private static CompressionResult Compress(
        StabilityTable table, CompressionOptions options, PipelineMessages messages, CancellationToken cancellation)
    {
        void Show(CompressionProgress p) => messages.Progress(new(
            ProgressActivity,
            $"Invoke-LeoCompression {table.Network.Name}",
            Invariant($"Sweep {p.Sweep}, layer {p.Layer} of {p.Depth}: {p.Neurons} neurons, {p.Connections} connections")));

        int refuted = 0;
        void Refuted(ContradictionException contradiction)
        {
            Interlocked.Increment(ref refuted);
            messages.Error(ErrorRecords.From(contradiction, table));
        }

        CompressionResult result = LeoCompression.Compress(table, options with { Progress = Show, Contradiction = Refuted }, cancellation);
        int open = result.Unconfirmed - refuted; // each refuted one gives an error of its own
        if (open > 0)
            messages.Warning(
                $"Kept {Units.Count(open)} {(open == 1 ? "neuron" : "neurons")} of {table.Network.Name} that are stable by MILP verdicts "
                    + "or by a table from outside: no proof was found. A longer -TimeLimit continues the search; -AllowUnproven "
                    + "accepts such verdicts on trust.");
        if (result.Unproven > 0)
            messages.Warning(
                $"The compression of {table.Network.Name} is unproven: it rests on {result.Unproven} verdicts of a MILP solver or from "
                    + "outside that are not proven.");
        foreach (CompressionStep step in result.Steps)
        {
            messages.Verbose(step.ToString());
            string added = step.Added > 0 ? $", {step.Added} added" : "";
            messages.Debug($"layer {step.Layer}, {step.Kind}: neurons {string.Join(' ', step.Neurons)}{added}");
        }

        foreach (string remark in result.Remarks)
            messages.Verbose(remark);
        messages.Verbose(
            $"{result.Original.Name}: {result}, {Units.Percent(result.ConnectionsRemovedPercent)} of the connections removed; "
                + (result.IsProven
                    ? $"no output differs by more than {BoundText.Deviation(result.ProvenDeviation)}"
                    : "nothing is proven about the difference of outputs"));
        return result;
    }

    private bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
