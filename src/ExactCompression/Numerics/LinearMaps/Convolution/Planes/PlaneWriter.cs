using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>Writes the targets of a convolution over a <see cref="PlaneLayout"/> to where they belong.</summary>
/// <remarks>
/// Whole vectors are stored, also beyond the end of a row, where that overwrites only what is written later, or adds 0 to it: so rows are
/// written downwards. At the end of a channel no more is stored than there is.
/// </remarks>
internal static unsafe class PlaneWriter
{
    /// <summary>Writes a channel's targets in a window.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="layout">The layout.</param>
    /// <param name="result">The targets of the first grid.</param>
    /// <param name="stride">From one grid's targets to the next one's.</param>
    /// <param name="begin">What is added; null for nothing.</param>
    /// <param name="target">Gets the targets.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<T>(PlaneLayout layout, T* result, nint stride, T* begin, T* target)
        where T : unmanaged
    {
        int height = layout.TargetHeight, width = layout.TargetWidth, step = layout.TargetStep, rowStep = layout.TargetRowStep;
        T* end = target + ((nint)height * width);
        if (step == 1 && rowStep == 1 && width == layout.Width)
        {
            Write(result, 0, 1, height * width, begin, 0, target, 0, end);
            return;
        }

        if (layout.IsSpread && begin == null && Avx.IsSupported && width % (2 * Vector256<T>.Count) == 0)
        {
            Spread(result, layout.Width, height, width, target);
            return;
        }

        for (int phase = 0; phase < rowStep; phase++)
        {
            T* from = result + (phase * step * stride), to = target + (phase * width);
            T* first = begin == null ? null : begin + (phase * width);
            ReadOnlySpan<PlaneGrid> grids = layout.Grids.Slice(phase * step, step);
            int rows = grids[0].Height;
            nint targetPitch = (nint)rowStep * width;
            if (layout.IsEmpty(phase))
                WriteNothing(rows, width, first, to, targetPitch);
            else if (step == 1)
                Write(from, layout.Width, rows, width, first, targetPitch, to, targetPitch, rowStep == 1 ? end : null);
            else if (step == 2 && Avx.IsSupported)
            {
                T* even = grids[0].TermCount == 0 ? null : from, odd = grids[1].TermCount == 0 ? null : from + stride;
                Interleave(even, odd, layout.Width, rows, width, first, to, targetPitch);
            }
            else
                WriteOneByOne(from, stride, grids, layout.Width, width, first, to, targetPitch);
        }
    }

    /// <summary>Writes rows with zeros between their elements, and a row of zeros behind each.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread<T>(T* from, nint pitch, int height, int width, T* to)
        where T : unmanaged
    {
        nint lanes = Vector256<T>.Count;
        T* zeros = stackalloc T[Vector256<T>.Count];
        Vector256<T>.Zero.Store(zeros);
        for (int y = 0; y < height; y++)
        {
            if ((y & 1) != 0)
            {
                for (nint e = 0; e < width; e += lanes, to += lanes)
                    Vector256<T>.Zero.Store(to);
                continue;
            }

            for (nint e = 0; 2 * e < width; e += lanes, to += 2 * lanes)
            {
                (Vector256<T> first, Vector256<T> second) = Mix(from + e, zeros);
                first.Store(to);
                second.Store(to + lanes);
            }

            from += pitch;
        }
    }

    /// <summary>Writes rows of targets that meet nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteNothing<T>(int rows, int width, T* begin, T* to, nint targetPitch)
        where T : unmanaged
    {
        if (begin == to)
            return;
        for (; rows > 0; rows--, to += targetPitch, begin += begin == null ? 0 : targetPitch)
        {
            if (begin == null)
                new Span<T>(to, width).Clear();
            else
                new Span<T>(begin, width).CopyTo(new(to, width));
        }
    }

