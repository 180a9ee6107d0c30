namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Bounds on the rounding error of double arithmetic (N. J. Higham, <em>Accuracy and Stability of Numerical Algorithms</em>, sections 2.2
/// and 3.1), always rounded away from the truth.
/// </summary>
internal static class Outward
{
    /// <summary>More than the loss by underflow in any sum of fewer than 2^60 products.</summary>
    public const double Tiny = 1e-300;

    /// <summary>
    /// At least twice the relative error of a sum of so many products, whatever the order, with or without fused operations:
    /// <c>n u / (1 - n u)</c> with <c>u = 2^-53</c>. The other half covers the rounding of the error's own evaluation.
    /// </summary>
    /// <param name="terms">Below 2^40.</param>
    public static double Gamma(long terms) => (terms + 8) * (1.0 / (1L << 52));

    /// <summary>At least the sum of two numbers that are not negative; exactly the other where one is 0.</summary>
    public static double Add(double a, double b) => a == 0 ? b : b == 0 ? a : Math.BitIncrement(a + b);

    /// <summary>At least the product of two numbers that are not negative; 0 where one is.</summary>
    public static double Multiply(double a, double b) => a == 0 || b == 0 ? 0 : Math.BitIncrement(a * b);

    /// <summary>At most <c>(value - error) / factor</c>.</summary>
    public static double Quotient(double value, double error, double factor) =>
        Math.BitDecrement(Math.BitDecrement(value - error) / factor);

    /// <summary>At least what a number was before so many roundings; 0 stays 0, which only a number without any product may be.</summary>
    /// <param name="sum">The number as computed, not negative.</param>
    /// <param name="terms">How many roundings.</param>
    public static double Widen(double sum, int terms) => sum == 0 ? 0 : (sum * (1 + Gamma(terms))) + Tiny;

    /// <summary>
    /// At least <c>sum_j |w_j| m_j</c>; 0 only if every product is. The charges for rounding are multiples of such sizes, and a size may be
    /// multiplied by a huge factor before: so it must not underflow either.
    /// </summary>
    /// <param name="weights">Any numbers.</param>
    /// <param name="magnitudes">Numbers that are not negative, as many.</param>
    public static double Dot(ReadOnlySpan<double> weights, ReadOnlySpan<double> magnitudes)
    {
        double sum = Products.Size(weights, magnitudes);
        if (sum != 0)
            return Widen(sum, weights.Length);
        for (int j = 0; j < weights.Length; j++)
        {
            if (weights[j] != 0 && magnitudes[j] != 0)
                return Tiny; // all of them underflowed
        }

        return 0;
    }
}
