namespace ExactCompression.Stability;

/// <summary>
/// Everything that bound propagation needs to know of the values that enter one layer: their range, and what rounding can do to sums over them.
/// </summary>
internal sealed class ActivationRange
{
    private ActivationRange(double[] lower, double[] upper)
    {
        Lower = lower;
        Upper = upper;
        Magnitude = new double[lower.Length];
        double sum = 0;
        for (int i = 0; i < lower.Length; i++)
        {
            Magnitude[i] = Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            sum += Magnitude[i];
        }

        Sum = sum;
    }

    /// <summary>Lower ends.</summary>
    public double[] Lower { get; }

    /// <summary>Upper ends.</summary>
    public double[] Upper { get; }

    /// <summary>Largest absolute value of each.</summary>
    public double[] Magnitude { get; }

    /// <summary>Sum of the magnitudes, to nearest: for error terms that have room to spare.</summary>
    public double Sum { get; }

    /// <summary>The network's input over the domain.</summary>
    public static ActivationRange OfInput(InputDomain domain) => new(domain.Lower.ToArray(), domain.Upper.ToArray());

    /// <summary>The outputs of rectifiers whose pre-activations have proven bounds.</summary>
    public static ActivationRange OfRectified(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        var from = new double[lower.Length];
        var to = new double[lower.Length];
        for (int i = 0; i < from.Length; i++)
        {
            from[i] = Math.Max(0, lower[i]);
            to[i] = Math.Max(0, upper[i]);
        }

        return new(from, to);
    }
}