    /// <summary>Writes rows.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="from">The first of them.</param>
    /// <param name="pitch">From one to the next.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="width">Elements of each.</param>
    /// <param name="begin">What is added; null for nothing.</param>
    /// <param name="beginPitch">From what is added to one row to what is added to the next.</param>
    /// <param name="to">Where the first row goes.</param>
    /// <param name="targetPitch">From there to where the next one goes.</param>
    /// <param name="end">What must not be touched; null for all beyond the ends of rows.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<T>(
        T* from, nint pitch, int rows, int width, T* begin, nint beginPitch, T* to, nint targetPitch, T* end)
        where T : unmanaged
    {
        nint lanes = Vector256<T>.Count, whole = width / lanes * lanes;
        int left = width - (int)whole;
        Vector256<T> mask = FirstLanes.Mask<T>(left);
        if (begin == null)
        {
            for (; rows > 0; rows--, from += pitch, to += targetPitch)
            {
                nint e = 0;
                for (; e < whole; e += lanes)
                    Vector256.Load(from + e).Store(to + e);
                if (left == 0)
                    continue;
                if (to + e + lanes <= end)
                    Vector256.Load(from + e).Store(to + e);
                else
                    FirstLanes.Store(to + e, left, Vector256.Load(from + e));
            }

            return;
        }

        for (; rows > 0; rows--, from += pitch, begin += beginPitch, to += targetPitch)
        {
            nint e = 0;
            for (; e < whole; e += lanes)
                (Vector256.Load(from + e) + Vector256.Load(begin + e)).Store(to + e);
            if (left == 0)
                continue;
            if (to + e + lanes <= end)
                ((Vector256.Load(from + e) & mask) + Vector256.Load(begin + e)).Store(to + e);
            else
                FirstLanes.Store(to + e, left, Vector256.Load(from + e) + FirstLanes.Load(begin + e, mask));
        }
    }

    /// <summary>Writes rows whose elements come from two grids by turns; null is a grid that meets nothing.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave<T>(
        T* even, T* odd, nint pitch, int rows, int width, T* begin, T* to, nint targetPitch)
        where T : unmanaged
    {
        nint lanes = Vector256<T>.Count, whole = width / (2 * lanes) * lanes;
        nint evenPitch = pitch, oddPitch = pitch, evenStep = 1, oddStep = 1;
        T* mixed = stackalloc T[3 * Vector256<T>.Count], zeros = mixed + (2 * lanes);
        Vector256<T>.Zero.Store(zeros);
        if (even == null)
        {
            even = zeros;
            evenPitch = evenStep = 0;
        }

        if (odd == null)
        {
            odd = zeros;
            oddPitch = oddStep = 0;
        }

        for (; rows > 0; rows--, even += evenPitch, odd += oddPitch, to += targetPitch)
        {
            nint e = 0;
            if (begin == null)
            {
                for (; e < whole; e += lanes)
                {
                    (Vector256<T> first, Vector256<T> second) = Mix(even + (e * evenStep), odd + (e * oddStep));
                    first.Store(to + (2 * e));
                    second.Store(to + (2 * e) + lanes);
                }
            }
            else
            {
                for (; e < whole; e += lanes)
                {
                    (Vector256<T> first, Vector256<T> second) = Mix(even + (e * evenStep), odd + (e * oddStep));
                    (first + Vector256.Load(begin + (2 * e))).Store(to + (2 * e));
                    (second + Vector256.Load(begin + (2 * e) + lanes)).Store(to + (2 * e) + lanes);
                }
            }

            int left = width - (2 * (int)whole);
            if (left > 0)
            {
                (Vector256<T> lower, Vector256<T> upper) = Mix(even + (e * evenStep), odd + (e * oddStep));
                lower.Store(mixed);
                upper.Store(mixed + lanes);
                Write(mixed, 0, 1, left, begin == null ? null : begin + (2 * e), 0, to + (2 * e), 0, to + width);
            }

            begin += begin == null ? 0 : targetPitch;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteOneByOne<T>(
        T* from, nint stride, ReadOnlySpan<PlaneGrid> grids, nint pitch, int width, T* begin, T* to, nint targetPitch)
        where T : unmanaged
    {
        int step = grids.Length;
        for (int rows = grids[0].Height; rows > 0; rows--, from += pitch, to += targetPitch, begin += begin == null ? 0 : targetPitch)
        {
            for (int e = 0; e < width; e++)
            {
                bool isEmpty = grids[e % step].TermCount == 0;
                Vector128<T> value = isEmpty ? default : Vector128.CreateScalar(from[(e % step * stride) + (e / step)]);
                to[e] = (begin == null ? value : value + Vector128.CreateScalar(begin[e])).ToScalar();
            }
        }
    }

    /// <summary>The lanes of two vectors by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<T> First, Vector256<T> Second) Mix<T>(T* even, T* odd)
        where T : unmanaged
    {
        Vector256<T> a = Vector256.Load(even), b = Vector256.Load(odd);
        Vector256<double> low, high;
        if (typeof(T) == typeof(double))
        {
            low = Avx.UnpackLow(a.AsDouble(), b.AsDouble());
            high = Avx.UnpackHigh(a.AsDouble(), b.AsDouble());
        }
        else
        {
            low = Avx.UnpackLow(a.AsSingle(), b.AsSingle()).AsDouble();
            high = Avx.UnpackHigh(a.AsSingle(), b.AsSingle()).AsDouble();
        }

        return (Avx.Permute2x128(low, high, 0x20).As<double, T>(), Avx.Permute2x128(low, high, 0x31).As<double, T>());
    }
}
