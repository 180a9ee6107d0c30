namespace ExactCompression.Numerics;

/// <summary>
/// Bounds on the rounding error of double arithmetic (N. J. Higham, <em>Accuracy and Stability of Numerical Algorithms</em>, sections 2.2
/// and 3.1).
/// </summary>
internal static class Rounding
{
    /// <summary>Unit roundoff of double, <c>u = 2^-53</c>.</summary>
    public const double Unit = 1.0 / (1L << 53);

    /// <summary>
    /// More than any product that underflows can lose (half the smallest subnormal), with room for many of them: a sum of fewer than 2^60
    /// such losses stays below it.
    /// </summary>
    public const double Underflow = 1e-300;

    /// <summary>Below this magnitude the residual of a product may itself be rounded, by less than <see cref="double.Epsilon"/>.</summary>
    public const double UnderflowRisk = 1e-290;

    /// <summary>
    /// A bound on the relative error of a sum of <paramref name="terms"/> products, whatever the order and with or without fused
    /// operations.
    /// </summary>
    /// <remarks>
    /// Twice <c>gamma_n = n u / (1 - n u)</c>, plus a few terms: these cover the rounding of the bound's own evaluation, which sums the
    /// same number of non-negative terms and so errs by less than a relative <c>gamma_n</c>, far below 1.
    /// </remarks>
    /// <param name="terms">Number of terms, below 2^40.</param>
    public static double Gamma(long terms) => 2 * (terms + 4) * Unit;

    /// <summary>A double not below the real sum of the arguments, where both are finite; NaN and infinities pass through.</summary>
    public static double AddUp(double a, double b) => Math.BitIncrement(a + b);

    /// <summary>A double not above the real sum of the arguments.</summary>
    public static double AddDown(double a, double b) => Math.BitDecrement(a + b);

    /// <summary>A double not below the real product of the arguments.</summary>
    public static double MultiplyUp(double a, double b)
    {
        double product = a * b;
        return product == 0 && (a == 0 || b == 0) ? 0 : Math.BitIncrement(product);
    }

    /// <summary>The smallest double not below the real sum of the arguments, which is the sum itself where a double can hold it.</summary>
    public static double SumUp(double a, double b)
    {
        double sum = a + b;
        return double.IsFinite(sum) && Residual(a, b, sum) > 0 ? Math.BitIncrement(sum) : sum;
    }

    /// <summary>The largest double not above the real sum of the arguments, which is the sum itself where a double can hold it.</summary>
    public static double SumDown(double a, double b)
    {
        double sum = a + b;
        return double.IsFinite(sum) && Residual(a, b, sum) < 0 ? Math.BitDecrement(sum) : sum;
    }

    /// <summary>
    /// A double not below the real product of the arguments: the product itself where a double can hold it, else the next one or so.
    /// </summary>
    public static double ProductUp(double a, double b)
    {
        double product = a * b;
        return IsExact(a, b, product) || (!IsTiny(product) && Math.FusedMultiplyAdd(a, b, -product) <= 0)
            ? product
            : Math.BitIncrement(product);
    }

    /// <summary>
    /// A double not above the real product of the arguments: the product itself where a double can hold it, else the next one or so.
    /// </summary>
    public static double ProductDown(double a, double b)
    {
        double product = a * b;
        return IsExact(a, b, product) || (!IsTiny(product) && Math.FusedMultiplyAdd(a, b, -product) >= 0)
            ? product
            : Math.BitDecrement(product);
    }

    /// <summary>The largest float that is not above a number.</summary>
    public static float SingleDown(double value)
    {
        var near = (float)value;
        return near > value ? MathF.BitDecrement(near) : near;
    }

    /// <summary>The smallest float that is not below a number.</summary>
    public static float SingleUp(double value)
    {
        var near = (float)value;
        return near < value ? MathF.BitIncrement(near) : near;
    }

    private static bool IsExact(double a, double b, double product) =>
        a == 0 || b == 0 || !double.IsFinite(product) || (!IsTiny(product) && Math.FusedMultiplyAdd(a, b, -product) == 0);

    private static bool IsTiny(double product) => Math.Abs(product) < UnderflowRisk;

    // What rounding took away, exactly (Knuth's two-sum).
    private static double Residual(double a, double b, double sum)
    {
        double back = sum - a;
        return (a - (sum - back)) + (b - back);
    }
}
