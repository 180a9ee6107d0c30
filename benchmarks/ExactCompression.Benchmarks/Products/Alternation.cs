using System.Diagnostics;

namespace ExactCompression.Benchmarks;

/// <summary>Times pieces of work in alternation, so that a busy machine slows all of them.</summary>
internal static class Alternation
{
    private const double SampleSeconds = 0.02;

    /// <summary>Seconds of one call of each: the minimum of several samples, each of enough calls to be long enough to time.</summary>
    /// <param name="samples">Samples of each.</param>
    /// <param name="work">The pieces.</param>
    public static double[] Time(int samples, params Action[] work)
    {
        int[] calls = Array.ConvertAll(work, Calls);
        var least = new double[work.Length];
        Array.Fill(least, double.PositiveInfinity);
        for (int i = 0; i < samples; i++)
        {
            for (int w = 0; w < work.Length; w++)
                least[w] = Math.Min(least[w], Seconds(work[w], calls[w]));
        }

        return least;
    }

    /// <summary>
    /// How many calls fill a sample. The calls made to find out also warm up code and caches; the first one, which compiles code and may
    /// fill a sample by that alone, does not count.
    /// </summary>
    private static int Calls(Action work)
    {
        work();
        int calls = 1;
        while (Seconds(work, calls) * calls < SampleSeconds)
            calls *= 2;
        return calls;
    }

    private static double Seconds(Action work, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
