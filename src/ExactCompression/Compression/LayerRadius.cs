using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>What the rounding radius of a layer adds to a bound: the file's own weights lie within it of the stored ones.</summary>
internal static class LayerRadius
{
    /// <summary>At least <c>sum_j R_ij |a_j| + r_i</c> over a box; exactly 0 for a layer without radius.</summary>
    public static double Of(AffineLayer layer, int row, Box box)
    {
        double radius = 0;
        if (!layer.WeightRadius.IsEmpty)
            radius = UpperBound.MagnitudeDot(layer.WeightRadius.Span.Slice(row * layer.Inputs, layer.Inputs), box.Magnitude);
        return layer.BiasRadius.IsEmpty ? radius : UpperBound.Add(radius, layer.BiasRadius.Span[row]);
    }

    /// <summary>Bounds of a pre-activation over a box, for every layer within the radius.</summary>
    public static (double Lower, double Upper) Range(AffineLayer layer, int row, Box box)
    {
        (double lower, double upper) = box.Range(layer.Row(row), layer.Bias.Span[row]);
        double radius = Of(layer, row, box);
        return radius == 0 ? (lower, upper) : (Math.BitDecrement(lower - radius), Math.BitIncrement(upper + radius));
    }
}
