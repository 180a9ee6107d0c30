using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>How linear maps see tensors.</summary>
internal static class MapShapes
{
    /// <summary>
    /// The arrangement of a tensor: its first dimension are channels, its last the columns, all between are rows. A vector has a channel
    /// for each element, and a matrix one row.
    /// </summary>
    /// <param name="shape">The tensor's shape.</param>
    public static MapShape Of(TensorShape shape) => shape.Count switch
    {
        0 => MapShape.Vector(1),
        1 => MapShape.Vector(shape[0]),
        _ => new(shape[0], shape.Skip(1).SkipLast(1).Aggregate(1, static (n, d) => n * d), shape[^1]),
    };

    /// <summary>An entry for each channel as one for each element.</summary>
    /// <param name="entries">The channels' entries.</param>
    /// <param name="elements">Elements of all channels together.</param>
    public static double[] PerElement(double[] entries, int elements)
    {
        var all = new double[elements];
        int plane = elements / Math.Max(1, entries.Length);
        for (int i = 0; i < all.Length; i++)
            all[i] = entries[i / plane];
        return all;
    }
}
