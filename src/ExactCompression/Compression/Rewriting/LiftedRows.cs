using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// Rows that take over the rectifier of a neuron of a layer that is removed (<see cref="LayerRewrite.Lifted"/>), and their neighbours.
/// </summary>
internal static class LiftedRows
{
    /// <summary>Bounds of what a row gets from its bias and all neurons but one, over the layer's activations.</summary>
    /// <param name="layer">The layer that is removed.</param>
    /// <param name="next">The layer after it.</param>
    /// <param name="row">The row of the latter.</param>
    /// <param name="without">The neuron that does not count.</param>
    public static (double Lower, double Upper) Rest(DraftLayer layer, DraftLayer next, int row, int without)
    {
        double[] weights = next.Row(row).ToArray();
        weights[without] = 0;
        return layer.Activations.Range(weights, next.Bias[row]);
    }

    /// <summary>
    /// The next layer after the fold, with bounds that hold for its new rows once they are widened by how far the activations move.
    /// </summary>
    /// <remarks>
    /// The bounds over the new row's inputs hold by themselves. Of the old ones, both remain for a row that takes over no rectifier; of any
    /// other only the upper one does, for <c>g z_k + R &lt;= g relu(z_k) + R</c>. Where such a row reads nothing else, its pre-activation
    /// is <c>g z_k + b</c>, and the neuron's own lower bound gives another. Both activations, before and after, are to be at most the upper
    /// bound once it is widened by how far they are apart, so that of such a row is not below 0 unless the old one was.
    /// </remarks>
    /// <param name="network">The network before the fold.</param>
    /// <param name="rewrite">The fold.</param>
    /// <param name="folded">The next layer, its weights those after the fold, its bounds those before.</param>
    public static DraftLayer Bounded(DraftNetwork network, LayerRewrite rewrite, DraftLayer folded)
    {
        DraftLayer layer = network.Layers[rewrite.At], next = network.Layers[rewrite.At + 1];
        Box inputs = network.InputsOf(rewrite.At);
        var rows = new DraftRow[folded.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            DraftRow row = folded.Rows[i];
            int lifted = rewrite.Lifted![i];
            (double lower, double upper) = inputs.Range(folded.Row(i), row.Bias);
            double own = lifted < 0 ? row.Lower : OfNeuron(layer, next, i, lifted);
            lower = own > lower ? own : lower;
            upper = lifted < 0 ? upper : Math.Max(0, upper);
            upper = row.Upper < upper ? row.Upper : upper;
            bool isActive = lower >= 0 || (lifted < 0 && row.IsActive);
            bool isInactive = row.IsInactive || upper <= 0;
            rows[i] = row with { Lower = lower, Upper = upper, IsActive = isActive && !isInactive, IsInactive = isInactive };
        }

        return new(folded.Source, folded.Number, folded.Columns, folded.Weights, rows, folded.IsNew);
    }

    private static double OfNeuron(DraftLayer layer, DraftLayer next, int row, int lifted)
    {
        ReadOnlySpan<double> weights = next.Row(row);
        for (int j = 0; j < weights.Length; j++)
        {
            if (j != lifted && weights[j] != 0)
                return double.NegativeInfinity;
        }

        double low = weights[lifted] > 0 ? Math.BitDecrement(weights[lifted] * layer.Rows[lifted].Lower) : double.NegativeInfinity;
        return next.Bias[row] == 0 ? low : Rounding.AddDown(low, next.Bias[row]);
    }
}
