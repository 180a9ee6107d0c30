using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// What the rounding radius of a layer adds to a bound: the file's own weights lie within that radius of the stored ones.
/// </summary>
internal static class LayerRadius
{
    /// <summary>At least <c>sum_j R_ij |a_j| + r_i</c> over a box; exactly 0 for a layer without radius.</summary>
    public static double Of(AffineLayer layer, int row, Box box)
    {
        double radius = layer.WeightRadius.IsEmpty ? 0 : UpperBound.MagnitudeDot(Row(layer, row), box.Magnitude);
        return layer.BiasRadius.IsEmpty ? radius : UpperBound.Add(radius, layer.BiasRadius.Span[row]);
    }

    /// <summary>At least <c>sum_j R_ij (|a_j| + moved_j) + r_i</c>, for inputs that may lie that far outside a box.</summary>
    public static double Of(AffineLayer layer, int row, Box box, double[] moved)
    {
        return UpperBound.Add(Of(layer, row, box), Of(layer, row, moved));
    }

    /// <summary>At least <c>sum_j R_ij e_j</c>.</summary>
    public static double Of(AffineLayer layer, int row, double[] error) =>
        layer.WeightRadius.IsEmpty ? 0 : UpperBound.MagnitudeDot(Row(layer, row), error);

    /// <summary>Bounds of a pre-activation over a box, for every layer within the radius.</summary>
    public static (double Lower, double Upper) Range(AffineLayer layer, int row, Box box)
    {
        (double lower, double upper) = box.Range(layer.Row(row), layer.Bias.Span[row]);
        double radius = Of(layer, row, box);
        return radius == 0 ? (lower, upper) : (Math.BitDecrement(lower - radius), Math.BitIncrement(upper + radius));
    }

    /// <summary>Whether a weight may be other than 0: a neuron that no such weight reads can be removed.</summary>
    public static bool Reads(AffineLayer layer, int row, int column) =>
        layer.Row(row)[column] != 0 || (!layer.WeightRadius.IsEmpty && Row(layer, row)[column] != 0);

    private static ReadOnlySpan<double> Row(AffineLayer layer, int row) => layer.WeightRadius.Span.Slice(row * layer.Inputs, layer.Inputs);
}
