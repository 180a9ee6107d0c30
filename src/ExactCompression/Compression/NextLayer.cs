using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>
/// The layer after one that lost only stably inactive neurons and such as it does not read: it loses their columns, and no weight is
/// rounded.
/// </summary>
internal static class NextLayer
{
    /// <summary>Makes it.</summary>
    /// <remarks>
    /// An inactive neuron gives 0 everywhere, an unused one has weights on rows alone that go away themselves, and <c>max(0, .)</c> moves
    /// by no more than its argument, so <c>|z~_i - z_i| &lt;= sum_j |W_ij| delta_j + radius_i</c> over the neurons j that are left.
    /// </remarks>
    public static WorkingLayer Plain(CompressionState state)
    {
        AffineLayer next = state.Next;
        int columns = state.Current.Rows;
        double[] weights = Columns(next, state.Current.Neurons);
        double[] delta = CompressionState.Radii(next, state.OriginalActivations);
        for (int i = 0; i < delta.Length; i++)
            delta[i] = UpperBound.Add(delta[i], UpperBound.MagnitudeDot(weights.AsSpan(i * columns, columns), state.Current.Delta));
        return new(next, weights, next.Bias.ToArray(), columns, delta);
    }

    /// <summary>Some columns of a layer's weights, row-major.</summary>
    public static double[] Columns(AffineLayer layer, int[] columns)
    {
        var weights = new double[layer.Outputs * columns.Length];
        for (int i = 0, at = 0; i < layer.Outputs; i++)
        {
            ReadOnlySpan<double> row = layer.Row(i);
            foreach (int column in columns)
                weights[at++] = row[column];
        }

        return weights;
    }
}
