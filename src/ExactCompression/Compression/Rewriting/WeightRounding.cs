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
