using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>The loops of <see cref="PlaneTiles"/> where vectors have 256 bits: 8 to 12 sums are held in registers at a time.</summary>
internal static unsafe class HalfPlaneTiles
{
    /// <summary>Computes the targets of a block of channels.</summary>
    /// <inheritdoc cref="PlaneTiles.Run"/>
    public static void Run<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int channels, int count, T* result, nint stride)
        where T : unmanaged
    {
        if (channels == 1)
            One(source, terms, weights, count, result);
        else if (channels == 3)
            Three(source, terms, weights, count, result, stride);
        else
            Four(source, terms, weights, count, result, stride);
    }

    /// <summary>Elements beyond the last target's that may be read.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="channels">The width of a block of channels.</param>
    /// <param name="count">Number of targets.</param>
    public static int ReadBeyond<T>(int channels, int count)
        where T : unmanaged
    {
        int tile = (channels == 1 ? 8 : channels == 3 ? 4 : 3) * Vector256<T>.Count;
        return channels == 1 || count < tile ? tile : 0;
    }

    /// <summary>Where a tile begins: the last one computes some targets again, rather than what lies beyond.</summary>
    private static int FirstOf(int tile, int size, int count) => Math.Max(0, Math.Min(tile, count - size));

    /// <summary>A channel, eight vectors of targets at a time; of the last ones four, with two sums each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int count, T* result)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count;
        for (; count > 4 * lanes; count -= 8 * lanes, source += 8 * lanes, result += 8 * lanes)
        {
            Vector256<T> c0 = default, c1 = default, c2 = default, c3 = default;
            Vector256<T> c4 = default, c5 = default, c6 = default, c7 = default;
            foreach (PlaneTerm term in terms)
            {
                T* x = source + term.Source;
                Vector256<T> w = Vector256.Create(weights[term.Weight]);
                c0 = Lanes.Fma(w, Vector256.Load(x), c0);
                c1 = Lanes.Fma(w, Vector256.Load(x + lanes), c1);
                c2 = Lanes.Fma(w, Vector256.Load(x + (2 * lanes)), c2);
                c3 = Lanes.Fma(w, Vector256.Load(x + (3 * lanes)), c3);
                c4 = Lanes.Fma(w, Vector256.Load(x + (4 * lanes)), c4);
                c5 = Lanes.Fma(w, Vector256.Load(x + (5 * lanes)), c5);
                c6 = Lanes.Fma(w, Vector256.Load(x + (6 * lanes)), c6);
                c7 = Lanes.Fma(w, Vector256.Load(x + (7 * lanes)), c7);
            }

            c0.Store(result);
            c1.Store(result + lanes);
            c2.Store(result + (2 * lanes));
            c3.Store(result + (3 * lanes));
            c4.Store(result + (4 * lanes));
            c5.Store(result + (5 * lanes));
            c6.Store(result + (6 * lanes));
            c7.Store(result + (7 * lanes));
        }

        if (count > 0)
            Last(source, terms, weights, result);
    }

    /// <summary>A channel, four vectors of targets: even and odd terms are summed apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Last<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, T* result)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count, k = 0;
        Vector256<T> c00 = default, c01 = default, c02 = default, c03 = default;
        Vector256<T> c10 = default, c11 = default, c12 = default, c13 = default;
        for (; k < terms.Length - 1; k += 2)
        {
            T* x = source + terms[k].Source;
            Vector256<T> w = Vector256.Create(weights[terms[k].Weight]);
            c00 = Lanes.Fma(w, Vector256.Load(x), c00);
            c01 = Lanes.Fma(w, Vector256.Load(x + lanes), c01);
            c02 = Lanes.Fma(w, Vector256.Load(x + (2 * lanes)), c02);
            c03 = Lanes.Fma(w, Vector256.Load(x + (3 * lanes)), c03);
            x = source + terms[k + 1].Source;
            w = Vector256.Create(weights[terms[k + 1].Weight]);
            c10 = Lanes.Fma(w, Vector256.Load(x), c10);
            c11 = Lanes.Fma(w, Vector256.Load(x + lanes), c11);
            c12 = Lanes.Fma(w, Vector256.Load(x + (2 * lanes)), c12);
            c13 = Lanes.Fma(w, Vector256.Load(x + (3 * lanes)), c13);
        }

        if (k < terms.Length)
        {
            T* x = source + terms[k].Source;
            Vector256<T> w = Vector256.Create(weights[terms[k].Weight]);
            c00 = Lanes.Fma(w, Vector256.Load(x), c00);
            c01 = Lanes.Fma(w, Vector256.Load(x + lanes), c01);
            c02 = Lanes.Fma(w, Vector256.Load(x + (2 * lanes)), c02);
            c03 = Lanes.Fma(w, Vector256.Load(x + (3 * lanes)), c03);
        }

        (c00 + c10).Store(result);
        (c01 + c11).Store(result + lanes);
        (c02 + c12).Store(result + (2 * lanes));
        (c03 + c13).Store(result + (3 * lanes));
    }

    /// <summary>Three channels, as of colours, four vectors of targets at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int count, T* result, nint stride)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        for (int tile = 0; tile < count; tile += 4 * half)
        {
            nint at = FirstOf(tile, 4 * half, count);
            Vector256<T> c00 = default, c01 = default, c02 = default, c03 = default;
            Vector256<T> c10 = default, c11 = default, c12 = default, c13 = default;
            Vector256<T> c20 = default, c21 = default, c22 = default, c23 = default;
            foreach (PlaneTerm term in terms)
            {
                T* x = source + at + term.Source, w = weights + ((nint)term.Weight * 3);
                Vector256<T> b0 = Vector256.Create(w[0]), b1 = Vector256.Create(w[1]), b2 = Vector256.Create(w[2]);
                Vector256<T> value = Vector256.Load(x);
                c00 = Lanes.Fma(b0, value, c00);
                c10 = Lanes.Fma(b1, value, c10);
                c20 = Lanes.Fma(b2, value, c20);
                value = Vector256.Load(x + half);
                c01 = Lanes.Fma(b0, value, c01);
                c11 = Lanes.Fma(b1, value, c11);
                c21 = Lanes.Fma(b2, value, c21);
                value = Vector256.Load(x + (2 * half));
                c02 = Lanes.Fma(b0, value, c02);
                c12 = Lanes.Fma(b1, value, c12);
                c22 = Lanes.Fma(b2, value, c22);
                value = Vector256.Load(x + (3 * half));
                c03 = Lanes.Fma(b0, value, c03);
                c13 = Lanes.Fma(b1, value, c13);
                c23 = Lanes.Fma(b2, value, c23);
            }

            Store(result + at, c00, c01, c02, c03);
            Store(result + at + stride, c10, c11, c12, c13);
            Store(result + at + (2 * stride), c20, c21, c22, c23);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> a, Vector256<T> b, Vector256<T> c, Vector256<T> d)
        where T : unmanaged
    {
        Store(target, a, b, c);
        d.Store(target + (3 * Vector256<T>.Count));
    }

    /// <summary>Four channels, three vectors of targets at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(T* source, ReadOnlySpan<PlaneTerm> terms, T* weights, int count, T* result, nint stride)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        for (int tile = 0; tile < count; tile += 3 * half)
        {
            nint at = FirstOf(tile, 3 * half, count);
            Vector256<T> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
            Vector256<T> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
            foreach (PlaneTerm term in terms)
            {
                T* x = source + at + term.Source, w = weights + ((nint)term.Weight * 4);
                Vector256<T> x0 = Vector256.Load(x), x1 = Vector256.Load(x + half), x2 = Vector256.Load(x + (2 * half));
                Vector256<T> b = Vector256.Create(w[0]);
                c00 = Lanes.Fma(b, x0, c00);
                c01 = Lanes.Fma(b, x1, c01);
                c02 = Lanes.Fma(b, x2, c02);
                b = Vector256.Create(w[1]);
                c10 = Lanes.Fma(b, x0, c10);
                c11 = Lanes.Fma(b, x1, c11);
                c12 = Lanes.Fma(b, x2, c12);
                b = Vector256.Create(w[2]);
                c20 = Lanes.Fma(b, x0, c20);
                c21 = Lanes.Fma(b, x1, c21);
                c22 = Lanes.Fma(b, x2, c22);
                b = Vector256.Create(w[3]);
                c30 = Lanes.Fma(b, x0, c30);
                c31 = Lanes.Fma(b, x1, c31);
                c32 = Lanes.Fma(b, x2, c32);
            }

            Store(result + at, c00, c01, c02);
            Store(result + at + stride, c10, c11, c12);
            Store(result + at + (2 * stride), c20, c21, c22);
            Store(result + at + (3 * stride), c30, c31, c32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, Vector256<T> a, Vector256<T> b, Vector256<T> c)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        a.Store(target);
        b.Store(target + half);
        c.Store(target + (2 * half));
    }
}
