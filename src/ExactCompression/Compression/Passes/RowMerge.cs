using System.Numerics.Tensors;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// Linear neurons whose rows depend linearly on those of others are expressed by these, <c>z_d = K z_base + t</c>: LEO++ case 4, opposite
/// pairs included.
/// </summary>
internal static class RowMerge
{
    /// <summary>A residual above this share of the neuron's own scale keeps the neuron: its dependence is doubtful.</summary>
    private const double LargestResidual = 1e-9;

    /// <summary>
    /// The merge of all dependent neurons that LEO++ takes: their dependence is beyond doubt whatever the tolerance, and no new weight
    /// overflows. Null where there is none.
    /// </summary>
    /// <param name="part">The linear neurons.</param>
    /// <param name="precision">What new weights are stored as.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static LayerRewrite? OfCertain(LinearPart part, WeightPrecision precision, CancellationToken cancellation)
    {
        RowBasis basis = RowBasis.Choose(part.Layer.Weights, part.Layer.Columns, part.Active, cancellation);
        Dictionary<int, double> contributions = [];
        for (int d = 0; d < basis.Dependent.Length; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<double> k = basis.Coefficients.AsSpan(d * basis.Rank, basis.Rank);
            if (IsCertain(part, basis.Dependent[d], basis.Base, k))
                contributions[basis.Dependent[d]] = Contribution(part, basis.Dependent[d], basis.Base, k);
        }

        while (Merge(part, basis, (neuron, _, _) => contributions.ContainsKey(neuron), 0) is { } merge)
        {
            if (merge.Fits(precision))
                return merge;
            int count = merge.Fates.Count(static f => f.Fate == NeuronFate.Linear);
            double largest = WeightRounding.Largest(precision) / (2 * (count + 1));
            int[] large = [.. contributions.Where(c => !(c.Value <= largest)).Select(static c => c.Key)];
            if (large.Length == 0)
                break; // the next layer is near overflow already
            foreach (int neuron in large)
                contributions.Remove(neuron);
        }

        return null;
    }

    /// <summary>The merge of all dependent neurons into a well-conditioned basis; null where none depends on others.</summary>
    /// <param name="part">The linear neurons.</param>
    /// <param name="rounding">The allowed rounding errors, relative to magnitudes: for every weight of a dependent row, and for the
    /// residual of weights that cancel.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static LayerRewrite? OfAll(LinearPart part, Roundings rounding, CancellationToken cancellation)
    {
        RowBasis basis = RowBasis.Choose(
            part.Layer.Weights, part.Layer.Columns, part.All, cancellation, Math.Max(RowBasis.Tolerance, 4 * rounding.OfRows));
        return Merge(
            part, basis,
            (neuron, rows, k) => rounding.OfRows <= RowBasis.Tolerance || IsRounding(part.Layer, neuron, rows, k, rounding.OfRows),
            rounding.OfSums);
    }

    /// <summary>
    /// The merge of those dependent neurons, one after the other, that leaves fewer connections; null where there is none.
    /// </summary>
    public static LayerRewrite? OfSparse(LinearPart part, CancellationToken cancellation)
    {
        if (part.Opposites.Length > 0)
            return null;
        RowBasis basis = RowBasis.Choose(part.Layer.Weights, part.Layer.Columns, part.All, cancellation);
        var filled = new bool[(long)part.Next.Count * part.Layer.Count];
        for (int i = 0; i < part.Next.Count; i++)
        {
            for (int j = 0; j < part.Layer.Count; j++)
                filled[(i * part.Layer.Count) + j] = part.Next.Row(i)[j] != 0;
        }

        return Merge(
            part, basis, (neuron, columns, coefficients) => Gains(part, filled, neuron, columns, coefficients), RowBasis.Tolerance);
    }

    /// <summary>
    /// Opposite pairs whose row depends on stably active ones, so that one neuron of each is saved without adding another.
    /// </summary>
    public static List<ParallelRow> Free(DraftNetwork network, int at, List<ParallelRow> pairs, CancellationToken cancellation)
    {
        var part = new LinearPart(network, at, []);
        DraftLayer layer = part.Layer;
        int[] basis = RowBasis.Choose(layer.Weights, layer.Columns, part.Active, cancellation).Base;
        bool AreFree(IEnumerable<ParallelRow> some) =>
            RowBasis.Choose(layer.Weights, layer.Columns, [.. basis, .. some.Select(static p => p.Neuron)], cancellation).Rank
                == basis.Length;
        return AreFree(pairs) ? pairs : [.. pairs.Where(p => AreFree([p]))];
    }

    /// <summary>Whether the residual of a row is small over the layer's inputs.</summary>
    private static bool IsCertain(LinearPart part, int neuron, int[] rows, ReadOnlySpan<double> coefficients)
    {
        double[] left = part.Layer.Row(neuron).ToArray();
        for (int k = 0; k < rows.Length; k++)
        {
            if (coefficients[k] != 0)
                TensorPrimitives.FusedMultiplyAdd(part.Layer.Row(rows[k]), -coefficients[k], left, left);
        }

        double scale = UpperBound.MagnitudeDot(part.Layer.Row(neuron), part.Inputs.Magnitude) + Math.Abs(part.Layer.Bias[neuron]);
        return part.Inputs.Largest(left, 0) <= LargestResidual * scale;
    }

