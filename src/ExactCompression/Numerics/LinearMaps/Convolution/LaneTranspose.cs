using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>Transposes between rows of a matrix and vectors that have a row in each lane.</summary>
internal static unsafe class LaneTranspose
{
    /// <summary>The most vectors of a row that are written at a time.</summary>
    public const int MostWritten = 4;

    /// <summary>So few elements of rows are read one by one.</summary>
    private const int FewRead = 2;

    /// <summary>Reads elements of some rows.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="source">The first element of the first row.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="rows">Rows, at most a vector's lanes; other lanes become 0.</param>
    /// <param name="count">Elements, at most a vector's lanes.</param>
    /// <param name="vectors">Gets a vector for each element.</param>
    /// <param name="step">From one vector to the next.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read<T>(T* source, nint stride, int rows, int count, T* vectors, nint step)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        if (!Avx.IsSupported || count <= FewRead)
        {
            ReadOneByOne(source, stride, rows, count, vectors, step);
            return;
        }

        int half = lanes / 2;
        if (rows >= lanes && count >= lanes)
        {
            Square(source, stride, vectors, step);
            return;
        }

        if (rows >= lanes && count >= half)
        {
            HalfTranspose.Half(source, stride, vectors, step);
            if (count > half)
                Read(source + half, stride, rows, count - half, vectors + (half * step), step);
            return;
        }

        T* loaded = stackalloc T[lanes * lanes], transposed = stackalloc T[lanes * lanes];
        Vector512<T> mask = FirstLanes<T>(count);
        for (int r = 0; r < lanes; r++, source += stride)
        {
            Vector512<T> row = r >= rows ? default : count >= lanes ? Vector512.Load(source) : LoadFirst(source, mask, count);
            row.Store(loaded + (r * lanes));
        }

        if (count >= lanes)
        {
            Square(loaded, lanes, vectors, step);
            return;
        }

