using System.Numerics;

namespace ExactCompression.Numerics;

/// <summary>
/// The logistic function <c>1 / (1 + exp(-x))</c> or the hyperbolic tangent, with proven bounds. Both grow everywhere, are convex below 0
/// and concave above, steepest at 0, and <c>f(x) = c - f(-x)</c> with <c>c = f(-inf) + f(inf)</c>. The runtime promises nothing of the
/// accuracy of its own functions, so they are evaluated here.
/// </summary>
/// <remarks>
/// <para>
/// With <c>u = 2^-53</c>: <c>exp(x)</c>, <c>-700 &lt;= x &lt;= 0</c>, is <c>2^k (1 + p)</c> with <c>k</c> near <c>x / ln 2</c>,
/// <c>r = x - k ln 2</c>, <c>|r| &lt;= 0.347</c>, and <c>p = exp(r) - 1 = r q(r)</c>. <c>ln 2</c> is the sum of two doubles to within
/// <c>2^-86</c>, and each is subtracted with one rounding of at most <c>0.35 u</c>; so <c>r</c> errs by at most <c>0.8 u</c>, and not at
/// all where <c>k = 0</c>. <c>q</c> is the Taylor polynomial of degree 13, whose remainder is below <c>0.01 u</c>. In Horner's scheme the
/// error of a step, at most <c>u</c> of its coefficient and <c>u</c> of its sum, is multiplied by <c>|r|</c> in each step that follows: in
/// all less than <c>1.5 u</c>, so that <c>p</c> has a relative error of at most <c>4 u</c>. Then <c>1 + p</c>, which is at least 0.7, errs
/// by at most <c>4.3 u</c>, and <c>exp(x)</c> by at most <c>8 u</c>, relatively: the power of two is exact, since nothing underflows.
/// </para>
/// <para>
/// With <c>e = exp(-|x|)</c> within <c>8 u</c>, <c>1 / (1 + e)</c> errs by at most <c>6 u</c>, <c>e / (1 + e)</c> by at most <c>14 u</c>,
/// and <c>e / (1 + e)^2</c>, the logistic function's derivative, by at most <c>21 u</c>. The tangent is <c>-m / (2 + m)</c> with
/// <c>m = exp(-2|x|) - 1</c>, which is <c>p</c> where <c>k = 0</c>; elsewhere <c>|m| &gt;= 0.29</c> errs by at most <c>21 u</c>, and the
/// quotient by at most twice that and <c>2 u</c>. Its derivative is four times that of the logistic function at <c>2x</c>.
/// <see cref="Error"/> is more than any of these.
/// </para>
/// </remarks>
internal sealed class SmoothFunction
{
    /// <summary>The limit on the right.</summary>
    public const double Most = 1;

    /// <summary>More than the relative error of a value or a slope.</summary>
    private const double Error = 64 * Rounding.Unit;

    /// <summary>Below this, <c>exp</c> counts as 0; it is less than <see cref="Tail"/>.</summary>
    private const double Smallest = -700;

    private const double Tail = 1e-300;

    private const double Ln2 = 0.6931471805599453, Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;

    /// <summary><c>1 / n!</c>, the last coefficient first.</summary>
    private static readonly double[] Taylor =
    [
        1 / 87178291200.0, 1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0,
        1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 1 / 2.0, 1,
    ];

    private readonly bool isTanh;

    private SmoothFunction(bool isTanh) => this.isTanh = isTanh;

    /// <summary>The logistic function.</summary>
    public static SmoothFunction Logistic { get; } = new(isTanh: false);

    /// <summary>The hyperbolic tangent.</summary>
    public static SmoothFunction Tanh { get; } = new(isTanh: true);

    /// <summary>Its limit on the left.</summary>
    public double Least => isTanh ? -1 : 0;

    /// <summary>Its slope at 0, than which none is steeper.</summary>
    public double Steepest => isTanh ? 1 : 0.25;

    /// <summary>A value close to the true one.</summary>
    /// <param name="x">Where; NaN gives NaN.</param>
    public double Value(double x)
    {
        if (!isTanh)
        {
            double e = Exponential(-Math.Abs(x));
            return (x < 0 ? e : 1) / (1 + e);
        }

        if (Math.Abs(x) > -Smallest / 2)
            return Math.Sign(x);
        double p = Reduced(-2 * Math.Abs(x), out int k), m = k == 0 ? p : Math.ScaleB(1 + p, k) - 1;
        return Math.CopySign(m / (2 + m), x);
    }