    /// <summary>The largest number that a neuron adds to a weight or bias of the next layer.</summary>
    private static double Contribution(LinearPart part, int neuron, int[] rows, ReadOnlySpan<double> coefficients)
    {
        double outgoing = 0, constant = part.Layer.Bias[neuron], factor = 0;
        for (int i = 0; i < part.Next.Count; i++)
            outgoing = Math.Max(outgoing, Math.Abs(part.Next.Row(i)[neuron]));
        for (int k = 0; k < rows.Length; k++)
        {
            factor = Math.Max(factor, Math.Abs(coefficients[k]));
            constant = Math.FusedMultiplyAdd(-coefficients[k], part.Layer.Bias[rows[k]], constant);
        }

        return outgoing * Math.Max(factor, Math.Abs(constant));
    }

    private static LayerRewrite? Merge(LinearPart part, RowBasis basis, Func<int, int[], double[], bool> wants, double cancels)
    {
        // A neuron of a pair that is in the basis is added again as a linear one.
        int[] returning = [.. basis.Base.Where(part.Opposites.Contains)];
        var merged = new List<(int Neuron, double[] K)>();
        for (int d = 0; d < basis.Dependent.Length; d++)
        {
            double[] k = basis.Coefficients[(d * basis.Rank)..((d + 1) * basis.Rank)];
            int neuron = basis.Dependent[d];
            if (part.Opposites.Contains(neuron) || (Array.TrueForAll(k, double.IsFinite) && wants(neuron, basis.Base, k)))
                merged.Add((neuron, k));
        }

        if (merged.Count == part.Layer.Count)
            merged.RemoveAt(0); // a layer has at least one neuron
        if (merged.Count + returning.Length == 0)
            return null;
        DraftLayer layer = part.Layer;
        RewrittenNeuron[] fates = part.FatesOf(merged.Select(static m => m.Neuron));
        AddedNeuron[] added = [.. returning.Select(j => part.Shifted(layer.Row(j).ToArray(), layer.Bias[j], [(j, 1)]))];
        var next = new OutgoingWeights(part.Next, fates, added.Length);
        int kept = next.Columns - added.Length;
        int[] columns = [.. basis.Base.Select(j => Array.IndexOf(returning, j) is var at && at >= 0 ? kept + at : next.PlaceOf(j))];
        double[] offsets = [.. basis.Base.Select(j => Array.IndexOf(returning, j) is var at && at >= 0 ? added[at].Bias : layer.Bias[j])];
        foreach ((int neuron, double[] k) in merged)
            next.Express(neuron, columns, k, layer.Bias[neuron] - Dot(k, offsets));
        for (int r = 0; r < returning.Length; r++)
            next.Express(returning[r], [kept + r], [1], layer.Bias[returning[r]] - added[r].Bias);
        next.Cancel(cancels);
        LayerRewrite rewrite = part.Rewrite(Kind(part), Describe(part, merged.Count, basis.Rank), fates, added, next);
        bool isSmaller = merged.Count > 0 || Array.Exists(rewrite.Fates, static f => f.Fate == NeuronFate.Cancelled);
        return isSmaller ? rewrite : null;
    }

    /// <summary>
    /// Whether a row is the sum of others up to the separate rounding of each weight: one that is only by chance close to a sum of a few
    /// rows is not.
    /// </summary>
    private static bool IsRounding(DraftLayer layer, int neuron, int[] rows, double[] coefficients, double rounding)
    {
        double[] left = layer.Row(neuron).ToArray(), magnitude = Array.ConvertAll(left, Math.Abs);
        for (int k = 0; k < rows.Length; k++)
        {
            ReadOnlySpan<double> row = layer.Row(rows[k]);
            for (int c = 0; c < left.Length && coefficients[k] != 0; c++)
            {
                left[c] = Math.FusedMultiplyAdd(-coefficients[k], row[c], left[c]);
                magnitude[c] += Math.Abs(coefficients[k] * row[c]);
            }
        }

        for (int c = 0; c < left.Length; c++)
        {
            if (!(Math.Abs(left[c]) <= rounding * magnitude[c]))
                return false;
        }

        return true;
    }

    private static CompressionStepKind Kind(LinearPart part) =>
        part.Opposites.Length > 0 ? CompressionStepKind.MergeOpposites : CompressionStepKind.Merge;

    private static string Describe(LinearPart part, int merged, int rank)
    {
        string neurons = part.Opposites.Length > 0
            ? $"The {part.Active.Length} stably active neurons and {part.Opposites.Length} opposites of other neurons"
            : $"The {part.Active.Length} stably active neurons";
        return merged == 0
            ? $"The weights on {part.Opposites.Length} pairs of opposite neurons cancel: a linear neuron replaces each pair."
            : rank == 0
                ? $"{neurons} are constant: {merged} of them go into the next bias."
                : $"{neurons} have rows of rank {rank}: the others express {merged} of them.";
    }

    /// <summary>Whether a merge leaves fewer connections, and if so which zeros it fills.</summary>
    private static bool Gains(LinearPart part, bool[] filled, int neuron, int[] columns, double[] coefficients)
    {
        int width = part.Layer.Count;
        int[] used = [.. columns.Where((_, k) => coefficients[k] != 0)];
        int[] rows = [.. Enumerable.Range(0, part.Next.Count).Where(i => part.Next.Row(i)[neuron] != 0)];
        int saved = rows.Length, row = part.Layer.Columns - part.Layer.Row(neuron).Count(0.0);
        int filling = rows.Sum(i => used.Count(j => !filled[(i * width) + j]));
        if (filling >= saved + row)
            return false;
        foreach (int i in rows)
        {
            foreach (int j in used)
                filled[(i * width) + j] = true;
        }

        return true;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum = Math.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }
}
