namespace ExactCompression.Compression.Equivalence;

/// <summary>Evaluates networks at a point with rigorous error bounds.</summary>
internal static class PointDifference
{
    /// <summary>A proven lower bound of the largest output difference at a point; 0 where nothing is certain.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second.</param>
    /// <param name="point">An input of both.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static double AtLeast(
        ReluNetwork reference, ReluNetwork difference, double[] point, CancellationToken cancellation = default)
    {
        (double[] lower, double[] upper) = OutputBounds.Of(reference, new InputDomain(point, point, "point"), cancellation);
        (double[] otherLower, double[] otherUpper) = OutputBounds.Of(
            difference, new InputDomain(point, point, "point"), cancellation);
        double least = 0;
        for (int i = 0; i < lower.Length; i++)
        {
            double gap = Math.Max(lower[i] - otherUpper[i], otherLower[i] - upper[i]);
            if (gap > 0) // false for a NaN
                least = Math.Max(least, Math.BitDecrement(gap)); // one that overflows is more than any double
        }

        return least;
    }
}
