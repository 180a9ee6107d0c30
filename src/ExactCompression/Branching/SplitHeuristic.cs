namespace ExactCompression.Branching;

/// <summary>
/// Says where to cut a part in which sides are open: to the box where they can be, and at the input that widens the rectifiers most that
/// loosen their bounds most. For one thread.
/// </summary>
internal sealed class SplitHeuristic
{
    private readonly double[] gaps;
    private readonly double[] influence;
    private readonly double[] lower;
    private readonly double[] upper;

    /// <summary>Makes room.</summary>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="count">How many rectifiers lie below the sides.</param>
    public SplitHeuristic(int inputs, int count)
    {
        gaps = new double[count];
        influence = new double[inputs];
        lower = new double[inputs];
        upper = new double[inputs];
    }

    /// <summary>Lower ends of the box that holds all points where a side can be open.</summary>
    public ReadOnlySpan<double> Lower => lower;

    /// <summary>Upper ends of that box.</summary>
    public ReadOnlySpan<double> Upper => upper;

    /// <summary>Forgets the part before.</summary>
    public void Begin()
    {
        Array.Clear(gaps);
        Array.Fill(lower, double.PositiveInfinity);
        Array.Fill(upper, double.NegativeInfinity);
    }

    /// <summary>Adds an open side.</summary>
    /// <param name="from">Lower ends of the box where it can be open.</param>
    /// <param name="to">Upper ends of that box.</param>
    /// <param name="coefficients">Its coefficients over the rectifiers' outputs.</param>
    /// <param name="phases">0 where a rectifier is open.</param>
    /// <param name="low">Lower bounds of the open ones.</param>
    /// <param name="high">Upper bounds of the open ones.</param>
    /// <param name="weight">What the side counts beside others.</param>
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

            // What the line above loses at 0; half of what the line below does at most.
            double a = coefficients[n] * weight;
            gaps[n] += a > 0 ? a * -low[n] * high[n] / (high[n] - low[n]) : -0.5 * a * Math.Min(high[n], -low[n]);
        }
    }

    /// <summary>
    /// The input that widens the ranges of the rectifiers most, each as much as it loosens the bounds; -1 where no input can be halved.
    /// </summary>
    /// <param name="functions">Linear functions above the open rectifiers, each padded to whole vectors.</param>
    public int BestInput(ReadOnlySpan<double> functions)
    {
        int stride = SubdomainWeights.Pad(lower.Length);
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
    /// Both halves at the middle of one input; they share that value, so together they are the part. None for the input -1.
    /// </summary>
    public static Subdomain[] Halves(Subdomain part, int input)
    {
        if (input < 0)
            return [];
        double[] upper = [.. part.Upper], lower = [.. part.Lower];
        upper[input] = lower[input] = Middle(part.Lower[input], part.Upper[input]);
        return [part with { Upper = upper }, part with { Lower = lower }];
    }

    /// <summary>Never overflows, and stays inside.</summary>
    private static double Middle(double lower, double upper) => Math.Clamp((0.5 * lower) + (0.5 * upper), lower, upper);
}
