using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// A cmdlet that may take long, and that <c>-AsJob</c> runs in the background: the cmdlet then only collects its input, and outputs a job
/// that runs it again, without that switch, in a runspace of its own. Input objects are passed by reference; nothing is copied.
/// </summary>
public abstract class BackgroundCommand : AsyncCommand
{
    private static readonly string[] OfThisSession = [nameof(AsJob), "OutVariable", "ErrorVariable", "WarningVariable",
        "InformationVariable", "PipelineVariable", "OutBuffer"];
    private readonly List<object> inputs = [];
    private Dictionary<string, object> given = [];

    /// <summary>Run in the background and output a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The global variable that the cmdlet leaves its result so far in when it is stopped, or null.</summary>
    private protected virtual string? PartialResultVariable => null;

    /// <summary>Whether this runs as a job, whose output is then the result so far.</summary>
    private protected static bool IsInJob => CommandJob.IsCurrent;

    /// <summary>Called before any input, if the cmdlet does not run as a job.</summary>
    private protected virtual void Begin()
    {
    }

    /// <summary>Works on the current input.</summary>
    private protected abstract void Process();

    /// <summary>Called after all input, if the cmdlet does not run as a job.</summary>
    private protected virtual void End()
    {
    }

    /// <summary>
    /// Keeps the result so far of a cmdlet that is stopped, since its output is lost to the pipeline, and tells where it is.
    /// </summary>
    /// <param name="partial">The result.</param>
    /// <param name="what">What it is, and how to go on, as a sentence.</param>
    /// <exception cref="PipelineStoppedException">Always.</exception>
    private protected void KeepAndStop(object partial, string what)
    {
        SessionState.PSVariable.Set("global:" + PartialResultVariable, partial);

        // A pipeline that is stopped takes no more messages; the session still does, and of a job, its stream of warnings.
        Host.UI?.WriteWarningLine($"Stopped. {what}");
        throw new PipelineStoppedException();
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        if (AsJob)
            given = MyInvocation.BoundParameters.Where(static p => !OfThisSession.Contains(p.Key)).ToDictionary();
        else
            Begin();
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        if (!AsJob)
            Process();
        else if (MyInvocation.ExpectingInput)
            inputs.Add(
                MyInvocation.BoundParameters.First(
                    p => p.Key != nameof(AsJob) && !given.ContainsKey(p.Key) && !OfThisSession.Contains(p.Key)).Value);
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        if (!AsJob)
        {
            End();
            return;
        }

        if (MyInvocation.ExpectingInput && inputs.Count == 0)
            return;
        var job = new CommandJob(
            MyInvocation, given, MyInvocation.ExpectingInput ? inputs : null, SessionState.Path.CurrentFileSystemLocation.Path,
            PartialResultVariable);
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }
}
