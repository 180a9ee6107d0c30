using System.Diagnostics;

namespace ExactCompression.Verdicts;

/// <summary>Time, limit, cancellation and progress of one search, and the time and the verdicts of each stage.</summary>
internal sealed class SearchClock : IDisposable
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>The resolution of timers: a shorter limit expires at once, rather than at random a little later.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(1);

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly CancellationTokenSource source;
    private readonly VerdictLedger ledger;
    private readonly Action<StabilityProgress>? progress;
    private readonly List<StageReport> stages = [];
    private readonly TimeSpan? limit;
    private TimeSpan reported = TimeSpan.MinValue;

    public SearchClock(VerdictLedger ledger, SearchOptions options, CancellationToken cancellation)
    {
        this.ledger = ledger;
        progress = options.Progress;
        limit = options.TimeLimit;
        source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit is { } time)
        {
            if (time < Grain)
                source.Cancel();
            else
                source.CancelAfter(time);
        }

        Parallel = new() { CancellationToken = source.Token,
            MaxDegreeOfParallelism = options.Threads > 0 ? options.Threads : Environment.ProcessorCount };
    }

    /// <summary>Threads and the token that ends the search: cancellation or the time limit.</summary>
    public ParallelOptions Parallel { get; }

    public TimeSpan Elapsed => watch.Elapsed;

    /// <summary>How long the search may still take; null without a limit.</summary>
    public TimeSpan? Remaining => limit - watch.Elapsed;

    public bool Expired => source.IsCancellationRequested;

    public IReadOnlyList<StageReport> Stages => stages;

    /// <summary>Ends the search at once when its time is up; searches catch the exception at their top level.</summary>
    public void ThrowIfExpired() => source.Token.ThrowIfCancellationRequested();

    /// <summary>Runs some work and adds its time and verdicts to a stage.</summary>
    public void Run(SearchStage stage, Action work)
    {
        TimeSpan before = watch.Elapsed;
        int decided = ledger.Decided;
        try
        {
            work();
        }
        finally
        {
            var spent = new StageReport(stage, watch.Elapsed - before, ledger.Decided - decided);
            int at = stages.FindIndex(s => s.Stage == stage);
            if (at < 0)
                stages.Add(spent);
            else
                stages[at] = new(stage, stages[at].Elapsed + spent.Elapsed, stages[at].Decided + spent.Decided);
        }
    }

    /// <summary>Reports the progress of the search, at most five times a second.</summary>
    /// <param name="stage">The current stage.</param>
    /// <param name="layer">The current 1-based hidden layer, or 0 for all of them.</param>
    /// <param name="detail">Makes further details, where they are reported; null for none.</param>
    public void Report(SearchStage stage, int layer, Func<string>? detail = null)
    {
        if (progress is null || (reported != TimeSpan.MinValue && watch.Elapsed - reported < ReportEvery))
            return;
        reported = watch.Elapsed;
        progress(new(stage, layer, ledger.Decided, ledger.Count, watch.Elapsed) { Detail = detail?.Invoke() ?? "" });
    }

    public void Dispose() => source.Dispose();
}
