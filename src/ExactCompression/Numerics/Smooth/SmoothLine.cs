namespace ExactCompression.Numerics;

/// <summary>A line above or below a <see cref="SmoothFunction"/> over an interval.</summary>
/// <remarks>
/// As for rectifiers, the slope <c>s</c> is chosen in floating point, whatever its error, and the intercept is then an upper bound of
/// <c>h(x) = f(x) - s x</c>. Below 0 <c>h</c> is convex, so it is largest at an end. Above 0 <c>f</c> is concave and so below its tangent
/// at any point <c>d</c>: <c>h(x) &lt;= f(d) - s d + (f'(d) - s) (x - d)</c>. The lines are those of Zhang et al., <em>Efficient Neural
/// Network Robustness Certification with General Activation Functions</em>, NeurIPS 2018: chords and tangents. Lines below are those
/// above, reflected: <c>f(x) = c - f(-x)</c>.
/// </remarks>
/// <param name="Slope">The slope.</param>
/// <param name="Intercept">The value at 0.</param>
internal readonly record struct SmoothLine(double Slope, double Intercept)
{
    /// <summary>Beyond this, there are no tangents to look for: functions are within rounding of their limits.</summary>
    private const double FarthestTangent = 750;

    private const int Bisections = 40;

    /// <summary>A line above the function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="lower">Lower end of the interval; any number, also NaN, which says nothing.</param>
    /// <param name="upper">Upper end.</param>
    public static SmoothLine Above(SmoothFunction function, double lower, double upper)
    {
        if (double.IsFinite(lower) && double.IsFinite(upper) && lower <= upper)
        {
            (double slope, double touch) = Choose(function, lower, upper);
            double intercept = Intercepts(function, lower, upper, slope, touch);
            if (double.IsFinite(slope) && double.IsFinite(intercept))
                return new(slope, intercept);
        }

        return new(0, double.IsNaN(upper) ? SmoothFunction.Most : function.Enclose(upper).Upper);
    }

    /// <summary>A line below the function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="lower">Lower end of the interval.</param>
    /// <param name="upper">Upper end.</param>
    public static SmoothLine Below(SmoothFunction function, double lower, double upper)
    {
        SmoothLine reflected = Above(function, -upper, -lower);
        return new(reflected.Slope, Rounding.SumDown(function.Least + SmoothFunction.Most, -reflected.Intercept));
    }

    /// <summary>The slope, and the point where the line touches the function above 0.</summary>
    private static (double Slope, double Touch) Choose(SmoothFunction function, double lower, double upper)
    {
        if (upper > 0)
        {
            double touch = (0.5 * lower) + (0.5 * upper);
            if (lower < 0)
                touch = Math.Max(touch, TangentFrom(function, lower, upper));
            if (touch < upper || lower == upper)
                return (function.Slope(touch), touch);
        }

        // The mean slope lies between those of the ends and of the middle; over a short interval rounding could take it far away.
        double first = function.Slope(lower), last = function.Slope(upper), least = Math.Min(first, last), most = Math.Max(first, last),
            mean = (function.Value(upper) - function.Value(lower)) / (upper - lower);
        if (lower < 0 && upper > 0)
            most = Math.Max(most, function.Slope(0));
        return (double.IsNaN(mean) ? first : Math.Clamp(mean, least, most), upper);
    }

    /// <summary>The point above 0 from which the tangent meets the function at the lower end; the upper end where it lies beyond.</summary>
    private static double TangentFrom(SmoothFunction function, double lower, double upper)
    {
        double start = function.Value(lower), low = 0, high = Math.Min(upper, FarthestTangent);
        bool IsAbove(double d) => function.Value(d) - (function.Slope(d) * (d - lower)) >= start;
        if (!IsAbove(high))
            return upper;
        for (int i = 0; i < Bisections && high - low > 1e-6 * high; i++)
        {
            double middle = 0.5 * (low + high);
            if (IsAbove(middle))
                high = middle;
            else
                low = middle;
        }

        return high;
    }

    /// <summary>An upper bound of <c>f(x) - s x</c> over the interval.</summary>
    private static double Intercepts(SmoothFunction function, double lower, double upper, double slope, double touch)
    {
        double most = double.NegativeInfinity;
        if (lower < 0)
            most = At(function, lower, slope);
        if (upper <= 0)
            return Math.Max(most, At(function, upper, slope));
        (double least, double steepest) = function.EncloseSlope(touch);
        double right = Gain(Rounding.AddUp(steepest, -slope), Rounding.AddUp(upper, -touch)),
            left = Gain(Rounding.AddUp(slope, -least), Rounding.AddUp(touch, -Math.Max(0, lower)));
        return Math.Max(most, Rounding.AddUp(At(function, touch, slope), Math.Max(left, right)));
    }

    private static double At(SmoothFunction function, double x, double slope) =>
        Rounding.SumUp(function.Enclose(x).Upper, Rounding.ProductUp(slope, -x));

    /// <summary>What a tangent that is steeper gains over a distance, at least 0.</summary>
    private static double Gain(double steeper, double distance) => steeper > 0 ? Rounding.MultiplyUp(steeper, Math.Max(0, distance)) : 0;
}
