using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>
/// The loops of <see cref="DepthwisePass{T}"/>: each goes down a window, over a vector of columns of targets. What is loaded from a row of
/// the source serves all rows of the kernel: the sums that it belongs to are held in registers until their last row has been met.
/// </summary>
/// <remarks>
/// Columns beyond the source's window are masked, which reads 0 and touches no memory there. Whole vectors are stored, also beyond the end
/// of a row, where that overwrites only what is written later, or adds 0 to it: so columns are taken from right to left. At the end of a
/// channel no more is stored than there is.
/// </remarks>
internal static unsafe class DepthwiseTiles
{
    /// <summary>Elements of a kernel.</summary>
    private const int Taps = DepthwiseAxis.Taps * DepthwiseAxis.Taps;

    /// <summary>A stride of 1.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="planes">The windows.</param>
    /// <param name="column">The first column of targets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unit<T>(in DepthwisePlanes<T> planes, int column)
        where T : unmanaged
    {
        int height = planes.Rows.Length, width = planes.Columns.Length, rows = planes.Rows.Targets;
        int first = planes.Rows.Offset, left = planes.Columns.Offset + column;
        Vector256<T> inside0 = Inside<T>(left, width), inside1 = Inside<T>(left + 1, width), inside2 = Inside<T>(left + 2, width);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps)
        {
            Vector256<T> w00 = Vector256.Create(w[0]), w01 = Vector256.Create(w[1]), w02 = Vector256.Create(w[2]);
            Vector256<T> w10 = Vector256.Create(w[3]), w11 = Vector256.Create(w[4]), w12 = Vector256.Create(w[5]);
            Vector256<T> w20 = Vector256.Create(w[6]), w21 = Vector256.Create(w[7]), w22 = Vector256.Create(w[8]);
            Vector256<T> ended = default, begun = default;
            T* source = planes.Source + ((((nint)c * height) + first) * width) + left;
            T* to = planes.Target + (c * planes.Stride) - (2 * pitch);
            for (int target = -2, row = first; target < rows; target++, row++, source += width, to += pitch)
            {
                Vector256<T> next = default;
                if ((uint)row < (uint)height)
                {
                    Vector256<T> x = Load(source, inside0);
                    next = Lanes.Fma(w00, x, next);
                    begun = Lanes.Fma(w10, x, begun);
                    ended = Lanes.Fma(w20, x, ended);
                    x = Load(source + 1, inside1);
                    next = Lanes.Fma(w01, x, next);
                    begun = Lanes.Fma(w11, x, begun);
                    ended = Lanes.Fma(w21, x, ended);
                    x = Load(source + 2, inside2);
                    next = Lanes.Fma(w02, x, next);
                    begun = Lanes.Fma(w12, x, begun);
                    ended = Lanes.Fma(w22, x, ended);
                }

                if (target >= 0)
                    ended.Store(to);

                ended = begun;
                begun = next;
            }
        }
    }

    /// <summary>A stride of 2: of what is loaded, every other element is a target's.</summary>
    /// <inheritdoc cref="Unit"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Halving<T>(in DepthwisePlanes<T> planes, int column)
        where T : unmanaged
    {
        int height = planes.Rows.Length, width = planes.Columns.Length, rows = planes.Rows.Targets;
        int first = planes.Rows.Offset, left = planes.Columns.Offset + (2 * column), lanes = Vector256<T>.Count;
        Vector256<T> inside0 = Inside<T>(left, width), inside1 = Inside<T>(left + lanes, width);
        Vector256<T> inside2 = Inside<T>(left + 2, width), inside3 = Inside<T>(left + 2 + lanes, width);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps)
        {
            Vector256<T> w00 = Vector256.Create(w[0]), w01 = Vector256.Create(w[1]), w02 = Vector256.Create(w[2]);
            Vector256<T> w10 = Vector256.Create(w[3]), w11 = Vector256.Create(w[4]), w12 = Vector256.Create(w[5]);
            Vector256<T> w20 = Vector256.Create(w[6]), w21 = Vector256.Create(w[7]), w22 = Vector256.Create(w[8]);
            Vector256<T> sum = default;
            T* source = planes.Source + ((((nint)c * height) + first) * width) + left;
            T* to = planes.Target + (c * planes.Stride) - pitch;
            for (int target = -1, row = first; target < rows; target++, row += 2, source += 2 * (nint)width, to += pitch)
            {
                Vector256<T> next = default;
                if (target >= 0 && (uint)(row - 1) < (uint)height)
                {
                    T* odd = source - width;
                    Vector256<T> x = Load(odd, inside0), y = Load(odd + lanes, inside1);
                    sum = Lanes.Fma(w10, Even(x, y), sum);
                    sum = Lanes.Fma(w11, Odd(x, y), sum);
                    sum = Lanes.Fma(w12, Even(Load(odd + 2, inside2), Load(odd + 2 + lanes, inside3)), sum);
                }

                if ((uint)row < (uint)height)
                {
                    Vector256<T> x = Load(source, inside0), y = Load(source + lanes, inside1), z = Even(x, y);
                    sum = Lanes.Fma(w20, z, sum);
                    next = Lanes.Fma(w00, z, next);
                    z = Odd(x, y);
                    sum = Lanes.Fma(w21, z, sum);
                    next = Lanes.Fma(w01, z, next);
                    z = Even(Load(source + 2, inside2), Load(source + 2 + lanes, inside3));
                    sum = Lanes.Fma(w22, z, sum);
                    next = Lanes.Fma(w02, z, next);
                }

                if (target >= 0)
                    Avx2.Permute4x64(sum.AsDouble(), 0xd8).As<double, T>().Store(to);

                sum = next;
            }
        }
    }

    /// <summary>The transpose with a stride of 2: neighbouring targets meet the same elements, with weights that take turns.</summary>
    /// <inheritdoc cref="Unit"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Doubling<T>(in DepthwisePlanes<T> planes, int column)
        where T : unmanaged
    {
        // Where the first column meets the kernel's middle, its neighbour meets both ends; else it is the other way round. Elements that
        // only every other target meets are set to 0 for the rest: a weight of 0 would not do if they are infinite.
        int height = planes.Rows.Length, width = planes.Columns.Length, rows = planes.Rows.Targets;
        int first = (planes.Rows.Offset >> 1) - 1, top = (2 * first) - planes.Rows.Offset;
        int shift = planes.Columns.Offset + column, near = shift >> 1, far = (shift & 1) != 0 ? near + 1 : near - 1;
        bool isMiddleFirst = far > near;
        Vector128<T> insideNear = Inside<T>(near, width).GetLower(), insideFar = Inside<T>(far, width).GetLower();
        Vector256<T> all = Vector256<T>.AllBitsSet, turns = isMiddleFirst ? Pair(default, all) : Pair(all, default);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps)
        {
            (Vector256<T> near0, Vector256<T> far0) = WeightsOf(w, 0, isMiddleFirst);
            (Vector256<T> near1, Vector256<T> far1) = WeightsOf(w, 1, isMiddleFirst);
            (Vector256<T> near2, Vector256<T> far2) = WeightsOf(w, 2, isMiddleFirst);
            Vector256<T> begun = default;
            T* source = planes.Source + ((((nint)c * height) + first) * width);
            T* to = planes.Target + (c * planes.Stride) + (top * pitch);
            for (int target = top, row = first; target < rows; target += 2, row++, source += width, to += 2 * pitch)
            {
                Vector256<T> even = begun, odd = default;
                begun = default;
                if ((uint)row < (uint)height)
                {
                    Vector256<T> x = Twice(Load(source + near, insideNear)), y = Twice(Load(source + far, insideFar)) & turns;
                    even = Lanes.Fma(far0, y, Lanes.Fma(near0, x, even));
                    odd = Lanes.Fma(far1, y, Lanes.Fma(near1, x, odd));
                    begun = Lanes.Fma(far2, y, Lanes.Fma(near2, x, begun));
                }

                if (target >= 0)
                    even.Store(to);
                if ((uint)(target + 1) < (uint)rows)
                    odd.Store(to + pitch);
            }
        }
    }

    /// <summary>
    /// The weights of a row of the kernel that neighbouring targets of a transpose with a stride of 2 have for the element that both meet,
    /// and for the one that only one of them meets.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<T> Near, Vector256<T> Far) WeightsOf<T>(T* weights, int row, bool isMiddleFirst)
        where T : unmanaged
    {
        // Packed in the order 2, 0, 1.
        T* w = weights + ((row + 1) % DepthwiseAxis.Taps * DepthwiseAxis.Taps);
        Vector256<T> w0 = Vector256.Create(w[1]), w1 = Vector256.Create(w[2]), w2 = Vector256.Create(w[0]);
        return isMiddleFirst ? (Pair(w1, w2), Pair(default, w0)) : (Pair(w0, w1), Pair(w2, default));
    }

    /// <summary>A mask of the lanes that are inside a window, if the first of them is at some place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Inside<T>(int first, int length)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            Vector256<long> place = Vector256<long>.Indices + Vector256.Create((long)first);
            Vector256<long> before = Vector256.LessThan(place, default);
            return Vector256.AndNot(Vector256.LessThan(place, Vector256.Create((long)length)), before).As<long, T>();
        }

        Vector256<int> at = Vector256<int>.Indices + Vector256.Create(first);
        return Vector256.AndNot(Vector256.LessThan(at, Vector256.Create(length)), Vector256.LessThan(at, default)).As<int, T>();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Load<T>(T* from, Vector256<T> mask)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.MaskLoad((double*)from, mask.AsDouble()).As<double, T>()
            : Avx.MaskLoad((float*)from, mask.AsSingle()).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Load<T>(T* from, Vector128<T> mask)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.MaskLoad((double*)from, mask.AsDouble()).As<double, T>()
            : Avx.MaskLoad((float*)from, mask.AsSingle()).As<float, T>();

    /// <summary>The elements at even places of two vectors, in an order that exchanging the middle quarters mends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Even<T>(Vector256<T> a, Vector256<T> b)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.UnpackLow(a.AsDouble(), b.AsDouble()).As<double, T>()
            : Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0x88).As<float, T>();

    /// <summary>The elements at odd places of two vectors, in the order of <see cref="Even"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Odd<T>(Vector256<T> a, Vector256<T> b)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.UnpackHigh(a.AsDouble(), b.AsDouble()).As<double, T>()
            : Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0xdd).As<float, T>();

    /// <summary>Each element twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Twice<T>(Vector128<T> x)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx2.Permute4x64(x.AsDouble().ToVector256Unsafe(), 0x50).As<double, T>()
            : Avx2.PermuteVar8x32(x.AsSingle().ToVector256Unsafe(), Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3)).As<float, T>();

    /// <summary>The lanes of two vectors, each of one value, by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Pair<T>(Vector256<T> even, Vector256<T> odd)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.UnpackLow(even.AsDouble(), odd.AsDouble()).As<double, T>()
            : Avx.UnpackLow(even.AsSingle(), odd.AsSingle()).As<float, T>();
}
