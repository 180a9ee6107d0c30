using System.Management.Automation;
using ExactCompression.Cmdlets.Views;
using static System.FormattableString;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// What the searches for stable and unstable neurons share. When the user stops one, its output is lost to the pipeline, so the table so
/// far is kept in <c>$global:LastStabilityTable</c>, from which the search can resume.
/// </summary>
public abstract class StabilitySearchCommand : BackgroundCommand
{
    private readonly DataOutside outside = new(DataOutside.Moved);

    /// <summary>A network, or a table to resume from.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork), typeof(StabilityTable))]
    public object InputObject { get; set; } = null!;

    /// <summary>Rows to run through the network first.</summary>
    [Parameter]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <summary>The inputs over which verdicts hold.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>When to return the verdicts so far, as a time or a number of seconds.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>CPU threads to use; 0 for all cores.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    [Number]
    public int Threads { get; set; }

    /// <summary>Seed of the random points.</summary>
    [Parameter]
    [Number]
    public int Seed { get; set; }

    private protected sealed override string PartialResultVariable => "LastStabilityTable";

    private protected sealed override void Process()
    {
        if (!Try(InputObject, () => Domains.TableOf(InputObject, Domain), out StabilityTable table))
            return;
        WriteVerbose(
            $"{table.Network.Name} ({table.Network.Architecture}): {table.Undetermined} of {table.Neurons.Count} hidden neurons are to "
                + $"be decided over {table.Domain}{(Data is null ? "" : $", with {Data.Rows} rows of {Data.Name}")}");
        outside.Tell(Data, table.Domain, WriteWarning, WriteVerbose);
        int threads = Threads == 0 ? Environment.ProcessorCount : Threads;
        string time = TimeLimit is { } limit ? Units.Time(limit) : "none";
        WriteDebug(
            $"{table.Network.ParameterCount} parameters, {table.Network.Precision}; threads {threads}, seed {Seed}, time limit {time}");
        Attempt(table.Network, messages => Search(table, Options(table.Network, messages), messages),
            found => Finish(found, table.Stages.Count));
    }

    /// <summary>Runs the search on another thread.</summary>
    private protected abstract StabilityTable Search(StabilityTable table, SearchOptions options, PipelineMessages messages);

    private SearchOptions Options(ReluNetwork network, PipelineMessages messages)
    {
        string activity = $"{MyInvocation.MyCommand.Name} {network.Name}";
        string? told = null;
        return new()
        {
            TimeLimit = TimeLimit,
            Threads = Threads,
            Seed = Seed,
            Warning = messages.Warning,
            Contradiction = contradiction => messages.Error(ErrorRecords.From(contradiction, network)),
            Progress = p =>
            {
                string stage = p.Layer == 0 ? p.Stage.Name : Invariant($"{p.Stage}, layer {p.Layer}");
                string count = Invariant($"{p.Decided} of {p.Total} neurons decided, {p.Total - p.Decided} left");
                (string before, string behind) = p.Detail.Length > 0 ? ("; ", $": {p.Detail}") : ("", "");
                if (Interlocked.Exchange(ref told, stage) != stage)
                    messages.Verbose($"{Units.Time(p.Elapsed)}: {stage}: {count}{before}{p.Detail}");
                // What matters first: the line is cut off at the end of the screen.
                messages.Progress(new(AsyncCommand.ProgressActivity, activity, $"{count}; {Units.Time(p.Elapsed)}, {stage}{behind}")
                {
                    PercentComplete = p.Total == 0 ? 100 : (int)(100L * p.Decided / p.Total),
                    // The time for the remaining neurons is unknown; with a limit, the latest end of the search is known.
                    SecondsRemaining = TimeLimit is { } limit ? (int)Math.Ceiling(Math.Max(0, (limit - p.Elapsed).TotalSeconds)) : -1,
                });
            },
        };
    }

    private void Finish(StabilityTable table, int earlierStages)
    {
        if (Cancellation.IsCancellationRequested)
        {
            string decided = Units.Count(table.Neurons.Count - table.Undetermined), all = Units.Count(table.Neurons.Count);
            string next = IsInJob
                ? "the job's output is the table, and Find-StableNeurons goes on from it."
                : $"${PartialResultVariable} has the table, and Find-StableNeurons ${PartialResultVariable} goes on from it.";
            KeepAndStop(table, $"{decided} of {all} neurons are decided; {next}");
        }

        foreach (StageReport stage in table.Stages.Skip(earlierStages))
            WriteVerbose($"{stage.Name}: {stage.Decided} decided in {Units.Time(stage.Elapsed)}");
        foreach (LayerStability layer in table.Layers)
            WriteDebug(
                $"layer {layer.Layer}: {layer.StablyActive} active{StabilityTableView.Rank(layer)}, {layer.StablyInactive} inactive, "
                    + $"{layer.Unstable} unstable, {layer.Undetermined} undetermined of {layer.Neurons}");
        if (table.Undetermined > 0 && TimeLimit is { } limit && table.Elapsed >= limit)
            WriteVerbose(
                $"The time limit ended the search: {table.Undetermined} neurons stay undetermined; a search can resume from this table");
        WriteObject(table);
    }
}
