using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The few elementwise loops of a search. They are written here, instead of using general vector primitives, to shorten the time to the
/// first verdict: a network is often decided before the many generic instantiations of such a library would be compiled.
/// </summary>
internal static class Elementwise
{
    /// <summary><c>max(0, z)</c>; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rectify(ReadOnlySpan<float> z, Span<float> a)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= z.Length; i += Vector256<float>.Count)
            Vector256.Max(Vector256.Create(z.Slice(i, Vector256<float>.Count)), Vector256<float>.Zero).CopyTo(a[i..]);
        for (; i < z.Length; i++)
            a[i] = Math.Max(z[i], 0);
    }

    /// <summary><c>max(0, z)</c> in place; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rectify(Span<double> z)
    {
        for (int i = 0; i < z.Length; i++)
            z[i] = Math.Max(z[i], 0);
    }

    /// <summary>An infinite error where a sum has overflowed: it may have the wrong sign, and a rectifier would hide that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MarkOverflow(ReadOnlySpan<double> z, Span<double> error)
    {
        for (int i = 0; i < z.Length; i++)
        {
            if (!double.IsFinite(z[i]))
                error[i] = double.PositiveInfinity;
        }
    }

    /// <summary>Zeroes the gradient where the ReLU is inactive.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MaskDead(Span<float> gradient, ReadOnlySpan<float> preActivation)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= gradient.Length; i += Vector256<float>.Count)
        {
            var on = Vector256.GreaterThan(Vector256.Create(preActivation.Slice(i, Vector256<float>.Count)), Vector256<float>.Zero);
            (Vector256.Create<float>(gradient.Slice(i, Vector256<float>.Count)) & on).CopyTo(gradient[i..]);
        }

        for (; i < gradient.Length; i++)
        {
            if (!(preActivation[i] > 0))
                gradient[i] = 0;
        }
    }

    /// <summary><c>min(max(x, lower), upper)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Clip(ReadOnlySpan<float> x, ReadOnlySpan<float> lower, ReadOnlySpan<float> upper, Span<float> clipped)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= x.Length; i += Vector256<float>.Count)
        {
            Vector256<float> least = Vector256.Create(lower.Slice(i, Vector256<float>.Count)),
                most = Vector256.Create(upper.Slice(i, Vector256<float>.Count));
            Vector256.Min(Vector256.Max(Vector256.Create(x.Slice(i, Vector256<float>.Count)), least), most).CopyTo(clipped[i..]);
        }

        for (; i < x.Length; i++)
            clipped[i] = Math.Min(Math.Max(x[i], lower[i]), upper[i]);
    }

    /// <summary><c>factor x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<float> x, float factor, Span<float> scaled)
    {
        for (int i = 0; i < x.Length; i++)
            scaled[i] = factor * x[i];
    }

    /// <summary><c>factor x</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<double> x, double factor, Span<double> scaled)
    {
        for (int i = 0; i < x.Length; i++)
            scaled[i] = factor * x[i];
    }

    /// <summary>Sum of absolute values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float SumOfMagnitudes(ReadOnlySpan<float> x)
    {
        Vector256<float> sums = Vector256<float>.Zero;
        int i = 0;
        for (; i + Vector256<float>.Count <= x.Length; i += Vector256<float>.Count)
            sums += Vector256.Abs(Vector256.Create(x.Slice(i, Vector256<float>.Count)));
        float sum = Vector256.Sum(sums);
        for (; i < x.Length; i++)
            sum += Math.Abs(x[i]);
        return sum;
    }
}
