using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Training;

/// <summary>The stability penalty of one row of bounds, as <see cref="StabilityMode"/> defines it, by its gradient.</summary>
internal static unsafe class StabilityLoss
{
    /// <summary>Adds the gradient of <c>factor</c> times the penalty.</summary>
    /// <param name="mode">Which penalty.</param>
    /// <param name="factor">The layer's weight.</param>
    /// <param name="lower">Lower bounds.</param>
    /// <param name="upper">Upper bounds.</param>
    /// <param name="ofLower">The gradient by the lower bounds.</param>
    /// <param name="ofUpper">The gradient by the upper bounds.</param>
    /// <param name="length">A whole number of vectors; padded neurons have bounds of zero.</param>
    /// <param name="room">Room for as many values.</param>
    public static void AddGradient(
        StabilityMode mode, float factor, float* lower, float* upper, float* ofLower, float* ofUpper, int length, float* room)
    {
        if (mode == StabilityMode.Tanh)
            Tanh(factor, lower, upper, ofLower, ofUpper, length, room);
        else if (mode == StabilityMode.Width)
            Width(factor, lower, upper, ofLower, ofUpper, length);
        else
            Area(factor, lower, upper, ofLower, ofUpper, length);
    }

    /// <summary>By l: <c>-(1 - tanh^2(1 + l u)) u</c>; by u the same with l.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(float factor, float* lower, float* upper, float* ofLower, float* ofUpper, int length, float* room)
    {
        Vector512<float> one = Vector512<float>.One, weight = Vector512.Create(factor);
        for (int i = 0; i < length; i += Vector512<float>.Count)
            (one + (Vector512.Load(lower + i) * Vector512.Load(upper + i))).Store(room + i);

        // Whole rows of whole vectors: the result does not depend on how rows are distributed.
        TensorPrimitives.Tanh(new ReadOnlySpan<float>(room, length), new Span<float>(room, length));
        for (int i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> t = Vector512.Load(room + i), slope = weight * (one - (t * t));
            (Vector512.Load(ofLower + i) - (slope * Vector512.Load(upper + i))).Store(ofLower + i);
            (Vector512.Load(ofUpper + i) - (slope * Vector512.Load(lower + i))).Store(ofUpper + i);
        }
    }

    /// <summary>By l: -1, by u: 1; 0 where both bounds are the same, as those of padded neurons are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Width(float factor, float* lower, float* upper, float* ofLower, float* ofUpper, int length)
    {
        Vector512<float> weight = Vector512.Create(factor);
        for (int i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> slope = weight & Vector512.LessThan(Vector512.Load(lower + i), Vector512.Load(upper + i));
            (Vector512.Load(ofLower + i) - slope).Store(ofLower + i);
            (Vector512.Load(ofUpper + i) + slope).Store(ofUpper + i);
        }
    }

    /// <summary>By l: <c>-u / 2</c>, by u: <c>-l / 2</c>; 0 for stable neurons.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Area(float factor, float* lower, float* upper, float* ofLower, float* ofUpper, int length)
    {
        Vector512<float> weight = Vector512.Create(factor / 2);
        for (int i = 0; i < length; i += Vector512<float>.Count)
        {
            Vector512<float> l = Vector512.Load(lower + i), u = Vector512.Load(upper + i);
            Vector512<float> slope = weight & Vector512.LessThan(l, Vector512<float>.Zero)
                & Vector512.GreaterThan(u, Vector512<float>.Zero);
            (Vector512.Load(ofLower + i) - (slope * u)).Store(ofLower + i);
            (Vector512.Load(ofUpper + i) - (slope * l)).Store(ofUpper + i);
        }
    }
}
