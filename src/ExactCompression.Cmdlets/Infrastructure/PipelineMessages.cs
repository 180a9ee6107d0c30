using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Messages from work on another thread: PowerShell accepts Write* only on the pipeline thread, so the worker queues them here and
/// <see cref="AsyncCommand"/> writes. Safe for any number of workers.
/// </summary>
internal sealed class PipelineMessages : IDisposable
{
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Work that ends before shows no progress: a flashing bar is useless, and drawing it takes longer.</summary>
    private static readonly TimeSpan NoProgressBefore = TimeSpan.FromMilliseconds(400);

    private readonly BlockingCollection<Action<Cmdlet>> queue = [];
    private readonly long begun = Stopwatch.GetTimestamp();
    private long lastProgress;

    /// <summary>Queues a verbose message.</summary>
    public void Verbose(string text) => Add(cmdlet => cmdlet.WriteVerbose(PrintableText.Of(text)));

    /// <summary>Queues a debug message.</summary>
    public void Debug(string text) => Add(cmdlet => cmdlet.WriteDebug(PrintableText.Of(text)));

    /// <summary>Queues a warning.</summary>
    public void Warning(string text) => Add(cmdlet => cmdlet.WriteWarning(PrintableText.Of(text)));

    /// <summary>Queues an error that does not end the statement.</summary>
    public void Error(ErrorRecord record) => Add(cmdlet => cmdlet.WriteError(record));

    /// <summary>Queues an object for the pipeline.</summary>
    public void Output(object value) => Add(cmdlet => cmdlet.WriteObject(value));

    /// <summary>
    /// Queues a progress record, or drops it if the work has just begun or the last one is less than a fifth of a second old.
    /// </summary>
    public void Progress(ProgressRecord record)
    {
        long now = Stopwatch.GetTimestamp();
        long last = Interlocked.Read(ref lastProgress);
        if (last == 0 ? Stopwatch.GetElapsedTime(begun, now) < NoProgressBefore : Stopwatch.GetElapsedTime(last, now) < ProgressPause)
            return;
        if (Interlocked.CompareExchange(ref lastProgress, now, last) != last)
            return;
        (record.Activity, record.StatusDescription) = (PrintableText.Of(record.Activity), PrintableText.Of(record.StatusDescription));
        record.CurrentOperation = PrintableText.Of(record.CurrentOperation);
        Add(cmdlet => cmdlet.WriteProgress(record));
    }

    /// <summary>Whether any progress was queued, so that it must be completed.</summary>
    public bool ShowedProgress => Interlocked.Read(ref lastProgress) != 0;

    /// <summary>Marks the end of the messages.</summary>
    public void Complete() => queue.CompleteAdding();

    /// <summary>The messages in order, until <see cref="Complete"/>.</summary>
    public IEnumerable<Action<Cmdlet>> Drain() => queue.GetConsumingEnumerable();

    /// <inheritdoc/>
    public void Dispose() => queue.Dispose();

    private void Add(Action<Cmdlet> write)
    {
        // No handler is registered any more for a late callback, after the work has ended.
        if (!queue.IsAddingCompleted)
            queue.Add(write);
    }
}
