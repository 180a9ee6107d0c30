using ExactCompression.Networks;

namespace ExactCompression;

/// <summary>Removes neurons from a layer and its operations, and checks whether operations can be those of a layer.</summary>
internal static class LayerParts
{
    /// <summary>
    /// The layer on some of its rows and columns, with the radii and the operations of what is left: the same map where the other inputs
    /// are 0, or not read.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">0-based, in the order that they are to have.</param>
    /// <param name="columns">0-based, in the order that they are to have.</param>
    public static AffineLayer Select(this AffineLayer layer, int[] rows, int[] columns)
    {
        if (rows.AsSpan().SequenceEqual([.. Enumerable.Range(0, layer.Outputs)])
            && columns.AsSpan().SequenceEqual([.. Enumerable.Range(0, layer.Inputs)]))
            return layer;
        double[]? Matrix(ReadOnlySpan<double> of)
        {
            if (of.IsEmpty)
                return null;
            var selected = new double[(long)rows.Length * columns.Length];
            for (int i = 0, at = 0; i < rows.Length; i++)
            {
                foreach (int column in columns)
                    selected[at++] = of[(rows[i] * layer.Inputs) + column];
            }

            return selected;
        }

        double[]? Vector(ReadOnlyMemory<double> of) => of.IsEmpty ? null : Array.ConvertAll(rows, i => of.Span[i]);
        AffineLayer selected = new(
            Matrix(layer.Weights.Span)!, Vector(layer.Bias)!, rows.Length, columns.Length, layer.Activation, layer.SourcePrecision,
            Matrix(layer.WeightRadius.Span), Vector(layer.BiasRadius));
        return layer.Parts is not null && AffineParts.Select(layer.Parts, rows, columns) is { } parts
            ? Rejoined(selected, parts)
            : selected;
    }

    /// <summary>
    /// Whether parts from outside can be those of a layer: what they join to has no entry that its weights and radii exclude. A layer that
    /// is written by other parts than those it is searched by would be another network.
    /// </summary>
    /// <param name="parts">The parts, which fit one another and the layer.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="mostWork">How many products may be computed; parts that take more are refused.</param>
    public static bool CanBeOf(IReadOnlyList<AffinePart> parts, AffineLayer layer, long mostWork)
    {
        try
        {
            AffineMap? joined = null;
            foreach (AffineMap map in parts.SelectMany(static p => p.Maps))
            {
                if (joined is not null)
                    mostWork -= map.IsElementwise || joined.IsElementwise
                        ? Math.Max(map.Weights.LongLength, joined.Weights.LongLength)
                        : map.Weights.LongLength * joined.Inputs;
                if (mostWork < 0)
                    return false;
                joined = joined is null ? map : AffineJoin.Compose(map, joined);
            }

            if (joined is null || joined.Outputs != layer.Outputs || joined.Inputs != layer.Inputs)
                return false;
            var other = AffineLayer.Of(joined, layer.Activation, layer.Precision);
            return Overlap(layer.Weights.Span, layer.WeightRadius.Span, other.Weights.Span, other.WeightRadius.Span)
                && Overlap(layer.Bias.Span, layer.BiasRadius.Span, other.Bias.Span, other.BiasRadius.Span);
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>
    /// The same map as a reader would join it from what is left of the operations, so that a file which is written and read again gives the
    /// same layer, radii and all.
    /// </summary>
    private static AffineLayer Rejoined(AffineLayer layer, IReadOnlyList<AffinePart> parts)
    {
        if (parts.Count(static p => p.IsDense) > 1)
            return layer.WithParts(parts); // products of matrices take their time
        var chain = new AffineFusion(layer.Inputs, layer.SourcePrecision);
        foreach (AffinePart part in parts)
            chain.Append(part);
        AffineLayer joined = chain.Finish()[0].With(layer.Activation);
        bool isSame = joined.SourcePrecision == layer.SourcePrecision && joined.Weights.Span.SequenceEqual(layer.Weights.Span)
            && joined.Bias.Span.SequenceEqual(layer.Bias.Span);
        return isSame ? joined : layer.WithParts(parts);
    }

    private static bool Overlap(
        ReadOnlySpan<double> values, ReadOnlySpan<double> radii, ReadOnlySpan<double> others, ReadOnlySpan<double> otherRadii)
    {
        for (int k = 0; k < values.Length; k++)
        {
            double reach = (radii.IsEmpty ? 0 : radii[k]) + (otherRadii.IsEmpty ? 0 : otherRadii[k]);
            if (!(Math.Abs(values[k] - others[k]) <= reach * (1 + 1e-15)))
                return false;
        }

        return true;
    }
}
