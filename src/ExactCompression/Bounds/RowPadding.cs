namespace ExactCompression.Bounds;

/// <summary>What must be readable behind the end of a row of coefficients, and of an array that goes with it, for whole vectors.</summary>
internal static class RowPadding
{
    /// <summary>Elements behind the last one.</summary>
    public const int Length = 8;

    /// <summary>An array with zeros behind its values, so that it can go with a row.</summary>
    /// <param name="values">The values.</param>
    public static double[] Padded(ReadOnlySpan<double> values)
    {
        var padded = new double[values.Length + Length];
        values.CopyTo(padded);
        return padded;
    }
}
