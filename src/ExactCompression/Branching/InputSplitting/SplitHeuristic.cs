namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Chooses how to split a subdomain in which targets are open: it is clipped to the box where they can be open, and split at the input that
/// contributes most to the ranges of the rectifiers that loosen the bounds most. For one thread.
/// </summary>
internal sealed class SplitHeuristic
{
    private readonly double[] gaps;
    private readonly double[] influence;
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="count">How many rectifiers lie below the targets.</param>
    public SplitHeuristic(int inputs, int count)
    {
        gaps = new double[count];
        influence = new double[inputs];
        lower = new double[inputs];
        upper = new double[inputs];
    }

    /// <summary>Lower ends of the box that contains all points where a target can be open.</summary>
    public ReadOnlySpan<double> Lower => lower;

    /// <summary>Upper ends of that box.</summary>
    public ReadOnlySpan<double> Upper => upper;

    /// <summary>About how much the lines around open rectifiers add to the bounds of all targets together, weighted like them.</summary>
    public double Looseness => gaps.Sum();

    /// <summary>Resets for the next subdomain.</summary>
    public void Begin()
    {
        Array.Clear(gaps);
        Array.Fill(lower, double.PositiveInfinity);
        Array.Fill(upper, double.NegativeInfinity);
    }

    /// <summary>Adds an open target.</summary>
    /// <param name="from">Lower ends of the box where it can be open.</param>
    /// <param name="to">Upper ends of that box.</param>
    /// <param name="coefficients">Its coefficients over the rectifiers' outputs.</param>
    /// <param name="phases">0 where a rectifier is open.</param>
    /// <param name="low">Lower bounds of the open ones.</param>
    /// <param name="high">Upper bounds of the open ones.</param>
    /// <param name="weight">The weight of the target relative to others.</param>
    public void Add(
        double[] from, double[] to, ReadOnlySpan<double> coefficients, sbyte[] phases, double[] low, double[] high, double weight)
    {
        for (int i = 0; i < lower.Length; i++)
        {
            lower[i] = Math.Min(lower[i], from[i]);
            upper[i] = Math.Max(upper[i], to[i]);
        }

        for (int n = 0; n < gaps.Length; n++)
        {
            if (phases[n] != 0)
                continue;

            // The gap of the line above at 0; half of the largest gap of the line below.
            double a = coefficients[n] * weight;
            gaps[n] += a > 0 ? a * -low[n] * high[n] / (high[n] - low[n]) : -0.5 * a * Math.Min(high[n], -low[n]);
        }
    }

    /// <summary>
    /// The input that contributes most to the ranges of the rectifiers, each weighted by how much it loosens the bounds; -1 where no input
    /// can be halved.
    /// </summary>
    /// <param name="functions">Linear functions above the open rectifiers, each padded to whole vectors.</param>
    public int BestInput(ReadOnlySpan<double> functions)
    {
        int stride = SubdomainProduct.Pad(lower.Length);
        Array.Clear(influence);
        for (int n = 0; n < gaps.Length; n++)
        {
            if (!(gaps[n] > 0))
                continue;
            double total = 0;
            ReadOnlySpan<double> function = functions.Slice(n * stride, stride);
            for (int i = 0; i < lower.Length; i++)
                total += Math.Abs(function[i]) * (upper[i] - lower[i]);
            for (int i = 0; i < lower.Length && total > 0; i++)
                influence[i] += gaps[n] * Math.Abs(function[i]) * (upper[i] - lower[i]) / total;
        }

        double sum = influence.Sum();
        if (!(sum > 0) || double.IsInfinity(sum))
        {
            // Nothing open is known to loosen a bound, or something overflowed.
            for (int i = 0; i < lower.Length; i++)
                influence[i] = upper[i] - lower[i];
        }

        int best = -1;
        for (int i = 0; i < lower.Length; i++)
        {
            double middle = Middle(lower[i], upper[i]);
            if (middle > lower[i] && middle < upper[i] && (best < 0 || influence[i] > influence[best]))
                best = i;
        }

        return best;
    }

    /// <summary>
    /// Both halves at the midpoint of one input; they share that value, so together they cover the subdomain. None for the input -1.
    /// </summary>
    public static Subdomain[] Halves(Subdomain subdomain, int input)
    {
        if (input < 0)
            return [];
        double[] upper = [.. subdomain.Upper], lower = [.. subdomain.Lower];
        upper[input] = lower[input] = Middle(subdomain.Lower[input], subdomain.Upper[input]);
        return [subdomain with { Upper = upper }, subdomain with { Lower = lower }];
    }

    /// <summary>The midpoint; never overflows, and stays inside.</summary>
    private static double Middle(double lower, double upper) => Math.Clamp((0.5 * lower) + (0.5 * upper), lower, upper);
}
