using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>Rigorous bounds of the outputs of two networks over one box, mostly a single point.</summary>
/// <param name="Lower">Of the first network.</param>
/// <param name="Upper">Of the first network.</param>
/// <param name="OtherLower">Of the second.</param>
/// <param name="OtherUpper">Of the second.</param>
internal sealed record OutputEnclosure(double[] Lower, double[] Upper, double[] OtherLower, double[] OtherUpper)
{
    /// <summary>Bounds over a box.</summary>
    /// <param name="reference">The first network.</param>
    /// <param name="difference">The second.</param>
    /// <param name="low">Lower ends.</param>
    /// <param name="high">Upper ends.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static OutputEnclosure Of(
        ReluNetwork reference, ReluNetwork difference, double[] low, double[] high, CancellationToken cancellation)
    {
        (double[] lower, double[] upper) = OutputBounds.Of(reference, new InputDomain(low, high, "point"), cancellation);
        (double[] otherLower, double[] otherUpper) = OutputBounds.Of(difference, new InputDomain(low, high, "point"), cancellation);
        return new(lower, upper, otherLower, otherUpper);
    }

    /// <summary>What the difference of an output, second minus first, is at least; minus infinity where nothing is known.</summary>
    /// <param name="output">The output.</param>
    public double Above(int output) => Known(OtherLower[output] - Upper[output]);

    /// <summary>What the difference, first minus second, is at least.</summary>
    /// <param name="output">The output.</param>
    public double Below(int output) => Known(Lower[output] - OtherUpper[output]);

    /// <summary>The largest difference of any output is at least this; 0 where nothing is certain.</summary>
    public double AtLeast() => Enumerable.Range(0, Lower.Length).Max(o => Math.Max(0, Math.Max(Above(o), Below(o))));

    /// <summary>An upper bound of the magnitude of an output of the first network.</summary>
    /// <param name="output">The output.</param>
    public double Magnitude(int output) => UpperBound.Known(Math.Max(Math.Abs(Lower[output]), Math.Abs(Upper[output])));

    // One that overflows is more than any double; of two infinite ends nothing is known.
    private static double Known(double gap) => double.IsNaN(gap) ? double.NegativeInfinity : Math.BitDecrement(gap);
}
