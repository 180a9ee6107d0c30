using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>LEO++ case 4: stably active neurons whose rows depend linearly on those of others are expressed by them and removed.</summary>
/// <remarks>
/// The rows are those of the compressed layer, on the columns that are left. For a dependent neuron d, <c>w_d = K w_base</c>, so
/// <c>z_d = K z_base + t_d</c> with <c>t_d = b_d - K b_base</c>, and both sides are active: <c>W_out[base] += W_out[d] K</c>,
/// <c>b_out += W_out[d] t_d</c>. The neurons of the basis keep their own rows, so they stay stably active.
/// </remarks>
internal static class LayerMerge
{
    /// <summary>A residual above this share of the neuron's own scale keeps the neuron: its dependence is doubtful.</summary>
    private const double LargestResidual = 1e-9;

    /// <summary>Merges what can be merged in the current layer, drops those rows, and makes the next layer.</summary>
    /// <returns>The next layer, or null where nothing was merged.</returns>
    public static WorkingLayer? Apply(CompressionState state, CancellationToken cancellation)
    {
        WorkingLayer current = state.Current;
        int[] active = [.. Enumerable.Range(0, current.Rows).Where(r => state.StateOf(r) == NeuronState.StablyActive)];
        RowBasis basis = RowBasis.Choose(current.Weights, current.Columns, active, cancellation);
        List<DependentNeuron> dependent = [.. DependentNeuron.Of(state, basis).Where(static d => d.Residual <= LargestResidual * d.Scale)];
        if (dependent.Count == current.Rows) // a layer has at least one neuron: of constant ones alone, one stays
            dependent.RemoveAt(0);
        while (dependent.Count > 0)
        {
            if (Merged(state, basis.Base, dependent) is { } next)
            {
                state.Report(
                    CompressionStepKind.Merge, dependent.Select(static d => d.Row), Describe(active.Length, dependent.Count, basis.Rank));
                current.KeepRows([.. Enumerable.Range(0, current.Rows).Except(dependent.Select(static d => d.Row))]);
                return next;
            }

            if (dependent.RemoveAll(
                d => d.Contribution(state.Next, current.Neurons)
                    > WeightRounding.Largest(state.PrecisionOf(state.Next)) / (2 * (dependent.Count + 1))) == 0)
                break; // the next layer is near overflow as it is
        }

        return null;
    }

    /// <summary>The next layer with the dependent neurons expressed by the basis; null where a weight overflows.</summary>
    /// <remarks>
    /// Proof of <c>delta</c>. Let <c>rho_d</c> bound <c>|z~_d - K z~_base - t_d|</c>. A neuron j of the basis has <c>z_j >= L_j >= 0</c>,
    /// so <c>0 &lt;= a~_j - z~_j &lt;= slack_j = max(0, delta_j - L_j)</c>: after a move by <c>delta_j</c> the rectifier may cut it. Hence
    /// <c>|K a~_base + t_d - z_d| &lt;= rho_d + delta_d + |K| slack</c>; and computing <c>W_out[base] + W_out[d] K</c> over D dependents
    /// errs by at most <c>gamma_(D+1)</c> of the magnitudes. Together,
    /// <c>|z~_i - z_i| &lt;= sum_kept |W_ij| delta_j + sum_d |W_id| moved_d + radius_i</c>, and
    /// <c>gamma (sum_base |W_ij| |a~_j| + |b_i|)</c> more for a row that was touched, with
    /// <c>moved_d = rho_d + delta_d + |K| slack + gamma (|K| |a~|_base + |t_d|)</c>; and what underflow adds.
    /// </remarks>
    private static WorkingLayer? Merged(CompressionState state, int[] basis, List<DependentNeuron> dependent)
    {
        WorkingLayer current = state.Current;
        AffineLayer source = state.Next;
        int[] kept = [.. Enumerable.Range(0, current.Rows).Except(dependent.Select(static d => d.Row))];
        int[] basePlaces = [.. basis.Select(row => Array.IndexOf(kept, row))];
        double[] weights = NextLayer.Columns(source, [.. kept.Select(r => current.Neurons[r])]);
        double[] outer = NextLayer.Columns(source, [.. dependent.Select(d => current.Neurons[d.Row])]);
        double[] bias = source.Bias.ToArray();
        double gamma = UpperBound.Gamma(dependent.Count + 3);
        double[] moved = [.. dependent.Select(d => d.Moved(gamma))];
        double[] keptDelta = [.. kept.Select(r => current.Delta[r])];
        double[] baseSize = [.. basis.Select(r => state.ActivationOf(r).Upper)];
        double underflow = UpperBound.Add(UpperBound.Underflows(baseSize), UpperBound.Underflows([1]));
        double[] delta = CompressionState.Radii(source, state.OriginalActivations);
        double[] added = new double[basis.Length], gathered = new double[basis.Length];
        bool touchedAny = !source.WeightRadius.IsEmpty; // a weight of 0 may stand for one that is not
        for (int i = 0; i < source.Outputs; i++)
        {
            Span<double> row = weights.AsSpan(i * kept.Length, kept.Length);
            ReadOnlySpan<double> by = outer.AsSpan(i * dependent.Count, dependent.Count);
            delta[i] = UpperBound.Add(delta[i], UpperBound.MagnitudeDot(row, keptDelta));
            if (by.IndexOfAnyExcept(0.0) < 0)
                continue;
            touchedAny = true;
            delta[i] = UpperBound.Add(delta[i], UpperBound.MagnitudeDot(by, moved));
            Array.Clear(added);
            double shift = 0;
            for (int d = 0; d < by.Length; d++)
            {
                TensorPrimitives.MultiplyAdd(dependent[d].Coefficients.Span, by[d], added, added);
                shift += by[d] * dependent[d].Constant;
            }

            for (int j = 0; j < basis.Length; j++)
            {
                gathered[j] = row[basePlaces[j]];
                row[basePlaces[j]] += added[j];
            }

            double size = UpperBound.Add(UpperBound.MagnitudeDot(gathered, baseSize), Math.Abs(bias[i]));
            delta[i] = UpperBound.Add(delta[i], UpperBound.Add(underflow, UpperBound.Multiply(gamma, size)));
            bias[i] += shift;
        }

        WeightPrecision precision = state.PrecisionOf(source);
        if (touchedAny && !(WeightRounding.Fits(weights, precision) && WeightRounding.Fits(bias, precision)))
            return null;
        return new(source, weights, bias, kept.Length, delta) { HasNewWeights = touchedAny };
    }

    private static string Describe(int active, int merged, int rank) =>
        $"The {active} stably active neurons have rows of rank {rank}: the others express {merged} of them.";
}
