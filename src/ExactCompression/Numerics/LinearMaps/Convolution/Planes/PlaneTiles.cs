using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The innermost loops of convolutions where vectors have neighbouring targets of one channel in their lanes: sums are held in registers
/// while weights are broadcast.
/// </summary>
internal static unsafe class PlaneTiles
{
    /// <summary>The most elements by which results are written beyond the last target.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    public static int Slack<T>()
        where T : unmanaged => 4 * Vector512<T>.Count;

    /// <summary>Elements beyond the last target's that may be read, at most <see cref="Slack"/>.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="channels">The width of a block of channels.</param>
    /// <param name="count">Number of targets.</param>
    public static int ReadBeyond<T>(int channels, int count)
        where T : unmanaged
    {
        if (!Vector512.IsHardwareAccelerated)
            return HalfPlaneTiles.ReadBeyond<T>(channels, count);
        int tile = (channels == 1 ? 1 : 2) * Vector512<T>.Count, end = (count + tile - 1) / tile * tile;
        return channels == 1 && end % (4 * tile) == 3 * tile ? end + tile - count : end - count;
    }

    /// <summary>Computes the targets of a block of channels.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The planes of the source.</param>
    /// <param name="terms">What each target is a sum of.</param>
    /// <param name="weights">The weights of the block.</param>
    /// <param name="channels">Its width, 1, 3 (with vectors of 256 bits) or 4.</param>
    /// <param name="count">Number of targets.</param>
    /// <param name="result">Gets the sums.</param>
    /// <param name="stride">From one channel's results to the next one's.</param>
    public static void Run<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int channels, int count, T* result, nint stride)
        where T : unmanaged
    {
        if (!Vector512.IsHardwareAccelerated)
            HalfPlaneTiles.Run(source, terms, weights, channels, count, result, stride);
        else if (channels == 1)
            One(source, terms, weights, count, result);
        else
            Four(source, terms, weights, count, result, stride);
    }

    /// <summary>A channel, four vectors of targets at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int count, T* result)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        int at = 0;
        for (; at + (2 * lanes) < count; at += 4 * lanes)
        {
            Vector512<T> c0 = default, c1 = default, c2 = default, c3 = default;
            foreach (PlaneTerm term in terms)
            {
                T* x = source + at + term.Source;
                Vector512<T> w = Vector512.Create(weights[term.Weight]);
                c0 = Lanes.Fma(w, Vector512.Load(x), c0);
                c1 = Lanes.Fma(w, Vector512.Load(x + lanes), c1);
                c2 = Lanes.Fma(w, Vector512.Load(x + (2 * lanes)), c2);
                c3 = Lanes.Fma(w, Vector512.Load(x + (3 * lanes)), c3);
            }

            c0.Store(result + at);
            c1.Store(result + at + lanes);
            c2.Store(result + at + (2 * lanes));
            c3.Store(result + at + (3 * lanes));
        }

        for (; at < count; at += lanes)
        {
            Vector512<T> even = default, odd = default;
            int k = 0;
            for (; k < terms.Length - 1; k += 2)
            {
                (PlaneTerm a, PlaneTerm b) = (terms[k], terms[k + 1]);
                even = Lanes.Fma(Vector512.Create(weights[a.Weight]), Vector512.Load(source + at + a.Source), even);
                odd = Lanes.Fma(Vector512.Create(weights[b.Weight]), Vector512.Load(source + at + b.Source), odd);
            }

            if (k < terms.Length)
                even = Lanes.Fma(Vector512.Create(weights[terms[k].Weight]), Vector512.Load(source + at + terms[k].Source), even);
            (even + odd).Store(result + at);
        }
    }

    /// <summary>Four channels, two vectors of targets at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int count, T* result, nint stride)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        for (int at = 0; at < count; at += 2 * lanes, source += 2 * lanes, result += 2 * lanes)
        {
            Vector512<T> c00 = default, c01 = default, c10 = default, c11 = default;
            Vector512<T> c20 = default, c21 = default, c30 = default, c31 = default;
            foreach (PlaneTerm term in terms)
            {
                T* x = source + term.Source, w = weights + ((nint)term.Weight * 4);
                Vector512<T> x0 = Vector512.Load(x), x1 = Vector512.Load(x + lanes), b = Vector512.Create(w[0]);
                c00 = Lanes.Fma(b, x0, c00);
                c01 = Lanes.Fma(b, x1, c01);
                b = Vector512.Create(w[1]);
                c10 = Lanes.Fma(b, x0, c10);
                c11 = Lanes.Fma(b, x1, c11);
                b = Vector512.Create(w[2]);
                c20 = Lanes.Fma(b, x0, c20);
                c21 = Lanes.Fma(b, x1, c21);
                b = Vector512.Create(w[3]);
                c30 = Lanes.Fma(b, x0, c30);
                c31 = Lanes.Fma(b, x1, c31);
            }

            c00.Store(result);
            c01.Store(result + lanes);
            c10.Store(result + stride);
            c11.Store(result + stride + lanes);
            c20.Store(result + (2 * stride));
            c21.Store(result + (2 * stride) + lanes);
            c30.Store(result + (3 * stride));
            c31.Store(result + (3 * stride) + lanes);
        }
    }
}
