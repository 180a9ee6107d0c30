namespace ExactCompression.Compression.Rewriting;

/// <summary>Rounds new weights to the precision in which they are stored.</summary>
internal static class WeightRounding
{
    /// <summary>Whether every value stays finite when it is stored.</summary>
    public static bool Fits(ReadOnlySpan<double> values, WeightPrecision precision)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(Rounded(value, precision)))
                return false;
        }

        return true;
    }

    /// <summary>The value as stored: the nearest, ties to even.</summary>
    public static double Rounded(double value, WeightPrecision precision) => precision == WeightPrecision.Float32 ? (float)value : value;

    /// <summary>What new weights and biases are stored as: float64 where the precision asked for cannot hold one.</summary>
    public static WeightPrecision Fitting(double[] weights, double[] biases, WeightPrecision asked) =>
        Fits(weights, asked) && Fits(biases, asked) ? asked : WeightPrecision.Float64;

    /// <summary>The bias as stored, with the midpoint of an error absorbed.</summary>
    public static double Absorbed(double bias, double low, double high, WeightPrecision precision)
    {
        double middle = low + (0.5 * (high - low));
        double taken = Rounded(bias - middle, precision);
        return double.IsFinite(taken) ? taken : Rounded(bias, precision);
    }

    /// <summary>The largest finite value that can be stored.</summary>
    public static double Largest(WeightPrecision precision) => precision == WeightPrecision.Float32 ? float.MaxValue : double.MaxValue;

    /// <summary>Rounds all values.</summary>
    public static double[] Rounded(double[] values, WeightPrecision precision)
    {
        if (precision == WeightPrecision.Float64)
            return values;
        return Array.ConvertAll(values, static v => (double)(float)v);
    }
}
