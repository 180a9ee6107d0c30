using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ExactCompression.Numerics;

/// <summary>What kernels of either precision do with arrays of numbers.</summary>
internal static class KernelValues
{
    /// <summary>Numbers in the kernel's precision, rounded to nearest; those that are there already are not copied.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">The numbers.</param>
    public static ReadOnlySpan<T> Convert<T>(ReadOnlySpan<double> values)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return MemoryMarshal.Cast<double, T>(values);
        var single = new float[values.Length];
        Round(values, single, 1);
        return MemoryMarshal.Cast<float, T>(single);
    }

    /// <summary>Numbers in single precision, rounded to nearest, times a sign.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="single">Receives them.</param>
    /// <param name="sign">The sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(ReadOnlySpan<double> values, Span<float> single, float sign)
    {
        for (int i = 0; i < values.Length; i++)
            single[i] = sign * (float)values[i];
    }

    /// <summary>The magnitudes of numbers.</summary>
    /// <param name="values">The numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double[] Absolute(ReadOnlySpan<double> values)
    {
        var absolute = new double[values.Length];
        for (int i = 0; i < absolute.Length; i++)
            absolute[i] = Math.Abs(values[i]);
        return absolute;
    }

    /// <summary>Adds numbers to others.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="to">The sums.</param>
    /// <param name="values">What is added.</param>
    public static void Add<T>(Span<T> to, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            Add(MemoryMarshal.Cast<T, double>(to), MemoryMarshal.Cast<T, double>(values));
        else
            Add(MemoryMarshal.Cast<T, float>(to), MemoryMarshal.Cast<T, float>(values));
    }

    /// <summary>Numbers times a factor.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">The numbers.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="to">Gets the products.</param>
    /// <param name="add">Whether they are added to what is there.</param>
    public static void Scale<T>(ReadOnlySpan<T> values, T factor, Span<T> to, bool add)
        where T : unmanaged, INumberBase<T>
    {
        if (factor == T.One && add)
            TensorPrimitives.Add(to, values, to);
        else if (factor == T.One)
            values.CopyTo(to);
        else if (add)
            TensorPrimitives.MultiplyAdd(values, factor, to, to);
        else
            TensorPrimitives.Multiply(values, factor, to);
    }

    private static void Add(Span<double> to, ReadOnlySpan<double> values) => TensorPrimitives.Add(to, values, to);

    private static void Add(Span<float> to, ReadOnlySpan<float> values) => TensorPrimitives.Add(to, values, to);
}
