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
    /// <summary>Rows, and columns, of a kernel.</summary>
    public const int Taps = 3;

    /// <summary>A stride of 1.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="planes">The windows.</param>
    /// <param name="column">The first column of targets.</param>
    /// <param name="isTransposed">Whether it is the transpose, of which the kernel is packed in reverse.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Unit<T>(in DepthwisePlanes<T> planes, int column, bool isTransposed)
        where T : unmanaged
    {
        int height = planes.Rows.Length, width = planes.Columns.Length, rows = planes.Rows.Targets;
        int begin = isTransposed ? 1 - Taps : 0, first = planes.Rows.Shift + begin, left = planes.Columns.Shift + begin + column;
        Vector256<T> inside0 = Inside<T>(left, width), inside1 = Inside<T>(left + 1, width), inside2 = Inside<T>(left + 2, width);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps * Taps)
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
        int first = planes.Rows.Shift, left = planes.Columns.Shift + (2 * column), lanes = Vector256<T>.Count;
        Vector256<T> inside0 = Inside<T>(left, width), inside1 = Inside<T>(left + lanes, width);
        Vector256<T> inside2 = Inside<T>(left + 2, width), inside3 = Inside<T>(left + 2 + lanes, width);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps * Taps)
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
                    Quarters(sum).Store(to);

                sum = next;
            }
        }
    }

    /// <summary>
    /// The transpose with a stride of 2: of neighbouring targets in a row, one meets the middle of the kernel's rows, the other one their
    /// ends. Two vectors of targets are computed, from the right one's end that is inside of the window.
    /// </summary>
    /// <inheritdoc cref="Halving"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Doubling<T>(in DepthwisePlanes<T> planes, int column)
        where T : unmanaged
    {
        int height = planes.Rows.Length, width = planes.Columns.Length, rows = planes.Rows.Targets, lanes = Vector256<T>.Count;
        int first = (planes.Rows.Shift >> 1) - 1, top = (2 * first) - planes.Rows.Shift;
        int shift = planes.Columns.Shift + column, near = shift >> 1;
        bool isMiddleFirst = (shift & 1) != 0, isWide = planes.Columns.Targets - column > lanes;
        int far = isMiddleFirst ? near + 1 : near - 1;
        Vector256<T> insideNear = Inside<T>(near, width), insideFar = Inside<T>(far, width);
        T* w = planes.Weights;
        nint pitch = planes.Pitch;
        for (int c = 0; c < planes.Channels; c++, w += Taps * Taps)
        {
            // Packed in the order 2, 0, 1. Rows of targets that meet the middle row are odd.
            int atNear = isMiddleFirst ? 0 : 1;
            Vector256<T> middle0 = Vector256.Create(w[5]), near0 = Vector256.Create(w[3 + atNear]), far0 = Vector256.Create(w[4 - atNear]);
            Vector256<T> middle1 = Vector256.Create(w[8]), near1 = Vector256.Create(w[6 + atNear]), far1 = Vector256.Create(w[7 - atNear]);
            Vector256<T> middle2 = Vector256.Create(w[2]), near2 = Vector256.Create(w[atNear]), far2 = Vector256.Create(w[1 - atNear]);
            Vector256<T> begunMiddle = default, begunEnds = default;
            T* source = planes.Source + ((((nint)c * height) + first) * width);
            T* to = planes.Target + (c * planes.Stride) + (top * pitch);
            for (int target = top, row = first; target < rows; target += 2, row++, source += width, to += 2 * pitch)
            {
                Vector256<T> evenMiddle = begunMiddle, evenEnds = begunEnds, oddMiddle = default, oddEnds = default;
                begunMiddle = begunEnds = default;
                if ((uint)row < (uint)height)
                {
                    Vector256<T> x = Quarters(Load(source + near, insideNear)), y = Quarters(Load(source + far, insideFar));
                    evenMiddle = Lanes.Fma(middle0, x, evenMiddle);
                    evenEnds = Lanes.Fma(far0, y, Lanes.Fma(near0, x, evenEnds));
                    oddMiddle = middle1 * x;
                    oddEnds = Lanes.Fma(far1, y, near1 * x);
                    begunMiddle = middle2 * x;
                    begunEnds = Lanes.Fma(far2, y, near2 * x);
                }

                if (target >= 0)
                    StorePairs(to, evenMiddle, evenEnds, isMiddleFirst, isWide);
                if ((uint)(target + 1) < (uint)rows)
                    StorePairs(to + pitch, oddMiddle, oddEnds, isMiddleFirst, isWide);
            }
        }
    }

    /// <summary>Stores the lanes of two vectors by turns; of what they make the second vector only on demand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePairs<T>(T* to, Vector256<T> middle, Vector256<T> ends, bool isMiddleFirst, bool isWide)
        where T : unmanaged
    {
        (Vector256<T> first, Vector256<T> second) = isMiddleFirst ? (middle, ends) : (ends, middle);
        if (typeof(T) == typeof(double))
        {
            Avx.UnpackLow(first.AsDouble(), second.AsDouble()).As<double, T>().Store(to);
            if (isWide)
                Avx.UnpackHigh(first.AsDouble(), second.AsDouble()).As<double, T>().Store(to + Vector256<T>.Count);
        }
        else
        {
            Avx.UnpackLow(first.AsSingle(), second.AsSingle()).As<float, T>().Store(to);
            if (isWide)
                Avx.UnpackHigh(first.AsSingle(), second.AsSingle()).As<float, T>().Store(to + Vector256<T>.Count);
        }
    }

    /// <summary>A vector with its middle quarters exchanged: mended when its lanes are stored by turns with another's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Quarters<T>(Vector256<T> x)
        where T : unmanaged => Avx2.Permute4x64(x.AsDouble(), 0xd8).As<double, T>();

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
}
