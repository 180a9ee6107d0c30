using System.Globalization;
using CsCheck;
using Xunit;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Property tests over the same samples in every run. CsCheck itself takes a seed for its first sample only and draws the others anew each
/// time, so that a test could fail, or a solver hang, in one run of many and never again. To search on, set
/// <c>EXACTCOMPRESSION_TEST_SEED</c> to another number: a sample depends on it and on its place alone.
/// </summary>
internal static class Sampling
{
    /// <summary>How many smaller samples a failure is looked for in.</summary>
    private const int Shrinks = 1000;

    private static readonly ulong Seed = ulong.Parse(
        Environment.GetEnvironmentVariable("EXACTCOMPRESSION_TEST_SEED") is { Length: > 0 } seed ? seed : "0",
        CultureInfo.InvariantCulture);

    /// <summary>The same seed for campaigns, which take an <see cref="int"/>.</summary>
    public static int CampaignSeed => (int)(Seed & int.MaxValue);

    /// <summary>Runs a test on samples; where one fails, CsCheck tells its seed and looks for a smaller one.</summary>
    /// <param name="gen">What to draw.</param>
    /// <param name="assert">The test; called from several threads unless <paramref name="threads"/> is 1.</param>
    /// <param name="count">Number of samples.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="print">How a message shows a sample.</param>
    public static void ForAll<T>(this Gen<T> gen, Action<T> assert, int count, int threads = 2, Func<T, string>? print = null)
    {
        long failed = long.MaxValue;
        Parallel.For(0, count, new() { MaxDegreeOfParallelism = threads }, (place, loop) =>
        {
            try
            {
                assert(gen.Generate(At(place), null, out _));
            }
            catch (Exception)
            {
                loop.Break(); // those before it still run: the first failure is the same in every run
                lock (gen)
                    failed = Math.Min(failed, place);
            }
        });
        if (failed == long.MaxValue)
            return;
        gen.Sample(assert, seed: At(failed).ToString(), iter: Shrinks, threads: 1, print: print);
        Assert.Fail($"Sample {failed} failed, and then did not."); // it depends on chance or on time
    }

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int, int, Func{T, string}?)"/>
    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> assert, int count, int threads = 2) =>
        gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3), count, threads);

    /// <inheritdoc cref="ForAll{T}(Gen{T}, Action{T}, int, int, Func{T, string}?)"/>
    public static void ForAll<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> assert, int count, int threads = 2) =>
        gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4), count, threads);

    /// <summary>A stream of its own for each sample; its first numbers are thrown away, since near streams begin alike.</summary>
    private static PCG At(long place)
    {
        var random = new PCG((uint)place, Seed * 0x9E3779B97F4A7C15UL);
        for (int i = 0; i < 8; i++)
            random.Next();
        return random;
    }
}
