namespace ExactCompression.Gpu;

/// <summary>The input box in float32, rounded inwards, so that a point in it lies in the box itself.</summary>
/// <remarks>
/// If an interval is too narrow to contain a float32, both ends become the float32 nearest to it: the caller clips again in double.
/// </remarks>
internal sealed class DeviceBox
{
    /// <summary>Rounds a box.</summary>
    /// <param name="lower">Lower ends.</param>
    /// <param name="upper">Upper ends, as many.</param>
    public DeviceBox(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Lower = new float[lower.Length];
        Upper = new float[lower.Length];
        Width = new float[lower.Length];
        for (int i = 0; i < lower.Length; i++)
        {
            float least = RoundUp(lower[i]);
            float most = RoundDown(upper[i]);
            if (least > most)
                least = most = Finite(lower[i] + ((upper[i] - lower[i]) / 2));
            Lower[i] = least;
            Upper[i] = most;
            Width[i] = Finite(upper[i] - lower[i]);
        }
    }

    /// <summary>Lower ends.</summary>
    public float[] Lower { get; }

    /// <summary>Upper ends.</summary>
    public float[] Upper { get; }

    /// <summary>Widths, of which steps are a share.</summary>
    public float[] Width { get; }

    private static float RoundUp(double value)
    {
        float nearest = Finite(value);
        return nearest < value && nearest < float.MaxValue ? MathF.BitIncrement(nearest) : nearest;
    }

    private static float RoundDown(double value)
    {
        float nearest = Finite(value);
        return nearest > value && nearest > -float.MaxValue ? MathF.BitDecrement(nearest) : nearest;
    }

    /// <summary>The nearest float32 that is finite.</summary>
    private static float Finite(double value) => (float)Math.Clamp(value, -float.MaxValue, float.MaxValue);
}
