using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Where the elements of what an operator gives come from, for operators that only move elements.</summary>
internal static class ElementPlaces
{
    /// <summary>For each element given, the place of the element taken, or -1 for 0.</summary>
    /// <param name="select">The selection.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    public static int[] Of(SelectOperator select, TensorShape before, TensorShape after) =>
        Walk(after, (axis, index) => select.Indices[axis] is { } indices ? indices[index] : index, [.. Strides(before)]);

    /// <summary>For each element given, the place of the element taken.</summary>
    /// <param name="transpose">The permutation.</param>
    /// <param name="before">Shape of what it takes.</param>
    /// <param name="after">Shape of what it gives.</param>
    public static int[] Of(TransposeOperator transpose, TensorShape before, TensorShape after)
    {
        int[] strides = [.. Strides(before)];
        return Walk(after, static (_, index) => index, [.. transpose.Permutation.Select(p => strides[p])]);
    }

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

    private static IEnumerable<int> Strides(TensorShape shape) => shape.Select((_, a) => ChannelAxes.Inner(shape, a));

    private static int[] Walk(TensorShape after, Func<int, int, int> source, int[] strides)
    {
        var places = new int[after.Elements];
        for (int e = 0; e < places.Length; e++)
        {
            int rest = e, place = 0;
            for (int a = after.Count - 1; a >= 0 && place >= 0; a--)
            {
                int index = source(a, rest % after[a]);
                rest /= after[a];
                place = index < 0 ? -1 : place + (index * strides[a]);
            }

            places[e] = place;
        }

        return places;
    }
}