        if (count <= half)
            HalfTranspose.Half(loaded, lanes, transposed, lanes);
        else
            Square(loaded, lanes, transposed, lanes);
        for (; count > 0; count--, transposed += lanes, vectors += step)
            Vector512.Load(transposed).Store(vectors);
    }

    /// <summary>Writes elements of some rows.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="vectors">A vector for each element, and any vectors up to a multiple of a vector's lanes.</param>
    /// <param name="step">From one vector to the next.</param>
    /// <param name="count">Elements, at most <see cref="MostWritten"/> times a vector's lanes.</param>
    /// <param name="begin">What is added to the first row; null for nothing.</param>
    /// <param name="beginStride">From what is added to one row to what is added to the next.</param>
    /// <param name="target">The first element of the first row.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="rows">Rows, at most a vector's lanes.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<T>(T* vectors, nint step, int count, T* begin, nint beginStride, T* target, nint stride, int rows)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        beginStride = begin == null ? 0 : beginStride;
        if (!Avx.IsSupported)
        {
            WriteOneByOne(vectors, step, count, begin, beginStride, target, stride, rows);
            return;
        }

        // Several vectors of a row are written one after the other: rows often have the same place in the cache, which cannot hold all.
        int whole = count / lanes, square = lanes * lanes;
        T* transposed = stackalloc T[MostWritten * square];
        for (int at = 0; at * lanes < count; at++)
        {
            if (2 * rows <= lanes)
                HalfTranspose.Half(vectors + (at * lanes * step), step, transposed + (at * square), lanes);
            else
                Square(vectors + (at * lanes * step), step, transposed + (at * square), lanes);
        }

        Vector512<T> mask = FirstLanes<T>(count - (whole * lanes));
        for (int r = 0; r < rows; r++, transposed += lanes, target += stride, begin += beginStride)
        {
            T* from = transposed;
            int at = 0;
            for (; at < whole * lanes; at += lanes, from += square)
            {
                Vector512<T> value = Vector512.Load(from);
                (begin == null ? value : value + Vector512.Load(begin + at)).Store(target + at);
            }

            if (at < count)
            {
                Vector512<T> value = Vector512.Load(from);
                if (begin != null)
                    value += LoadFirst(begin + at, mask, count - at);
                StoreFirst(target + at, mask, count - at, value);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ReadOneByOne<T>(T* source, nint stride, int rows, int count, T* vectors, nint step)
        where T : unmanaged
    {
        int lanes = Vector512<T>.Count;
        for (int e = 0; e < count; e++, vectors += step)
        {
            for (int r = 0; r < rows; r++)
                vectors[r] = source[(r * stride) + e];
            for (int r = rows; r < lanes; r++)
                vectors[r] = default;
        }
    }

    private static void WriteOneByOne<T>(T* vectors, nint step, int count, T* begin, nint beginStride, T* target, nint stride, int rows)
        where T : unmanaged
    {
        for (int r = 0; r < rows; r++, target += stride, begin += beginStride)
        {
            for (int e = 0; e < count; e++)
            {
                T term = begin == null ? default : begin[e];
                target[e] = (Vector128.CreateScalar(vectors[(e * step) + r]) + Vector128.CreateScalar(term)).ToScalar();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> FirstLanes<T>(int count)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).As<long, T>()
            : Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> LoadFirst<T>(T* from, Vector512<T> mask, int count)
        where T : unmanaged
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(double)
                ? Avx512F.MaskLoad((double*)from, mask.AsDouble(), default).As<double, T>()
                : Avx512F.MaskLoad((float*)from, mask.AsSingle(), default).As<float, T>();
        }

        int half = Vector256<T>.Count;
        if (count >= half)
            return Vector512.Create(Vector256.Load(from), count == half ? default : LoadFirst(from + half, mask.GetUpper()));
        return Vector512.Create(LoadFirst(from, mask.GetLower()), default);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> LoadFirst<T>(T* from, Vector256<T> mask)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Avx.MaskLoad((double*)from, mask.AsDouble()).As<double, T>()
            : Avx.MaskLoad((float*)from, mask.AsSingle()).As<float, T>();

    /// <summary>Stores the first lanes; without masked stores, which are slow where vectors have 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst<T>(T* to, Vector512<T> mask, int count, Vector512<T> value)
        where T : unmanaged
    {
        if (Avx512F.IsSupported)
        {
            if (typeof(T) == typeof(double))
                Avx512F.MaskStore((double*)to, mask.AsDouble(), value.AsDouble());
            else
                Avx512F.MaskStore((float*)to, mask.AsSingle(), value.AsSingle());
            return;
        }

        Vector256<T> rest = value.GetLower();
        if (count >= Vector256<T>.Count)
        {
            rest.Store(to);
            rest = value.GetUpper();
            to += Vector256<T>.Count;
            count -= Vector256<T>.Count;
        }

        Vector128<T> last = rest.GetLower();
        if (count >= Vector128<T>.Count)
        {
            last.Store(to);
            last = rest.GetUpper();
            to += Vector128<T>.Count;
            count -= Vector128<T>.Count;
        }

        for (int e = 0; e < count; e++)
            to[e] = last[e];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square<T>(T* from, nint fromStep, T* to, nint toStep)
        where T : unmanaged
    {
        if (!Avx512F.IsSupported)
            HalfTranspose.Square(from, fromStep, to, toStep);
        else if (typeof(T) == typeof(double))
            Square8((double*)from, fromStep, (double*)to, toStep);
        else
            Square16((float*)from, fromStep, (float*)to, toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square8(double* from, nint step, double* to, nint toStep)
    {
        Vector512<double> r0 = Vector512.Load(from), r1 = Vector512.Load(from + step);
        Vector512<double> r2 = Vector512.Load(from + (2 * step)), r3 = Vector512.Load(from + (3 * step));
        from += 4 * step;
        Vector512<double> r4 = Vector512.Load(from), r5 = Vector512.Load(from + step);
        Vector512<double> r6 = Vector512.Load(from + (2 * step)), r7 = Vector512.Load(from + (3 * step));
        Quarters(
            Avx512F.UnpackLow(r0, r1), Avx512F.UnpackLow(r2, r3), Avx512F.UnpackLow(r4, r5), Avx512F.UnpackLow(r6, r7), to, 2 * toStep);
        Quarters(
            Avx512F.UnpackHigh(r0, r1),
            Avx512F.UnpackHigh(r2, r3),
            Avx512F.UnpackHigh(r4, r5),
            Avx512F.UnpackHigh(r6, r7),
            to + toStep,
            2 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square16(float* from, nint step, float* to, nint toStep)
    {
        (Vector512<double> a0, Vector512<double> a1, Vector512<double> a2, Vector512<double> a3) = Four(from, step);
        (Vector512<double> b0, Vector512<double> b1, Vector512<double> b2, Vector512<double> b3) = Four(from + (4 * step), step);
        (Vector512<double> c0, Vector512<double> c1, Vector512<double> c2, Vector512<double> c3) = Four(from + (8 * step), step);
        (Vector512<double> d0, Vector512<double> d1, Vector512<double> d2, Vector512<double> d3) = Four(from + (12 * step), step);
        nint apart = 2 * toStep;
        Quarters(a0, b0, c0, d0, (double*)to, apart);
        Quarters(a1, b1, c1, d1, (double*)(to + toStep), apart);
        Quarters(a2, b2, c2, d2, (double*)(to + (2 * toStep)), apart);
        Quarters(a3, b3, c3, d3, (double*)(to + (3 * toStep)), apart);
    }

    /// <summary>Of four rows, the elements whose numbers leave 0, 1, 2 and 3 when they are divided by 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<double> E0, Vector512<double> E1, Vector512<double> E2, Vector512<double> E3) Four(float* from, nint step)
    {
        Vector512<float> r0 = Vector512.Load(from), r1 = Vector512.Load(from + step);
        Vector512<float> r2 = Vector512.Load(from + (2 * step)), r3 = Vector512.Load(from + (3 * step));
        Vector512<double> a = Avx512F.UnpackLow(r0, r1).AsDouble(), b = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> c = Avx512F.UnpackHigh(r0, r1).AsDouble(), d = Avx512F.UnpackHigh(r2, r3).AsDouble();
        return (Avx512F.UnpackLow(a, b), Avx512F.UnpackHigh(a, b), Avx512F.UnpackLow(c, d), Avx512F.UnpackHigh(c, d));
    }

    /// <summary>Transposes the quarters of four vectors, as of a 4 x 4 matrix, and stores them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(
        Vector512<double> a, Vector512<double> b, Vector512<double> c, Vector512<double> d, double* to, nint step)
    {
        Vector512<double> even = Avx512F.Shuffle4x128(a, b, 0x88), odd = Avx512F.Shuffle4x128(a, b, 0xdd);
        Vector512<double> evenHigh = Avx512F.Shuffle4x128(c, d, 0x88), oddHigh = Avx512F.Shuffle4x128(c, d, 0xdd);
        Avx512F.Shuffle4x128(even, evenHigh, 0x88).Store(to);
        Avx512F.Shuffle4x128(odd, oddHigh, 0x88).Store(to + step);
        Avx512F.Shuffle4x128(even, evenHigh, 0xdd).Store(to + (2 * step));
        Avx512F.Shuffle4x128(odd, oddHigh, 0xdd).Store(to + (3 * step));
    }
}
