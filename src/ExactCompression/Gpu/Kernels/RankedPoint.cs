namespace ExactCompression.Gpu.Kernels;

/// <summary>
/// A point and its value for a sign target: the pre-activation if it is to be above 0, its negative if it is to be below.
/// </summary>
/// <remarks>
/// Sign targets are numbered two per neuron: above first, then below. So one comparison, larger is better, serves minima as well as maxima.
/// </remarks>
internal struct RankedPoint
{
    /// <summary>The value; minus infinity if there is no point.</summary>
    public float Value;

    /// <summary>0-based; negative if there is none.</summary>
    public int Point;

    /// <summary>No point yet.</summary>
    public static RankedPoint None => new() { Value = float.NegativeInfinity, Point = -1 };

    /// <summary>The number of a sign target.</summary>
    /// <param name="neuron">The neuron, numbered over all hidden layers.</param>
    /// <param name="above">The sign.</param>
    public static int TargetOf(int neuron, bool above) => (2 * neuron) + (above ? 0 : 1);
}
