namespace ExactCompression.Numerics;

/// <summary>Quotients that normalisation nodes need, each with a proven bound on its rounding; 0 where the result is exact.</summary>
internal static class RoundedQuotient
{
    /// <summary>Beyond these magnitudes a computed residual of 0 proves nothing.</summary>
    private const double Smallest = 1e-140, Largest = 1e140;

    /// <summary><c>1 / divisor</c>.</summary>
    /// <param name="divisor">Finite and not 0.</param>
    /// <returns>The rounded quotient (infinite where it overflows) and its radius.</returns>
    public static (double Value, double Radius) Reciprocal(double divisor)
    {
        double value = 1 / divisor;
        bool exact = InSafeRange(divisor) && Math.FusedMultiplyAdd(value, divisor, -1) == 0;
        return (value, exact ? 0 : RelativeRadius(value, 1));
    }

    /// <summary><c>numerator / sqrt(variance + epsilon)</c>, the scale of a batch normalisation.</summary>
    /// <param name="numerator">Finite.</param>
    /// <param name="variance">Finite.</param>
    /// <param name="epsilon">Finite; <paramref name="variance"/> plus it must be greater than 0.</param>
    /// <returns>The rounded quotient, not finite where the sum overflows, and its radius.</returns>
    /// <remarks>
    /// With <c>u = 2^-53</c> the sum, the root and the quotient each err by a factor of at most <c>1 + u</c>, and the root halves the error
    /// of the sum: the result is within <c>2.5 u</c> of its own magnitude, up to terms in <c>u^2</c>; <c>4 u</c> is taken.
    /// </remarks>
    public static (double Value, double Radius) OverRoot(double numerator, double variance, double epsilon)
    {
        double sum = variance + epsilon, root = Math.Sqrt(sum), value = numerator / root;
        if (!double.IsFinite(sum))
            return (double.NaN, 0);
        if (numerator == 0)
            return (0, 0);
        double back = sum - variance;
        bool exact = InSafeRange(sum) && InSafeRange(numerator)
            && (variance - (sum - back)) + (epsilon - back) == 0
            && Math.FusedMultiplyAdd(root, root, -sum) == 0
            && Math.FusedMultiplyAdd(value, root, -numerator) == 0;
        return (value, exact ? 0 : RelativeRadius(value, 4));
    }

    private static double RelativeRadius(double value, int units) =>
        Math.BitIncrement(Math.Abs(value) * (units * Rounding.Unit)) + double.Epsilon;

    private static bool InSafeRange(double value) => Math.Abs(value) is > Smallest and < Largest;
}
