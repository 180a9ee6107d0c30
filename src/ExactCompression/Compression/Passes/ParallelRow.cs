using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>A neuron whose pre-activation is a multiple of another's, <c>z_j = s z_k</c>, up to an error.</summary>
/// <param name="Neuron">The neuron <c>j</c>.</param>
/// <param name="Of">The neuron <c>k</c>, which is not a multiple of another itself.</param>
/// <param name="Factor"><c>s</c>, not 0.</param>
/// <param name="Error">A proven bound of <c>|z_j - s z_k|</c> over the layer's inputs.</param>
internal readonly record struct ParallelRow(int Neuron, int Of, double Factor, double Error)
{
    /// <summary>Finds the multiples in a layer, weights and bias together; constant neurons are left out.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">The range of its inputs.</param>
    /// <param name="tolerance">The largest allowed error, relative to the neuron's own size.</param>
    /// <param name="sign">1 for positive factors, -1 for negative ones.</param>
    /// <param name="among">Which neurons to consider.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <remarks>
    /// Rows with the same direction have the same projection on a random vector once they are scaled to length 1, so only neighbours in the
    /// order of that number are compared.
    /// </remarks>
    public static List<ParallelRow> Find(
        DraftLayer layer, Box inputs, double tolerance, int sign, Func<int, bool> among, CancellationToken cancellation)
    {
        double[] direction = Direction(layer.Columns + 1), scaled = new double[direction.Length];
        var keys = new List<(double Key, int Neuron)>(layer.Count);
        for (int j = 0; j < layer.Count; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (among(j) && !layer.IsZeroRow(j))
                keys.Add((Key(layer, j, direction, scaled), j));
        }

        keys.Sort();
        var found = new List<ParallelRow>();
        var heads = new List<(double Key, int Neuron)>();
        double window = Math.Max(1e-9, 4 * tolerance);
        foreach ((double key, int neuron) in keys)
        {
            cancellation.ThrowIfCancellationRequested();
            bool isMultiple = false;
            for (int h = heads.Count - 1; h >= 0 && key - heads[h].Key <= window && !isMultiple; h--)
            {
                if (Compare(layer, inputs, neuron, heads[h].Neuron, tolerance) is not { } multiple || Math.Sign(multiple.Factor) != sign)
                    continue;
                found.Add(multiple);
                isMultiple = true;
            }

            if (!isMultiple)
                heads.Add((key, neuron));
        }

        return found;
    }

    /// <summary>
    /// The factor is the ratio where the other row is largest; the error is the bound of the difference of the rows over the box.
    /// </summary>
    private static ParallelRow? Compare(DraftLayer layer, Box inputs, int neuron, int of, double tolerance)
    {
        ReadOnlySpan<double> row = layer.Row(neuron), other = layer.Row(of);
        int at = TensorPrimitives.IndexOfMaxMagnitude(other);
        double factor = Snapped(row[at] / other[at]);
        if (!double.IsFinite(factor) || factor == 0)
            return null;
        var difference = new double[row.Length];
        TensorPrimitives.FusedMultiplyAdd(other, -factor, row, difference); // one rounding an element, so 0 only where it is 0
        double constant = Math.FusedMultiplyAdd(-factor, layer.Bias[of], layer.Bias[neuron]);
        // One rounding an element, u of its own magnitude, is covered by the box as well: its gamma is 3 u more than the dot product needs,
        // its widening 4 u. Only below 1e-280 may a product of the difference underflow, so that the other row or the factor is tiny; the
        // row itself is checked only for uniformity.
        double size = UpperBound.Add(UpperBound.MagnitudeDot(row, inputs.Magnitude), Math.Abs(layer.Bias[neuron]));
        double error = UpperBound.Multiply(inputs.Largest(difference, constant), 1 + UpperBound.Gamma(4));
        if (HasTiny(row) || HasTiny(other) || HasTiny([layer.Bias[neuron], layer.Bias[of], factor]))
            error = UpperBound.Add(error, UpperBound.Add(UpperBound.Underflows(inputs.Magnitude), UpperBound.Underflows([1])));
        return error <= tolerance * size ? new(neuron, of, factor, error) : null;
    }

    private static double Snapped(double factor)
    {
        double nearest = Math.Round(factor * 8) / 8;
        return Math.Abs(factor - nearest) <= 1e-14 * Math.Abs(factor) ? nearest : factor;
    }

    private static bool HasTiny(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (value != 0 && Math.Abs(value) < 1e-140)
                return true;
        }

        return false;
    }

    private static double[] Direction(int length)
    {
        var random = new Random(12_345);
        return [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextDouble()) - 1)];
    }

    private static double Key(DraftLayer layer, int neuron, double[] direction, double[] scaled)
    {
        ReadOnlySpan<double> row = layer.Row(neuron);
        double scale = Math.Max(Math.Abs(TensorPrimitives.MaxMagnitude(row)), Math.Abs(layer.Bias[neuron]));
        row.CopyTo(scaled);
        scaled[^1] = layer.Bias[neuron];
        TensorPrimitives.Divide(scaled, scale, scaled);
        return Math.Abs(TensorPrimitives.Dot<double>(scaled, direction)) / TensorPrimitives.Norm<double>(scaled);
    }
}
