using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// A cmdlet of this module that runs on another thread, in a runspace of its own, as a job for Get-Job, Receive-Job, Wait-Job and Stop-Job.
/// </summary>
internal sealed class CommandJob : Job
{
    private const string RunspaceName = "ExactCompression job";
    private readonly Lock changing = new();
    private readonly string manifest;
    private readonly string name;
    private readonly Dictionary<string, object> parameters;
    private readonly List<object>? inputs;
    private readonly string folder;
    private readonly string? partialResult;
    private PowerShell? shell;
    private Task work = Task.CompletedTask;
    private volatile bool hasEnded;
    private bool stopped;

    /// <summary>Makes a job that does not yet run.</summary>
    /// <param name="invocation">The cmdlet to run.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="inputs">Its pipeline input, or null.</param>
    /// <param name="folder">The folder that paths are relative to.</param>
    /// <param name="partialResult">The global variable that the cmdlet leaves its result so far in when it is stopped, or null.</param>
    public CommandJob(
        InvocationInfo invocation, Dictionary<string, object> parameters, List<object>? inputs, string folder, string? partialResult)
        : base(invocation.Line?.Trim() is { Length: > 0 } line ? line : invocation.MyCommand.Name)
    {
        manifest = Path.Combine(invocation.MyCommand.Module.ModuleBase, invocation.MyCommand.Module.Name + ".psd1");
        name = invocation.MyCommand.Name;
        this.parameters = parameters;
        this.inputs = inputs;
        this.folder = folder;
        this.partialResult = partialResult;
        PSJobTypeName = nameof(CommandJob);
    }

    /// <summary>Whether this thread's runspace is that of a job: its variables are lost when the job ends.</summary>
    public static bool IsCurrent => Runspace.DefaultRunspace?.Name == RunspaceName;

    /// <inheritdoc/>
    public override bool HasMoreData => Output.Count + Error.Count + Verbose.Count + Warning.Count + Debug.Count + Information.Count > 0;

    /// <inheritdoc/>
    public override string Location => "Thread";

    /// <inheritdoc/>
    public override string StatusMessage => "";

    /// <summary>Starts the work.</summary>
    public void Start()
    {
        SetJobState(JobState.Running);
        work = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public override void StopJob()
    {
        lock (changing)
        {
            stopped = true;
            shell?.BeginStop(null, null);
        }

        work.Wait();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A job that has ended reports this from its own thread, and may be disposed of in the handler: waiting for that thread would be a
        // deadlock.
        if (disposing && !hasEnded)
            StopJob();
        base.Dispose(disposing);
    }

    private void Run()
    {
        JobState end = JobState.Failed;
        try
        {
            InitialSessionState state = InitialSessionState.CreateDefault2();
            state.ImportPSModule([manifest]);
            using Runspace runspace = RunspaceFactory.CreateRunspace(state);
            runspace.Name = RunspaceName;
            runspace.Open();
            runspace.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(folder));
            using var running = PowerShell.Create();
            running.Runspace = runspace;
            (running.Streams.Error, running.Streams.Warning, running.Streams.Verbose) = (Error, Warning, Verbose);
            (running.Streams.Debug, running.Streams.Progress, running.Streams.Information) = (Debug, Progress, Information);
            running.AddCommand(name).AddParameters(parameters);
            // One call that has given nothing but an error has failed; of several inputs, some may fail.
            end = !Invoke(running) ? JobState.Stopped
                : inputs is null && running.HadErrors && Output.Count == 0 ? JobState.Failed : JobState.Completed;
            // The partial result of a stopped search or training is not lost: it is the job's output.
            if (end == JobState.Stopped && partialResult is not null
                && runspace.SessionStateProxy.GetVariable(partialResult) is { } result)
                Output.Add(PSObject.AsPSObject(result));
        }
        catch (RuntimeException e)
        {
            Error.Add(e.ErrorRecord);
        }
        finally
        {
            hasEnded = true;
            SetJobState(stopped ? JobState.Stopped : end);
        }
    }

    /// <summary>Runs the cmdlet to its end.</summary>
    /// <returns>Whether it was not stopped.</returns>
    private bool Invoke(PowerShell running)
    {
        lock (changing)
        {
            if (stopped)
                return false;
            shell = running;
        }

        try
        {
            using var input = new PSDataCollection<object>(inputs ?? []);
            input.Complete();
            running.EndInvoke(running.BeginInvoke(input, Output));
            return !stopped;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        finally
        {
            lock (changing)
                shell = null;
        }
    }
}
