namespace ExactCompression.Numerics;

/// <summary>
/// A sum of products in double that tracks its own rounding error: the true sum lies within <see cref="Radius"/> of <see cref="Value"/>,
/// and the radius is 0 exactly where no operation rounded.
/// </summary>
/// <remarks>
/// The residual of a product is found with a fused multiply-add, that of a sum with Knuth's two-sum; both are exact, so the magnitudes of
/// the residuals bound the error without any assumption on the data. See Ogita, Rump and Oishi, <i>Accurate Sum and Dot Product</i> (2005).
/// A sum that overflows gives a <see cref="Value"/> that is not finite, which callers must refuse.
/// </remarks>
internal struct ErrorFreeSum
{
    private double error;
    private int terms;

    /// <summary>The sum as rounded.</summary>
    public double Value { get; private set; }

    /// <summary>A proven bound on the distance of the true sum from <see cref="Value"/>.</summary>
    public readonly double Radius => RoundUp(error, terms);

    /// <summary>Adds a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="radius">How far the true value may be from it.</param>
    public void Add(double value, double radius = 0)
    {
        double sum = terms == 0 ? value : Value + value; // the first as it is: 0 + -0 would lose the sign of zero
        double back = sum - Value;
        error += Math.Abs((Value - (sum - back)) + (value - back)) + radius;
        Value = sum;
        terms++;
    }

    /// <summary>Adds a product.</summary>
    /// <param name="a">A factor.</param>
    /// <param name="radiusA">How far the true factor may be from it.</param>
    /// <param name="b">The other factor.</param>
    /// <param name="radiusB">How far the true one may be from it.</param>
    public void AddProduct(double a, double radiusA, double b, double radiusB)
    {
        double product = a * b;
        error += Math.Abs(Math.FusedMultiplyAdd(a, b, -product));
        if (Math.Abs(product) < Rounding.UnderflowRisk && a != 0 && b != 0)
            error += double.Epsilon;
        if (radiusA != 0 || radiusB != 0)
            error += Math.Abs(a) * radiusB + radiusA * (Math.Abs(b) + radiusB) + double.Epsilon; // the last: both products may underflow
        Add(product);
    }

    /// <summary>An upper bound of a sum of error magnitudes that was itself summed in double.</summary>
    /// <param name="error">The rounded sum of magnitudes.</param>
    /// <param name="terms">How many calls added to it, each at most eight roundings.</param>
    public static double RoundUp(double error, int terms) =>
        error == 0 ? 0 : Math.BitIncrement(error * (1 + (8.0 * terms + 16) * 2 * Rounding.Unit));
}
