namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// A point and its value for an aim: the pre-activation where the aim is to rise above 0, its negative where it is to fall below.
/// </summary>
/// <remarks>
/// Aims are numbered two a neuron: above first, then below. So one comparison, larger is better, serves minima as well as maxima.
/// </remarks>
internal struct RankedPoint
{
    /// <summary>The value; minus infinity where there is no point.</summary>
    public float Value;

    /// <summary>0-based; below 0 where there is none.</summary>
    public int Point;

    /// <summary>No point yet.</summary>
    public static RankedPoint None => new() { Value = float.NegativeInfinity, Point = -1 };

    /// <summary>The number of an aim.</summary>
    /// <param name="neuron">The neuron, numbered over all hidden layers.</param>
    /// <param name="above">The sign.</param>
    public static int Aim(int neuron, bool above) => (2 * neuron) + (above ? 0 : 1);
}
