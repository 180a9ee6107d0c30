using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="ColumnSumTiles"/> for three columns of a kernel at a time, which what is loaded serves together. That takes the
/// registers that come with vectors of 512 bits, though not these.
/// </summary>
internal static unsafe class ColumnTripleTiles
{
    /// <summary>Columns of the kernel.</summary>
    public const int Taps = 3;

    /// <summary>Whether there are registers enough.</summary>
    public static bool IsSupported => Avx512F.VL.IsSupported;

    /// <summary>Computes sums for three columns; all rows that are met are in the window.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="rows">The sums over the first of the columns.</param>
    /// <param name="apart">From them to those over the next column.</param>
    public static void Run<T>(in ColumnSumRows<T> rows, nint apart)
        where T : unmanaged
    {
        int lanes = Vector256<T>.Count;
        for (int x = 0; x < rows.Width; x += lanes)
            Inside(rows, Math.Min(x, rows.Width - lanes), apart);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Inside<T>(in ColumnSumRows<T> rows, int column, nint apart)
        where T : unmanaged
    {
        int taps = rows.Taps, channels = rows.Channels;
        nint pitch = rows.Width, plane = rows.Height * pitch, step = rows.WeightStep, next = rows.Channels;
        Vector256<T> c00 = default, c10 = default, c20 = default, c30 = default;
        Vector256<T> c01 = default, c11 = default, c21 = default, c31 = default;
        Vector256<T> c02 = default, c12 = default, c22 = default, c32 = default;
        T* source = rows.Source + (rows.First * pitch) + column, weights = rows.Weights;
        for (int c = 0; c < channels; c++, source += plane, weights++)
        {
            T* p = source, w = weights;
            int i = 0;
            for (; i + 2 < taps; i += 3, w += 3 * step, p -= 2 * pitch)
            {
                T* u = w + step, v = u + step;
                Vector256<T> w00 = Vector256.Create(w[0]), w01 = Vector256.Create(w[next]), w02 = Vector256.Create(w[2 * next]);
                Vector256<T> w10 = Vector256.Create(u[0]), w11 = Vector256.Create(u[next]), w12 = Vector256.Create(u[2 * next]);
                Vector256<T> w20 = Vector256.Create(v[0]), w21 = Vector256.Create(v[next]), w22 = Vector256.Create(v[2 * next]);
                Vector256<T> x = Vector256.Load(p);
                c00 = Lanes.Fma(w00, x, c00);
                c01 = Lanes.Fma(w01, x, c01);
                c02 = Lanes.Fma(w02, x, c02);
                p += pitch;
                x = Vector256.Load(p);
                c10 = Lanes.Fma(w00, x, c10);
                c11 = Lanes.Fma(w01, x, c11);
                c12 = Lanes.Fma(w02, x, c12);
                c00 = Lanes.Fma(w10, x, c00);
                c01 = Lanes.Fma(w11, x, c01);
                c02 = Lanes.Fma(w12, x, c02);
                p += pitch;
                x = Vector256.Load(p);
                c20 = Lanes.Fma(w00, x, c20);
                c21 = Lanes.Fma(w01, x, c21);
                c22 = Lanes.Fma(w02, x, c22);
                c10 = Lanes.Fma(w10, x, c10);
                c11 = Lanes.Fma(w11, x, c11);
                c12 = Lanes.Fma(w12, x, c12);
                c00 = Lanes.Fma(w20, x, c00);
                c01 = Lanes.Fma(w21, x, c01);
                c02 = Lanes.Fma(w22, x, c02);
                p += pitch;
                x = Vector256.Load(p);
                c30 = Lanes.Fma(w00, x, c30);
                c31 = Lanes.Fma(w01, x, c31);
                c32 = Lanes.Fma(w02, x, c32);
                c20 = Lanes.Fma(w10, x, c20);
                c21 = Lanes.Fma(w11, x, c21);
                c22 = Lanes.Fma(w12, x, c22);
                c10 = Lanes.Fma(w20, x, c10);
                c11 = Lanes.Fma(w21, x, c11);
                c12 = Lanes.Fma(w22, x, c12);
                p += pitch;
                x = Vector256.Load(p);
                c30 = Lanes.Fma(w10, x, c30);
                c31 = Lanes.Fma(w11, x, c31);
                c32 = Lanes.Fma(w12, x, c32);
                c20 = Lanes.Fma(w20, x, c20);
                c21 = Lanes.Fma(w21, x, c21);
                c22 = Lanes.Fma(w22, x, c22);
                p += pitch;
                x = Vector256.Load(p);
                c30 = Lanes.Fma(w20, x, c30);
                c31 = Lanes.Fma(w21, x, c31);
                c32 = Lanes.Fma(w22, x, c32);
            }

            for (; i < taps; i++, w += step, p -= 2 * pitch)
            {
                Vector256<T> w00 = Vector256.Create(w[0]), w01 = Vector256.Create(w[next]), w02 = Vector256.Create(w[2 * next]);
                Vector256<T> x = Vector256.Load(p);
                c00 = Lanes.Fma(w00, x, c00);
                c01 = Lanes.Fma(w01, x, c01);
                c02 = Lanes.Fma(w02, x, c02);
                p += pitch;
                x = Vector256.Load(p);
                c10 = Lanes.Fma(w00, x, c10);
                c11 = Lanes.Fma(w01, x, c11);
                c12 = Lanes.Fma(w02, x, c12);
                p += pitch;
                x = Vector256.Load(p);
                c20 = Lanes.Fma(w00, x, c20);
                c21 = Lanes.Fma(w01, x, c21);
                c22 = Lanes.Fma(w02, x, c22);
                p += pitch;
                x = Vector256.Load(p);
                c30 = Lanes.Fma(w00, x, c30);
                c31 = Lanes.Fma(w01, x, c31);
                c32 = Lanes.Fma(w02, x, c32);
            }
        }

        T* to = rows.Sums + column;
        Store(to, rows.Pitch, c00, c10, c20, c30);
        Store(to + apart, rows.Pitch, c01, c11, c21, c31);
        Store(to + (2 * apart), rows.Pitch, c02, c12, c22, c32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* target, nint pitch, Vector256<T> a, Vector256<T> b, Vector256<T> c, Vector256<T> d)
        where T : unmanaged
    {
        a.Store(target);
        b.Store(target + pitch);
        c.Store(target + (2 * pitch));
        d.Store(target + (3 * pitch));
    }
}
