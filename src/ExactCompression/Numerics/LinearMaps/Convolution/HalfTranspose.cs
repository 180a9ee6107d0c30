using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>The square transposes of <see cref="LaneTranspose"/> where vectors have 256 bits: by quarters.</summary>
internal static unsafe class HalfTranspose
{
    /// <summary>Transposes as many rows as a vector of 512 bits has lanes, and as many elements of each.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="from">The first row.</param>
    /// <param name="fromStep">From one row to the next.</param>
    /// <param name="to">Gets the first elements of all rows.</param>
    /// <param name="toStep">From there to the next elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Square<T>(T* from, nint fromStep, T* to, nint toStep)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        Half(from, fromStep, to, toStep);
        Half(from + half, fromStep, to + (half * toStep), toStep);
    }

    /// <summary>Transposes the first half of the elements of as many rows.</summary>
    /// <inheritdoc cref="Square"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Half<T>(T* from, nint fromStep, T* to, nint toStep)
        where T : unmanaged
    {
        int half = Vector256<T>.Count;
        for (int row = 0; row < 2 * half; row += half, from += half * fromStep, to += half)
        {
            if (typeof(T) == typeof(double))
                Quarter((double*)from, fromStep, (double*)to, toStep);
            else
                Quarter((float*)from, fromStep, (float*)to, toStep);
        }
    }

    /// <summary>Four rows of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(double* from, nint step, double* to, nint toStep)
    {
        Vector256<double> a = Vector256.Load(from), b = Vector256.Load(from + step);
        Vector256<double> c = Vector256.Load(from + (2 * step)), d = Vector256.Load(from + (3 * step));
        Pairs(Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d), to, toStep, 2 * toStep);
    }

    /// <summary>Eight rows of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(float* from, nint step, float* to, nint toStep)
    {
        (Vector256<double> a0, Vector256<double> a1, Vector256<double> a2, Vector256<double> a3) = Four(from, step);
        (Vector256<double> b0, Vector256<double> b1, Vector256<double> b2, Vector256<double> b3) = Four(from + (4 * step), step);
        Pairs(a0, a1, b0, b1, (double*)to, toStep / 2, 2 * toStep);
        Pairs(a2, a3, b2, b3, (double*)(to + (2 * toStep)), toStep / 2, 2 * toStep);
    }

    /// <summary>Of four rows, the elements whose numbers leave 0, 1, 2 and 3 when they are divided by 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<double> E0, Vector256<double> E1, Vector256<double> E2, Vector256<double> E3) Four(float* from, nint step)
    {
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + step);
        Vector256<float> r2 = Vector256.Load(from + (2 * step)), r3 = Vector256.Load(from + (3 * step));
        Vector256<double> a = Avx.UnpackLow(r0, r1).AsDouble(), b = Avx.UnpackLow(r2, r3).AsDouble();
        Vector256<double> c = Avx.UnpackHigh(r0, r1).AsDouble(), d = Avx.UnpackHigh(r2, r3).AsDouble();
        return (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b), Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
    }

    /// <summary>Joins halves of vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pairs(
        Vector256<double> a0, Vector256<double> a1, Vector256<double> b0, Vector256<double> b1, double* to, nint step, nint apart)
    {
        Avx.Permute2x128(a0, b0, 0x20).Store(to);
        Avx.Permute2x128(a1, b1, 0x20).Store(to + step);
        Avx.Permute2x128(a0, b0, 0x31).Store(to + apart);
        Avx.Permute2x128(a1, b1, 0x31).Store(to + apart + step);
    }
}
