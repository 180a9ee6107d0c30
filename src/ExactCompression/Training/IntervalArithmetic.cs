using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Training;

/// <summary>The elementwise steps of interval bounds and of their gradients. Lengths are whole numbers of vectors.</summary>
internal static unsafe class IntervalArithmetic
{
    /// <summary>Centre and radius become lower and upper end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToEnds(float* center, float* radius, nint length)
    {
        for (nint i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> c = Vector512.Load(center + i), r = Vector512.Load(radius + i);
            (c - r).Store(center + i);
            (c + r).Store(radius + i);
        }
    }

    /// <summary>The box behind the ReLU.</summary>
    /// <param name="lower">Lower bounds before it.</param>
    /// <param name="upper">Upper bounds before it.</param>
    /// <param name="center">Gets <c>(max(u, 0) + max(l, 0)) / 2</c>.</param>
    /// <param name="radius">Gets <c>(max(u, 0) - max(l, 0)) / 2</c>.</param>
    /// <param name="length">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rectify(float* lower, float* upper, float* center, float* radius, nint length)
    {
        Vector512<float> half = Vector512.Create(0.5f);
        for (nint i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> l = half * Vector512.Max(Vector512.Load(lower + i), Vector512<float>.Zero);
            Vector512<float> u = half * Vector512.Max(Vector512.Load(upper + i), Vector512<float>.Zero);
            (u + l).Store(center + i);
            (u - l).Store(radius + i);
        }
    }

    /// <summary>The gradient by centre and radius behind the ReLU becomes that by the ends before it.</summary>
    /// <param name="lower">Lower ends before the ReLU.</param>
    /// <param name="upper">Upper ends before the ReLU.</param>
    /// <param name="ofCenter">The gradient by the centre; gets that by the lower end.</param>
    /// <param name="ofRadius">The gradient by the radius; gets that by the upper end.</param>
    /// <param name="length">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RectifyBackward(float* lower, float* upper, float* ofCenter, float* ofRadius, nint length)
    {
        Vector512<float> half = Vector512.Create(0.5f);
        for (nint i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> c = half * Vector512.Load(ofCenter + i), r = half * Vector512.Load(ofRadius + i);
            ((c - r) & Vector512.GreaterThan(Vector512.Load(lower + i), Vector512<float>.Zero)).Store(ofCenter + i);
            ((c + r) & Vector512.GreaterThan(Vector512.Load(upper + i), Vector512<float>.Zero)).Store(ofRadius + i);
        }
    }

    /// <summary>The gradient by lower and upper end becomes that by centre and radius.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToCenterSlopes(float* ofLower, float* ofUpper, nint length)
    {
        for (nint i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> l = Vector512.Load(ofLower + i), u = Vector512.Load(ofUpper + i);
            (u + l).Store(ofLower + i);
            (u - l).Store(ofUpper + i);
        }
    }

    /// <summary><c>sum += terms</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* terms, float* sum, nint length)
    {
        for (nint i = 0; i < length; i += Vector512<float>.Count)
            (Vector512.Load(sum + i) + Vector512.Load(terms + i)).Store(sum + i);
    }

    /// <summary><c>sum += sign(w) terms</c>; nothing where w is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddSigned(float* terms, float* w, float* sum, nint length)
    {
        for (nint i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> weight = Vector512.Load(w + i), term = Vector512.Load(terms + i);
            (Vector512.Load(sum + i) + (term & Vector512.GreaterThan(weight, Vector512<float>.Zero))
                - (term & Vector512.LessThan(weight, Vector512<float>.Zero))).Store(sum + i);
        }
    }
}
