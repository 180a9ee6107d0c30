using System.Management.Automation;
using System.Runtime.ExceptionServices;
using ExactCompression.Formats.Recognition;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// A cmdlet whose work runs on another thread while the pipeline thread writes its messages. Ctrl-C cancels the work, waits for it to end
/// (within a second), and only then stops the pipeline.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IDisposable
{
    internal const int ProgressActivity = 1;
    private readonly CancellationTokenSource cancellation = new();
    private Exception? fromPipeline;

    /// <summary>Cancelled when the user stops the pipeline.</summary>
    private protected CancellationToken Cancellation => cancellation.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => cancellation.Cancel();

    /// <summary>Frees what the cmdlet holds.</summary>
    /// <param name="disposing">Whether called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            cancellation.Dispose();
    }

    /// <summary>Writes a verbose message; control characters appear as escapes, as in the other messages.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(PrintableText.Of(text));

    /// <summary>Writes a debug message.</summary>
    private protected new void WriteDebug(string text) => base.WriteDebug(PrintableText.Of(text));

    /// <summary>Writes a warning.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(PrintableText.Of(text));

    /// <summary>Does the work for one input, passes its result to the pipeline, and reports errors.</summary>
    /// <param name="target">The input, for the error record.</param>
    /// <param name="work">Runs on another thread; must not touch the cmdlet.</param>
    /// <param name="write">Runs on the pipeline thread, also when the user has stopped the pipeline and the work returned a partial
    /// result.</param>
    private protected void Attempt<T>(object? target, Func<PipelineMessages, T> work, Action<T> write)
    {
        T result;
        try
        {
            result = Await(work);
        }
        catch (Exception e) when (e is not (PipelineStoppedException or ActionPreferenceStopException) && e != fromPipeline)
        {
            Report(e, target);
            return;
        }

        write(result);
    }

    /// <summary>Does quick work for one input on the pipeline thread and reports errors.</summary>
    /// <param name="target">The input, for the error record.</param>
    /// <param name="work">The work.</param>
    /// <param name="result">Its result.</param>
    /// <returns>Whether it succeeded.</returns>
    private protected bool Try<T>(object? target, Func<T> work, out T result) => Try(target, work, Report, out result);

    /// <summary>Makes something of the arguments on the pipeline thread, and refuses them if that fails.</summary>
    /// <param name="target">The argument, for the error record.</param>
    /// <param name="work">The work.</param>
    /// <param name="result">Its result.</param>
    /// <returns>Whether it succeeded; if not, there is nothing to do.</returns>
    private protected bool Prepare<T>(object? target, Func<T> work, out T result) => Try(target, work, Refuse, out result);

    private static bool Try<T>(object? target, Func<T> work, Action<Exception, object?> failed, out T result)
    {
        try
        {
            result = work();
            return true;
        }
        catch (Exception e) when (e is not (PipelineStoppedException or ActionPreferenceStopException))
        {
            failed(e, target);
            result = default!;
            return false;
        }
    }

    /// <summary>
    /// Reports what is wrong with one input; the others are processed. As with Get-Content, the error ends the statement only where
    /// <c>-ErrorAction</c> or <c>$ErrorActionPreference</c> is Stop, one input or many.
    /// </summary>
    private protected void Report(Exception exception, object? target) => WriteError(Record(exception, target));

    /// <summary>
    /// Refuses arguments without which there is nothing to do: the error ends the statement, unless <c>-ErrorAction</c> or
    /// <c>$ErrorActionPreference</c> says that errors are to be passed over.
    /// </summary>
    private protected void Refuse(Exception exception, object? target)
    {
        object? preference = MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given)
            ? given : GetVariableValue("ErrorActionPreference");
        ErrorRecord record = Record(exception, target);
        // Stop ends the whole script, which a terminating error alone would not.
        if (LanguagePrimitives.TryConvertTo(preference, out ActionPreference action)
            && action is ActionPreference.SilentlyContinue or ActionPreference.Ignore or ActionPreference.Stop)
            WriteError(record);
        else
            ThrowTerminatingError(record);
    }

    private ErrorRecord Record(Exception exception, object? target)
    {
        if (exception is OperationCanceledException && Cancellation.IsCancellationRequested)
            throw new PipelineStoppedException();
        // A file that is larger than what was allowed may be of the right kind.
        if (exception is InvalidFileException { ErrorId: not "ImportTooLarge" } file && FileNature.Of(file.Path) is { } nature
            && !nature.Readers.Contains(MyInvocation.MyCommand.Name))
            exception = new InvalidFileException(
                file.ErrorId, file.Path, file.Place, file.Problem, nature.Advice, file.Unsupported, file.InnerException);
        ErrorRecord record = ErrorRecords.From(exception, target);
        // A path may contain anything too.
        if (record.ErrorDetails is null && PrintableText.Of(record.Exception.Message) is var shown && shown != record.Exception.Message)
            record.ErrorDetails = new(shown);
        return record;
    }

    private T Await<T>(Func<PipelineMessages, T> work)
    {
        using var messages = new PipelineMessages();
        using var signals = new TerminationSignals(_ =>
        {
            try
            {
                cancellation.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The work ended while the signal came: there is nothing left to stop.
            }

            return true;
        });
        // A thread of its own: in a busy process, the thread pool may delay work for seconds.
        Task<T> task = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return work(messages);
                }
                finally
                {
                    messages.Complete();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        ExceptionDispatchInfo? refused = Write(messages);
        T result = task.GetAwaiter().GetResult();
        if (refused is { SourceException: not PipelineStoppedException })
        {
            // A matter of the pipeline, such as that a later command wants no more input: not an error of this cmdlet.
            fromPipeline = refused.SourceException;
            refused.Throw();
        }

        if (messages.ShowedProgress && !Cancellation.IsCancellationRequested)
            WriteProgress(new(ProgressActivity, MyInvocation.MyCommand.Name, "Done") { RecordType = ProgressRecordType.Completed });
        return result;
    }

    /// <summary>
    /// Writes messages until the work has ended. Once PowerShell refuses one, the work is cancelled and the rest is dropped.
    /// </summary>
    private ExceptionDispatchInfo? Write(PipelineMessages messages)
    {
        ExceptionDispatchInfo? refused = null;
        foreach (Action<Cmdlet> write in messages.Drain())
        {
            if (refused is not null)
                continue;
            try
            {
                write(this);
            }
            catch (Exception e)
            {
                refused = ExceptionDispatchInfo.Capture(e);
                cancellation.Cancel();
            }
        }

        return refused;
    }
}
