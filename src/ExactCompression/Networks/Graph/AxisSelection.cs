namespace ExactCompression.Networks;

/// <summary>What is kept of a tensor: some indices along one axis, with everything at them.</summary>
/// <param name="Axis">The axis, without the batch.</param>
/// <param name="Kept">The indices, increasing.</param>
internal sealed record AxisSelection(int Axis, int[] Kept)
{
    /// <summary>The shape that is left of one.</summary>
    /// <param name="shape">The shape.</param>
    public TensorShape Of(TensorShape shape) => new([.. shape.Select((d, a) => a == Axis ? Kept.Length : d)]);

    /// <summary>The kept elements of a tensor by their places in it, row-major.</summary>
    /// <param name="shape">The tensor's shape.</param>
    public int[] Elements(TensorShape shape)
    {
        int inner = shape.Skip(Axis + 1).Aggregate(1, static (n, d) => n * d), outer = shape.Elements / (inner * shape[Axis]);
        var elements = new int[outer * Kept.Length * inner];
        int at = 0;
        for (int o = 0; o < outer; o++)
        {
            foreach (int index in Kept)
            {
                int start = ((o * shape[Axis]) + index) * inner;
                for (int i = 0; i < inner; i++)
                    elements[at++] = start + i;
            }
        }

        return elements;
    }

    /// <summary>What is kept of the original where something is kept of what was kept.</summary>
    /// <param name="first">What was kept first; null for all.</param>
    /// <param name="second">What is kept of that, along the same axis; null for all.</param>
    public static AxisSelection? Compose(AxisSelection? first, AxisSelection? second) =>
        second is null || first is null ? first ?? second : first with { Kept = Array.ConvertAll(second.Kept, i => first.Kept[i]) };

    /// <summary>The numbers of a list that belong to kept elements.</summary>
    /// <param name="values">A number for each element.</param>
    /// <param name="elements">The kept elements.</param>
    public static double[] Take(double[] values, int[] elements) => Array.ConvertAll(elements, i => values[i]);
}
