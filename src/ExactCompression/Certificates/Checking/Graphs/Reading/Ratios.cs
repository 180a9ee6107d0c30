namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Factors that operators state through divisions and roots, each with a bound on its rounding; 0 where the factor is exact.
/// </summary>
/// <remarks>
/// With <c>u = 2^-53</c>, sums, quotients and roots each err by a factor of at most <c>1 + u</c>, and what is below the normal numbers by
/// less than the smallest double. So a quotient is within <c>u</c> of itself, and <c>s / sqrt(v + e)</c> within <c>2.5 u</c>, up to terms
/// in <c>u^2</c>: the root halves the error of the sum. Half as much again is charged, which covers the rounding of the charge.
/// </remarks>
internal static class Ratios
{
    private const double Unit = 1.0 / (1L << 53);

    /// <summary><c>1 / divisor</c>.</summary>
    /// <param name="divisor">Finite, and not 0.</param>
    public static (double Value, double Radius) Reciprocal(double divisor)
    {
        double value = 1 / divisor;
        bool isExact = Math.Abs(divisor) is > 1e-140 and < 1e140 && Math.FusedMultiplyAdd(value, divisor, -1) == 0;
        return (value, isExact ? 0 : Radius(value, 1.5));
    }

    /// <summary><c>numerator / sqrt(variance + epsilon)</c>: the factor of a batch normalisation.</summary>
    /// <param name="numerator">Finite.</param>
    /// <param name="variance">Finite.</param>
    /// <param name="epsilon">Finite; the sum of both is above 0.</param>
    /// <returns>NaN where the sum leaves the range of double.</returns>
    public static (double Value, double Radius) OverRoot(double numerator, double variance, double epsilon)
    {
        double sum = variance + epsilon, value = numerator / Math.Sqrt(sum);
        return !double.IsFinite(sum) ? (double.NaN, 0) : numerator == 0 ? (0, 0) : IsOne(variance, epsilon) ? (numerator, 0)
            : (value, Radius(value, 4));
    }

    /// <summary><c>1 - a</c>; the rounding of a sum of two doubles is a double itself.</summary>
    /// <param name="a">Finite.</param>
    public static (double Value, double Radius) OneMinus(double a)
    {
        double value = 1 - a, back = value - 1;
        return (value, Math.Abs((1 - (value - back)) + (-a - back)));
    }

    private static bool IsOne(double variance, double epsilon) =>
        variance + epsilon == 1 && ((new Exact(variance) + new Exact(epsilon)) - new Exact(1)).Sign == 0;

    private static double Radius(double value, double units) => Math.BitIncrement(Math.Abs(value) * (units * Unit)) + double.Epsilon;
}
