using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Ends of a domain as a program of some precision can compare with them.</summary>
internal static class CDomain
{
    /// <summary>The ends, rounded inward where the precision cannot hold them: no input outside the domain lies between.</summary>
    /// <param name="domain">The domain, of the network's size.</param>
    /// <param name="precision">What inputs are compared in.</param>
    public static (double[] Lower, double[] Upper) Ends(InputDomain domain, WeightPrecision precision)
    {
        (double[] lower, double[] upper) = (domain.Lower.ToArray(), domain.Upper.ToArray());
        for (int i = 0; i < lower.Length && precision == WeightPrecision.Float32; i++)
        {
            float low = Rounding.SingleUp(lower[i]), high = Rounding.SingleDown(upper[i]);
            // Beyond the range of float there is no number, and no literal either.
            (lower[i], upper[i]) = float.IsFinite(low) && float.IsFinite(high) ? (low, high) : (1, 0);
        }

        return (lower, upper);
    }

    /// <summary>Whether <see cref="Ends"/> rounds.</summary>
    /// <param name="domain">The domain, of the network's size.</param>
    /// <param name="precision">What inputs are compared in.</param>
    public static bool IsRounded(InputDomain domain, WeightPrecision precision)
    {
        (double[] lower, double[] upper) = Ends(domain, precision);
        return !lower.AsSpan().SequenceEqual(domain.Lower.Span) || !upper.AsSpan().SequenceEqual(domain.Upper.Span);
    }
}
