using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// The backward pass of <see cref="CrownBounds"/> for one neuron without any rounding, for the rare rows whose sign is open only because of
/// the rounding error: ties at 0. The slopes are the same doubles; intercepts are their exact values.
/// </summary>
internal static class ExactCrown
{
    /// <summary>Whether the largest value of <c>sign z</c> that the relaxation allows is at most 0.</summary>
    /// <param name="paths">The neuron's layer, and what it depends on.</param>
    /// <param name="neuron">0-based.</param>
    /// <param name="above">True for the upper bound of <c>z</c>, false for that of <c>-z</c>.</param>
    /// <param name="cancellation">Ends a long sum with <see cref="OperationCanceledException"/>.</param>
    /// <returns>True where that is proven; false also where a weight carries a radius or a bound is infinite.</returns>
    public static bool ProvesSign(BackwardPaths paths, int neuron, bool above, CancellationToken cancellation)
    {
        if (!paths.IsExact)
            return false;
        var rows = new Dictionary<int, Dyadic>?[paths.Layers.Length + 1];
        Dyadic constant = above ? paths.Start.Bias.Span[neuron] : -paths.Start.Bias.Span[neuron];
        var entries = new SparseRow();
        Spread(paths.Start, neuron, above ? 1 : -1, rows, entries);
        foreach (int l in paths.Reached)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach ((int i, Dyadic a) in rows[l + 1] ?? [])
                PassElement(paths.Layers[l], i, a, ref constant, rows, entries);
            rows[l + 1] = null;
        }

        foreach ((int i, Dyadic a) in rows[0] ?? [])
            constant += a * (a.Sign > 0 ? paths.Upper[i] : paths.Lower[i]);
        return constant.Sign <= 0;
    }

    private static void PassElement(
        LayerRelaxation relaxation, int i, Dyadic a, ref Dyadic constant, Dictionary<int, Dyadic>?[] rows, SparseRow entries)
    {
        if (a.Sign == 0)
            return;
        Dyadic d = a;
        if (relaxation.Layer.IsRectifier)
        {
            if (a.Sign > 0)
                constant += a * relaxation.ExactUpperIntercept(i);
            d = a * (a.Sign > 0 ? relaxation.Lines.UpperSlope[i] : relaxation.Lines.LowerSlope[i]);
            if (d.Sign == 0)
                return;
        }

        constant += d * relaxation.Layer.Bias.Span[i];
        Spread(relaxation.Layer, i, d, rows, entries);
    }

    /// <summary>Adds a multiple of an element's weights to the rows over the values that it takes.</summary>
    private static void Spread(LoweredLayer layer, int element, Dyadic factor, Dictionary<int, Dyadic>?[] rows, SparseRow entries)
    {
        foreach (LinearTerm term in layer.Terms)
        {
            Dictionary<int, Dyadic> row = rows[term.Source] ??= [];
            term.Map.ReadRow(element, entries);
            for (int k = 0; k < entries.Count; k++)
            {
                int j = entries.Columns[k];
                if (entries.Weights[k] != 0)
                    row[j] = row.GetValueOrDefault(j) + (factor * entries.Weights[k]);
            }
        }
    }
}
