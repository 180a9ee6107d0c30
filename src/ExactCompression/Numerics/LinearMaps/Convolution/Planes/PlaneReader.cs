using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>Lays out windows of a convolution's source, as <see cref="PlaneLayout"/> describes.</summary>
/// <remarks>
/// Whole vectors are stored, also beyond the end of a row, where the layout is 0 or is written later: rows, windows, parts and channels are
/// written upwards. What is beyond the end of a row is read as 0.
/// </remarks>
internal static unsafe class PlaneReader
{
    /// <summary>Lays out the channels of a group.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="layout">The layout.</param>
    /// <param name="source">The group's first channel in the first window.</param>
    /// <param name="channels">Channels of the group.</param>
    /// <param name="plane">Elements of a window's channel.</param>
    /// <param name="windows">Number of windows.</param>
    /// <param name="stride">From one window to the next.</param>
    /// <param name="planes">Gets the layout; what lies around the elements is 0 already.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read<T>(PlaneLayout layout, T* source, int channels, int plane, int windows, nint stride, T* planes)
        where T : unmanaged
    {
        nint step = layout.Step, rowStep = layout.RowStep, pitch = layout.Width;
        for (int c = 0; c < channels; c++, source += plane, planes += layout.Channel)
        {
            ReadOnlySpan<PlanePart> parts = layout.Parts;
            for (int p = 0; p < parts.Length; p++)
            {
                PlanePart part = parts[p];
                bool both = part.IsPaired && Avx2.IsSupported;
                for (int n = 0; n < windows; n++)
                {
                    T* window = source + (n * stride), laid = planes + ((nint)n * layout.Plane);
                    T* read = window + part.Source, write = laid + part.Place;
                    if (step == 1)
                        Copy(read, rowStep, part.Height, part.Width, write, pitch);
                    else if (both)
                        Split(window, rowStep, part, parts[p + 1], laid, pitch);
                    else if (step == 2 && Avx2.IsSupported)
                        CopyEveryOther(read, rowStep, part.Height, part.Width, write, pitch);
                    else
                        CopyOneByOne(read, rowStep, part.Height, step, part.Width, write, pitch);
                }

                p += both ? 1 : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<T>(T* read, nint rowStep, int height, int width, T* write, nint pitch)
        where T : unmanaged
    {
        nint lanes = Vector256<T>.Count, whole = width / lanes * lanes;
        Vector256<T> mask = FirstLanes.Mask<T>(width - (int)whole);
        for (; height > 0; height--, read += rowStep, write += pitch)
        {
            nint e = 0;
            for (; e < whole; e += lanes)
                Vector256.Load(read + e).Store(write + e);
            if (e < width)
                FirstLanes.Load(read + e, mask).Store(write + e);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEveryOther<T>(T* read, nint rowStep, int height, int width, T* write, nint pitch)
        where T : unmanaged
    {
        // Two vectors reach one element further than what is needed of them.
        int lanes = Vector256<T>.Count, whole = (width - 1) / lanes * lanes, left = (2 * (width - whole)) - 1;
        Vector256<T> lower = FirstLanes.Mask<T>(left), upper = FirstLanes.Mask<T>(left - lanes);
        for (int y = 0; y < height; y++, read += rowStep, write += pitch)
        {
            nint e = 0;
            for (; e < whole; e += lanes)
                EveryOther(Vector256.Load(read + (2 * e)), Vector256.Load(read + (2 * e) + lanes)).Store(write + e);
            if (e < width)
                EveryOther(FirstLanes.Load(read + (2 * e), lower), FirstLanes.Load(read + (2 * e) + lanes, upper)).Store(write + e);
        }
    }

    /// <summary>Lays out two parts at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split<T>(T* window, nint rowStep, PlanePart a, PlanePart b, T* planes, nint pitch)
        where T : unmanaged
    {
        (PlanePart even, PlanePart odd) = a.Source < b.Source ? (a, b) : (b, a);
        int lanes = Vector256<T>.Count, width = even.Width + odd.Width, whole = width / (2 * lanes) * lanes, left = width - (2 * whole);
        Vector256<T> lower = FirstLanes.Mask<T>(left), upper = FirstLanes.Mask<T>(left - lanes);
        T* read = window + even.Source, first = planes + even.Place, second = planes + odd.Place;
        for (int y = 0; y < even.Height; y++, read += rowStep, first += pitch, second += pitch)
        {
            nint e = 0;
            for (; e < whole; e += lanes)
            {
                Vector256<T> x = Vector256.Load(read + (2 * e)), z = Vector256.Load(read + (2 * e) + lanes);
                EveryOther(x, z).Store(first + e);
                EveryOtherOne(x, z).Store(second + e);
            }

            if (left > 0)
            {
                Vector256<T> x = FirstLanes.Load(read + (2 * e), lower), z = FirstLanes.Load(read + (2 * e) + lanes, upper);
                EveryOther(x, z).Store(first + e);
                EveryOtherOne(x, z).Store(second + e);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyOneByOne<T>(T* read, nint rowStep, int height, nint step, int width, T* write, nint pitch)
        where T : unmanaged
    {
        for (int y = 0; y < height; y++, read += rowStep, write += pitch)
        {
            for (nint e = 0; e < width; e++)
                write[e] = read[e * step];
        }
    }

    /// <summary>Of two vectors, the elements at even places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> EveryOther<T>(Vector256<T> a, Vector256<T> b)
        where T : unmanaged
    {
        Vector256<double> mixed = typeof(T) == typeof(double)
            ? Avx.UnpackLow(a.AsDouble(), b.AsDouble())
            : Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0x88).AsDouble();
        return Avx2.Permute4x64(mixed, 0xd8).As<double, T>();
    }

    /// <summary>Of two vectors, the elements at odd places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> EveryOtherOne<T>(Vector256<T> a, Vector256<T> b)
        where T : unmanaged
    {
        Vector256<double> mixed = typeof(T) == typeof(double)
            ? Avx.UnpackHigh(a.AsDouble(), b.AsDouble())
            : Avx.Shuffle(a.AsSingle(), b.AsSingle(), 0xdd).AsDouble();
        return Avx2.Permute4x64(mixed, 0xd8).As<double, T>();
    }
}
