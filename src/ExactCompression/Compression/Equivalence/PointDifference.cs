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
        ReluNetwork reference, ReluNetwork difference, double[] point, CancellationToken cancellation = default) =>
        OutputEnclosure.Of(reference, difference, point, point, cancellation).AtLeast();
}
