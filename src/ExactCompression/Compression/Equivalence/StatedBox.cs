namespace ExactCompression.Compression.Equivalence;

/// <summary>A box whose ends may be numbers that no double can hold: each lies between two neighbouring doubles.</summary>
/// <param name="Lower">Lower ends, rounded down.</param>
/// <param name="Upper">Upper ends, rounded up.</param>
/// <param name="InnerLower">Lower ends, rounded up.</param>
/// <param name="InnerUpper">Upper ends, rounded down.</param>
internal sealed record StatedBox(double[] Lower, double[] Upper, double[] InnerLower, double[] InnerUpper)
{
    /// <summary>A small box around a point, moved to the nearest one within the ends, that holds a point of the true box.</summary>
    /// <param name="point">The point.</param>
    /// <returns>The point as moved, and the ends of the small box: equal to it but where an end of the true box is no double.</returns>
    public (double[] Point, double[] Low, double[] High) Around(ReadOnlySpan<double> point)
    {
        double[] moved = new double[point.Length], low = new double[point.Length], high = new double[point.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            double x = moved[i] = Math.Clamp(point[i], Lower[i], Upper[i]);
            low[i] = x > InnerUpper[i] ? Math.Min(x, InnerUpper[i]) : x;
            high[i] = x < InnerLower[i] ? InnerLower[i] : x;
        }

        return (moved, low, high);
    }
}
