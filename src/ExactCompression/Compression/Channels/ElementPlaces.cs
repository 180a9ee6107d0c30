namespace ExactCompression.Compression.Channels;

/// <summary>Moves a number for each element as operators move the elements.</summary>
internal static class ElementPlaces
{
    /// <summary>Puts values side by side.</summary>
    /// <param name="axis">The axis along which they are.</param>
    /// <param name="parts">The values and their shapes.</param>
    /// <param name="after">Shape of all together.</param>
    public static double[] Joined(int axis, IReadOnlyList<(double[] Values, TensorShape Shape)> parts, TensorShape after)
    {
        var joined = new double[after.Elements];
        int inner = ChannelAxes.Inner(after, axis), row = after[axis] * inner, at = 0;
        foreach ((double[] values, TensorShape shape) in parts)
        {
            int length = shape[axis] * inner;
            for (int o = 0; o * row < joined.Length; o++)
                values.AsSpan(o * length, length).CopyTo(joined.AsSpan((o * row) + at));
            at += length;
        }

        return joined;
    }

    /// <summary>The values at places; 0 where there is none.</summary>
    /// <param name="values">The values.</param>
    /// <param name="places">The places.</param>
    public static double[] Take(double[] values, int[] places) => Array.ConvertAll(places, p => p < 0 ? 0 : values[p]);
}
