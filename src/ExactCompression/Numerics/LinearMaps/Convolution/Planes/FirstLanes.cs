using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ExactCompression.Numerics;

/// <summary>The first lanes of a vector of 256 bits: what is left at the end of a row.</summary>
internal static unsafe class FirstLanes
{
    /// <summary>A mask of the first lanes.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="count">Their number; may be negative, or more than there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Mask<T>(int count)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).As<long, T>()
            : Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).As<int, T>();

    /// <summary>Loads the first lanes; others become 0, and nothing is read there.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="from">Where they are.</param>
    /// <param name="mask">A mask of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load<T>(T* from, Vector256<T> mask)
        where T : unmanaged
    {
        if (Avx.IsSupported)
        {
            return typeof(T) == typeof(double)
                ? Avx.MaskLoad((double*)from, mask.AsDouble()).As<double, T>()
                : Avx.MaskLoad((float*)from, mask.AsSingle()).As<float, T>();
        }

        return LoadOneByOne(from, mask);
    }

    /// <summary>Stores the first lanes; without masked stores, which are slow on some processors.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="to">Where to.</param>
    /// <param name="count">Their number, less than there are.</param>
    /// <param name="value">The vector.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(T* to, int count, Vector256<T> value)
        where T : unmanaged
    {
        Vector128<T> rest = value.GetLower();
        if (count >= Vector128<T>.Count)
        {
            rest.Store(to);
            rest = value.GetUpper();
            to += Vector128<T>.Count;
            count -= Vector128<T>.Count;
        }

        for (int e = 0; e < count; e++)
            to[e] = rest[e];
    }

    private static Vector256<T> LoadOneByOne<T>(T* from, Vector256<T> mask)
        where T : unmanaged
    {
        T* loaded = stackalloc T[Vector256<T>.Count];
        int count = BitOperations.PopCount(Vector256.ExtractMostSignificantBits(mask));
        for (int e = 0; e < Vector256<T>.Count; e++)
            loaded[e] = e < count ? from[e] : default;
        return Vector256.Load(loaded);
    }
}
