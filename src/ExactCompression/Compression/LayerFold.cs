using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>
/// LEO++ case 3: a layer whose neurons are all stably active is multiplied into the next, <c>W2 W1</c> and <c>W2 b1 + b2</c>.
/// </summary>
/// <remarks>
/// With <c>p</c> inputs, <c>m</c> neurons and <c>q</c> neurons after it that are not stably inactive, folding turns <c>m (p + q)</c>
/// connections into <c>p q</c>. Where that would be more (a bottleneck between wide layers) the layer is left to merging, so a
/// compressed network is never larger than its original.
/// </remarks>
internal static class LayerFold
{
    /// <summary>Folds the current layer; all its rows are stably active.</summary>
    /// <returns>Whether it did: not where the network would grow or a weight would overflow.</returns>
    public static bool TryApply(CompressionState state, CancellationToken cancellation)
    {
        WorkingLayer current = state.Current;
        long inputs = current.Columns, neurons = current.Rows, after = LiveNeuronsAfter(state);
        if (inputs * after > neurons * (inputs + after))
            return false;
        if (Folded(state, cancellation) is not { } folded)
            return false;
        state.Report(CompressionStepKind.Fold, Enumerable.Range(0, current.Rows), Describe(current.Rows));
        state.Advance(folded);
        return true;
    }

    /// <summary>The next layer, reading what the current one reads.</summary>
    /// <remarks>
    /// <c>z_i = sum_j W_ij z_j + b_i</c> exactly, and row by row the product is computed with an error of at most
    /// <c>gamma_(m+1) (sum_j |W_ij| |w~_j| + |b_i|)</c>, so with <c>s_j = |w~_j| |a~|max + |b~_j|</c>:
    /// <c>|z~_i - z_i| &lt;= sum_j |W_ij| (delta_j + gamma s_j) + gamma |b_i| + radius_i</c>, and what underflow adds.
    /// </remarks>
    private static WorkingLayer? Folded(CompressionState state, CancellationToken cancellation)
    {
        WorkingLayer current = state.Current;
        AffineLayer next = state.Next;
        double[] outer = NextLayer.Columns(next, current.Neurons);
        var weights = new double[(long)next.Outputs * current.Columns];
        double[] bias = next.Bias.ToArray();
        double gamma = UpperBound.Gamma(current.Rows + 2);
        var moved = new double[current.Rows];
        for (int j = 0; j < moved.Length; j++)
        {
            double size = UpperBound.Add(UpperBound.MagnitudeDot(current.Row(j), state.Inputs.Magnitude), Math.Abs(current.Bias[j]));
            moved[j] = UpperBound.Add(current.Delta[j], UpperBound.Multiply(gamma, size));
        }

        double underflow = UpperBound.Add(UpperBound.Underflows(state.Inputs.Magnitude), UpperBound.Underflows([1]));
        double[] delta = CompressionState.Radii(next, state.OriginalActivations);
        for (int i = 0; i < next.Outputs; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> by = outer.AsSpan(i * current.Rows, current.Rows);
            Span<double> row = weights.AsSpan(i * current.Columns, current.Columns);
            for (int j = 0; j < by.Length; j++)
            {
                if (by[j] != 0)
                    TensorPrimitives.MultiplyAdd(current.Row(j), by[j], row, row);
            }

            delta[i] = UpperBound.Add(delta[i], UpperBound.Add(underflow, UpperBound.Multiply(gamma, Math.Abs(bias[i]))));
            delta[i] = UpperBound.Add(delta[i], UpperBound.MagnitudeDot(by, moved));
            bias[i] += TensorPrimitives.Dot(by, current.Bias);
        }

        WeightPrecision precision = state.PrecisionOf(next);
        if (!WeightRounding.Fits(weights, precision) || !WeightRounding.Fits(bias, precision))
            return null;
        return new(next, weights, bias, current.Columns, delta) { HasNewWeights = true };
    }

    private static int LiveNeuronsAfter(CompressionState state) =>
        state.Number == state.Table.Network.Depth
            ? state.Next.Outputs
            : state.Table.NeuronsOf(state.Number + 1).Count(static n => n.State != NeuronState.StablyInactive);

    private static string Describe(int rows) => $"All {rows} neurons left are stably active: the layer is multiplied into the next.";
}