    /// <summary>Bounds of the value at a point; those of all values where it is NaN.</summary>
    /// <param name="x">The point, or an infinity for the limit.</param>
    public (double Lower, double Upper) Enclose(double x)
    {
        double value = Value(x), reach = Math.Abs(value) * Error;
        if (double.IsNaN(value))
            return (Least, Most);
        if (value == 0)
            return isTanh ? (0, 0) : (0, Tail); // the tangent is 0 at 0 alone
        double lower = Math.Max(Least, Math.BitDecrement(value - reach)), upper = Math.Min(Most, Math.BitIncrement(value + reach));

        // The tangent lies between 0 and x.
        return !isTanh ? (lower, upper) : x > 0 ? (lower, Math.Min(upper, x)) : (Math.Max(lower, x), upper);
    }

    /// <summary>Bounds of the slope at a point.</summary>
    /// <param name="x">The point; finite.</param>
    public (double Lower, double Upper) EncloseSlope(double x)
    {
        double slope = Slope(x);
        return (Math.Max(0, (slope * (1 - Error)) - Tail), (slope * (1 + Error)) + Tail);
    }

    /// <summary>A slope close to the true one.</summary>
    /// <param name="x">Where.</param>
    public double Slope(double x)
    {
        double e = Exponential(-Math.Abs(isTanh ? 2 * x : x));
        return (isTanh ? 4 : 1) * e / ((1 + e) * (1 + e));
    }

    /// <summary>Replaces each number by the function's value, without a bound on the error.</summary>
    /// <typeparam name="T">What is computed in.</typeparam>
    /// <param name="x">The numbers.</param>
    public void Apply<T>(Span<T> x)
        where T : INumber<T>
    {
        for (int i = 0; i < x.Length; i++)
            x[i] = T.CreateTruncating(Value(double.CreateTruncating(x[i])));
    }

    /// <summary>Multiplies gradients by the function's slopes, without a bound on the error.</summary>
    /// <typeparam name="T">What is computed in.</typeparam>
    /// <param name="values">The function's values.</param>
    /// <param name="gradient">Gradients by the values, which become those by where the values are taken.</param>
    public void Differentiate<T>(ReadOnlySpan<T> values, Span<T> gradient)
        where T : INumber<T>
    {
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] *= isTanh ? T.One - (values[i] * values[i]) : values[i] * (T.One - values[i]);
    }

    /// <summary>Replaces numbers that are known up to an error by the function's values, and their errors by those of these.</summary>
    /// <param name="x">The numbers; where one is NaN or infinite its error is infinite.</param>
    /// <param name="error">Their errors.</param>
    public void Apply(Span<double> x, Span<double> error)
    {
        for (int i = 0; i < x.Length; i++)
        {
            double lower = Enclose(Rounding.SumDown(x[i], -error[i])).Lower, upper = Enclose(Rounding.SumUp(x[i], error[i])).Upper;
            x[i] = (0.5 * lower) + (0.5 * upper);
            error[i] = Math.Max(Rounding.SumUp(upper, -x[i]), Rounding.SumUp(x[i], -lower));
        }
    }

    /// <summary><c>exp(x)</c> within 8 units, relatively; 0 below -700.</summary>
    /// <param name="x">Not positive; NaN gives NaN.</param>
    public static double Exponential(double x) =>
        x < Smallest ? 0 : double.IsNaN(x) ? x : Math.ScaleB(1 + Reduced(x, out int k), k);

    /// <summary><c>p</c> and <c>k</c> with <c>exp(x) = 2^k (1 + p)</c>.</summary>
    private static double Reduced(double x, out int k)
    {
        k = (int)Math.Round(x / Ln2);
        double r = Math.FusedMultiplyAdd(-k, Ln2Low, Math.FusedMultiplyAdd(-k, Ln2High, x)), q = 0;
        foreach (double coefficient in Taylor)
            q = Math.FusedMultiplyAdd(r, q, coefficient);
        return r * q;
    }
}
