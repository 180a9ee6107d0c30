using System.Globalization;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// What the searches for stable and unstable neurons share. When the user stops one, its output is lost to the pipeline, so the table
/// so far is kept in <c>$global:LastStabilityTable</c>, from where the search can go on.
/// </summary>
public abstract class StabilitySearchCommand : AsyncCommand
{
    /// <summary>The global variable that a stopped search leaves its table in.</summary>
    internal const string LastTableVariable = "LastStabilityTable";

    /// <summary>A network, or a table to go on from.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork), typeof(StabilityTable))]
    public object InputObject { get; set; } = null!;

    /// <summary>Rows to run through the network first.</summary>
    [Parameter]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <summary>The inputs that verdicts hold over.</summary>
    [Parameter]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>When to return what there is, as a time or a number of seconds.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>CPU threads to use; 0 for all cores.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    public int Threads { get; set; }

    /// <summary>Seed of the random points.</summary>
    [Parameter]
    public int Seed { get; set; }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (!Try(InputObject, () => Domains.TableOf(InputObject, Domain), out StabilityTable table))
            return;
        WriteVerbose($"{table.Network.Name}: {table.Neurons.Count} hidden neurons, {table.Undetermined} undetermined, over {table.Domain}");
        Attempt(table.Network, messages => Search(table, Options(table.Network, messages), messages), found => Finish(found, table.Stages.Count));
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
                string stage = p.Layer == 0 ? p.Stage : string.Create(CultureInfo.InvariantCulture, $"{p.Stage}, layer {p.Layer}");
                string count = string.Create(CultureInfo.InvariantCulture, $"{p.Decided} of {p.Total} neurons decided{(p.Detail.Length > 0 ? ", " : "")}{p.Detail}");
                if (Interlocked.Exchange(ref told, stage) != stage)
                    messages.Verbose(string.Create(CultureInfo.InvariantCulture, $"{p.Elapsed.TotalSeconds:F2} s: {stage}: {count}"));
                messages.Progress(new(AsyncCommand.ProgressActivity, activity, $"{stage}: {count}") { PercentComplete = p.Total == 0 ? 100 : (int)(100L * p.Decided / p.Total) });
            },
        };
    }

    private void Finish(StabilityTable table, int earlierStages)
    {
        if (Cancellation.IsCancellationRequested)
        {
            SessionState.PSVariable.Set("global:" + LastTableVariable, table);
            throw new PipelineStoppedException();
        }

        foreach (StageReport stage in table.Stages.Skip(earlierStages))
            WriteVerbose(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.Decided} decided in {stage.Elapsed.TotalSeconds:F2} s"));
        if (table.Undetermined > 0 && TimeLimit is { } limit && table.Elapsed >= limit)
            WriteVerbose("The time limit ended the search");
        WriteObject(table);
    }
}
