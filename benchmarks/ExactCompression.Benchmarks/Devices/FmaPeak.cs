using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Benchmarks;

/// <summary>
/// What the CPU's vector units can do at most: multiply-adds of float32 in registers, with nothing to load, on all cores.
/// </summary>
internal static class FmaPeak
{
    /// <summary>Enough independent sums to cover a multiply-add's latency on two units.</summary>
    private const int Sums = 12;

    private const int Rounds = 1_000_000;

    /// <summary>Floating-point operations of one <see cref="Run"/>.</summary>
    public static double Operations =>
        2.0 * Sums * Rounds * (Vector512.IsHardwareAccelerated ? Vector512<float>.Count : Vector256<float>.Count)
            * Environment.ProcessorCount;

    /// <summary>Keeps all cores busy.</summary>
    public static void Run()
    {
        float[] results = new float[Environment.ProcessorCount];
        Parallel.For(
            0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = results.Length },
            core => results[core] = Vector512.IsHardwareAccelerated ? Wide() : Narrow());
        if (results.Contains(float.NaN))
            throw new InvalidOperationException("The sums went wrong.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Wide()
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(0.001f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Narrow()
    {
        var x = Vector256.Create(0.999f);
        var y = Vector256.Create(0.001f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
