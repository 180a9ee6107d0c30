using System.Diagnostics;

namespace ExactCompression.Experiments;

/// <summary>Times of short calls.</summary>
internal static class MedianTime
{
    /// <summary>
    /// Median time of a call in microseconds: warmed up, then at least 15 samples of at least 20 microseconds, for a fifth of a second or
    /// so.
    /// </summary>
    /// <param name="call">What is timed.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static double Of(Action call, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int calls = 0;
        for (; calls < 3 || (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 50 && calls < 10_000); calls++)
        {
            cancellation.ThrowIfCancellationRequested();
            call();
        }

        int inner = (int)Math.Clamp(20e-6 * calls / Stopwatch.GetElapsedTime(start).TotalSeconds, 1, 10_000);
        var samples = new List<double>();
        start = Stopwatch.GetTimestamp();
        while (samples.Count < 15 || (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 150 && samples.Count < 1001))
        {
            cancellation.ThrowIfCancellationRequested();
            long from = Stopwatch.GetTimestamp();
            for (int i = 0; i < inner; i++)
                call();
            samples.Add(Stopwatch.GetElapsedTime(from).TotalSeconds / inner);
        }

        samples.Sort();
        return samples[samples.Count / 2] * 1e6;
    }
}
