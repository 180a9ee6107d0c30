using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>The operations of a witness session on a few points at a time, other than matrix products, on the CPU's vector units.</summary>
internal static class SimdBatch
{
    /// <summary>Extremes of each column over the rows of a chunk, with the first row that attains them; NaN is ignored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reduce(ReadOnlySpan<float> z, int rows, int width, int first, Span<NeuronExtremes> extremes)
    {
        int n = 0;
        for (; n + Vector256<float>.Count <= width; n += Vector256<float>.Count)
        {
            var min = Vector256.Create(float.PositiveInfinity);
            var max = Vector256.Create(float.NegativeInfinity);
            var minAt = Vector256.Create(-1);
            Vector256<int> maxAt = minAt;
            for (int r = 0; r < rows; r++)
            {
                var value = Vector256.Create(z.Slice((r * width) + n, Vector256<float>.Count));
                var at = Vector256.Create(first + r);
                Vector256<float> less = Vector256.LessThan(value, min), more = Vector256.GreaterThan(value, max);
                min = Vector256.ConditionalSelect(less, value, min);
                minAt = Vector256.ConditionalSelect(less.AsInt32(), at, minAt);
                max = Vector256.ConditionalSelect(more, value, max);
                maxAt = Vector256.ConditionalSelect(more.AsInt32(), at, maxAt);
            }

            for (int i = 0; i < Vector256<float>.Count; i++)
                extremes[n + i] = new(min[i], max[i], minAt[i], maxAt[i]);
        }

        for (; n < width; n++)
        {
            float min = float.PositiveInfinity, max = float.NegativeInfinity;
            int minAt = -1, maxAt = -1;
            for (int r = 0; r < rows; r++)
            {
                float value = z[(r * width) + n];
                if (value < min)
                    (min, minAt) = (value, first + r);
                if (value > max)
                    (max, maxAt) = (value, first + r);
            }

            extremes[n] = new(min, max, minAt, maxAt);
        }
    }

    /// <summary>One step of a point up its gradient, with momentum, inside the box.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Move(ReadOnlySpan<float> gradient, Span<float> point, Span<float> velocity, SimdBox box, float step, float momentum)
    {
        int inputs = point.Length;
        float[] lower = box.Lower, upper = box.Upper, range = box.Width;
        float mean = Elementwise.SumOfMagnitudes(gradient) / inputs;
        float scale = mean > 0 && float.IsFinite(mean) && float.IsFinite(1 / mean) ? 1 / mean : 0;
        int i = 0;
        for (; i + Vector256<float>.Count <= inputs; i += Vector256<float>.Count)
        {
            Vector256<float> v = (Vector256.Create<float>(velocity.Slice(i, Vector256<float>.Count)) * momentum)
                + (Vector256.Create(gradient.Slice(i, Vector256<float>.Count)) * scale);
            v.CopyTo(velocity[i..]);
            Vector256<float> stride = Vector256.Create<float>(range.AsSpan(i, Vector256<float>.Count)) * step;
            Vector256<float> move = (stride & Vector256.GreaterThan(v, Vector256<float>.Zero))
                - (stride & Vector256.LessThan(v, Vector256<float>.Zero));
            Vector256<float> x = Vector256.Create<float>(point.Slice(i, Vector256<float>.Count)) + move;
            x = Vector256.Min(
                Vector256.Max(x, Vector256.Create<float>(lower.AsSpan(i, Vector256<float>.Count))),
                Vector256.Create<float>(upper.AsSpan(i, Vector256<float>.Count)));
            x.CopyTo(point[i..]);
        }

        for (; i < inputs; i++)
        {
            float v = (momentum * velocity[i]) + (scale * gradient[i]);
            velocity[i] = v;
            float x = v > 0 ? point[i] + (step * range[i]) : v < 0 ? point[i] - (step * range[i]) : point[i];
            point[i] = Math.Min(Math.Max(x, lower[i]), upper[i]);
        }
    }
}
