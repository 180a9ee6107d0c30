using System.Diagnostics;

namespace ExactCompression.Experiments;

/// <summary>Counts completed work and estimates the rest.</summary>
/// <param name="work">The work of all cells, measured by their networks' sizes.</param>
/// <param name="total">Number of cells.</param>
/// <param name="told">Receives each change.</param>
internal sealed class SweepState(double work, int total, Action<SweepProgress>? told)
{
    private readonly Lock gate = new();
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly List<(object Key, string Text)> running = [];
    private double workDone;
    private double workSkipped;
    private int done;
    private int skipped;
    private int failed;

    /// <summary>The current state.</summary>
    public SweepProgress Now()
    {
        lock (gate)
            return Progress();
    }

    public void Begins(object key, string text) => Change(() => running.Add((key, text)));

    public void Tells(object key, string text) => Change(() =>
    {
        int at = running.FindIndex(r => ReferenceEquals(r.Key, key));
        if (at >= 0)
            running[at] = (key, text);
    });

    public void Ends(object key) => Change(() => running.RemoveAll(r => ReferenceEquals(r.Key, key)));

    public void Skips(double cellWork) => Change(() =>
    {
        skipped++;
        workSkipped += cellWork;
    });

    public void Does(double cellWork, bool isFailure) => Change(() =>
    {
        done++;
        failed += isFailure ? 1 : 0;
        workDone += cellWork;
    });

    private void Change(Action change)
    {
        lock (gate)
        {
            change();
            told?.Invoke(Progress());
        }
    }

    private SweepProgress Progress()
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        TimeSpan? remaining = workDone > 0 ? elapsed * (Math.Max(0, work - workDone - workSkipped) / workDone) : null;
        return new(total, done, skipped, failed, [.. running.Select(static r => r.Text)], elapsed, remaining);
    }
}
