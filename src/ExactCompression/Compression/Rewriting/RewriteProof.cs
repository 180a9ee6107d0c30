using System.Numerics.Tensors;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// Bounds how far a rewrite of a layer moves the pre-activations of the next one, whatever the arithmetic that proposed it.
/// </summary>
/// <remarks>
/// <para>Let the layer read <c>a</c>, a point of a known box; let <c>W</c>, <c>b</c> be the next layer's weights before and <c>W'</c>,
/// <c>b'</c> after. Each old activation is <c>s_j A_(k(j)) + l_j (w_j a + c_j) + v_j + e_j</c>, where <c>A</c> are the new activations,
/// <c>s</c>, <c>l</c>, <c>v</c> follow from its fate and <c>|e_j|</c> has a bound: for a linear neuron that of
/// <see cref="DraftRow.Slack"/>. A new neuron that is linear is likewise <c>A_k = w_k a + c_k + e_k</c>. So</para>
/// <code>
/// z'_i - z_i = sum_k g_ik A_k + (b'_i - b_i) - sum_j W_ij (l_j (w_j a + c_j) + v_j + e_j),    g_ik = W'_ik - sum_(j: k(j) = k) W_ij s_j,
/// </code>
/// <para>where the terms of linear neurons are one affine function of <c>a</c>, bounded over the box, and a gate's are at most
/// <c>|g_ik| max A_k</c>: 0 where nothing of it changed. The coefficients are summed in double with an error of at most <c>gamma_n</c> of
/// the magnitudes (Higham, section 3.1), which is added.</para>
/// </remarks>
internal sealed class RewriteProof
{
    private readonly DraftLayer layer;
    private readonly DraftLayer next;
    private readonly LayerRewrite rewrite;
    private readonly Box inputs;
    private readonly double[] sizes;
    private readonly double[] addedSizes;
    private readonly List<int>[] multiples;
    private readonly double underflow;

    private RewriteProof(DraftNetwork network, LayerRewrite rewrite)
    {
        this.rewrite = rewrite;
        layer = network.Layers[rewrite.At];
        next = network.Layers[rewrite.At + 1];
        inputs = network.InputsOf(rewrite.At);
        sizes = [.. Enumerable.Range(0, layer.Count).Select(j => Size(layer.Row(j), layer.Bias[j]))];
        addedSizes = [.. rewrite.Added.Select(a => Size(a.Weights, a.Bias))];
        multiples = [.. Enumerable.Range(0, layer.Count).Select(static _ => new List<int>())];
        for (int j = 0; j < layer.Count; j++)
        {
            if (rewrite.Fates[j].Fate is NeuronFate.Multiple or NeuronFate.Opposite)
                multiples[rewrite.Fates[j].Of].Add(j);
        }

        underflow = UpperBound.Add(UpperBound.Underflows(inputs.Magnitude), UpperBound.Underflows([1]));
    }

    /// <summary>The network after the step.</summary>
    public static DraftNetwork Apply(DraftNetwork network, LayerRewrite rewrite, CancellationToken cancellation)
    {
        double[] moved = new RewriteProof(network, rewrite).Moved(cancellation);
        DraftLayer layer = network.Layers[rewrite.At], next = network.Layers[rewrite.At + 1];
        if (rewrite.Folds)
            return network.Replaced(rewrite.At, 2, [next.With(layer.Columns, rewrite.NextWeights, rewrite.NextBias, true)], moved);
        double[] weights = new double[(rewrite.Kept.Length + rewrite.Added.Length) * layer.Columns];
        int at = 0;
        foreach (int row in rewrite.Kept)
            layer.Row(row).CopyTo(weights.AsSpan(layer.Columns * at++));
        foreach (AddedNeuron added in rewrite.Added)
            added.Weights.CopyTo(weights.AsSpan(layer.Columns * at++));
        DraftRow[] rows = [.. rewrite.Kept.Select(j => layer.Rows[j]), .. rewrite.Added.Select(static a => a.Row)];
        bool onlyRemoves = rewrite.Added.Length == 0 && rewrite.Fates.All(static f => f.Fate is NeuronFate.Kept or NeuronFate.Zero);
        return network.Replaced(
            rewrite.At,
            2,
            [
                new(layer.Source, layer.Number, layer.Columns, weights, rows, layer.IsNew || rewrite.Added.Length > 0),
                next.With(rows.Length, rewrite.NextWeights, rewrite.NextBias, !onlyRemoves),
            ],
            moved);
    }

    private double[] Moved(CancellationToken cancellation)
    {
        var moved = new double[next.Count];
        var sum = new double[layer.Columns];
        for (int i = 0; i < moved.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            moved[i] = Moved(i, sum);
        }

        return moved;
    }

    private double Moved(int row, double[] sum)
    {
        Array.Clear(sum);
        ReadOnlySpan<double> before = next.Row(row);
        int columns = rewrite.NextWeights.Length / next.Count;
        ReadOnlySpan<double> after = rewrite.NextWeights.AsSpan(row * columns, columns);
        var affine = new AffineSum(sum, rewrite.NextBias[row], next.Bias[row]);
        double error = 0;
        if (rewrite.Folds)
            affine.AddRow(after, Size(after, 0));
        for (int j = 0; j < layer.Count; j++)
        {
            RewrittenNeuron fate = rewrite.Fates[j];
            if (before[j] == 0 || (fate.Fate == NeuronFate.Kept && !rewrite.Folds))
                continue;
            error = UpperBound.Add(error, UpperBound.Multiply(Math.Abs(before[j]), fate.Error));
            if (fate.HasLinearPart)
                affine.Add(-before[j], layer.Row(j), layer.Bias[j], sizes[j]);
            else if (fate.Fate == NeuronFate.Constant)
                affine.Add(-before[j], fate.Value);
        }

        if (!rewrite.Folds)
        {
            for (int place = 0; place < rewrite.Kept.Length; place++)
                error = UpperBound.Add(error, OfKept(before, after[place], rewrite.Kept[place], ref affine));
            for (int k = 0; k < rewrite.Added.Length; k++)
            {
                double weight = after[rewrite.Kept.Length + k];
                if (weight == 0)
                    continue;
                AddedNeuron added = rewrite.Added[k];
                affine.Add(weight, added.Weights, added.Bias, addedSizes[k]);
                error = UpperBound.Add(error, UpperBound.Multiply(Math.Abs(weight), added.Row.Slack));
            }
        }

        return UpperBound.Add(error, affine.Largest(inputs, underflow));
    }

    /// <summary>What a kept neuron adds to the error beyond its part of the affine function.</summary>
    private double OfKept(ReadOnlySpan<double> before, double after, int row, ref AffineSum affine)
    {
        double change = after - before[row], magnitude = change == 0 ? 0 : Math.Abs(after) + Math.Abs(before[row]);
        bool isChanged = change != 0;
        foreach (int j in multiples[row])
        {
            isChanged |= before[j] != 0 && rewrite.Fates[j].Value != 0; // of a product that underflows, a sum may not tell
            change = Math.FusedMultiplyAdd(-before[j], rewrite.Fates[j].Value, change);
            magnitude += Math.Abs(before[j] * rewrite.Fates[j].Value);
        }

        if (!isChanged)
            return 0;
        DraftRow neuron = layer.Rows[row];
        double rounding = UpperBound.Multiply(UpperBound.Gamma(multiples[row].Count + 6), magnitude);
        double error = UpperBound.Add(UpperBound.Multiply(rounding, neuron.Most), UpperBound.Underflows([neuron.Most]));
        if (!neuron.IsActive)
            return UpperBound.Add(error, UpperBound.Multiply(Math.Abs(change), neuron.Most));
        affine.Add(change, layer.Row(row), layer.Bias[row], sizes[row]);
        return UpperBound.Add(error, UpperBound.Multiply(Math.Abs(change), neuron.Slack));
    }

    private double Size(ReadOnlySpan<double> weights, double bias) =>
        UpperBound.Add(UpperBound.MagnitudeDot(weights, inputs.Magnitude), Math.Abs(bias));

    /// <summary>A sum of affine functions, with the magnitudes that its rounding is relative to.</summary>
    private ref struct AffineSum(double[] sum, double biasAfter, double biasBefore)
    {
        private readonly double[] sum = sum;
        private double constant = biasAfter - biasBefore;
        private double magnitude = biasAfter == biasBefore ? 0 : Math.Abs(biasAfter) + Math.Abs(biasBefore);
        private int terms;

        public void Add(double factor, ReadOnlySpan<double> row, double bias, double size)
        {
            if (factor == 0)
                return;
            TensorPrimitives.MultiplyAdd(row, factor, sum, sum);
            constant += factor * bias;
            magnitude = UpperBound.Add(magnitude, UpperBound.Multiply(Math.Abs(factor), size));
            terms++;
        }

        public void AddRow(ReadOnlySpan<double> row, double size)
        {
            TensorPrimitives.Add(sum, row, sum);
            magnitude = UpperBound.Add(magnitude, size);
            terms++;
        }

        public void Add(double factor, double value)
        {
            constant += factor * value;
            magnitude = UpperBound.Add(magnitude, UpperBound.Multiply(Math.Abs(factor), Math.Abs(value)));
            terms++;
        }

        public readonly double Largest(Box box, double underflow)
        {
            if (terms == 0 && magnitude == 0)
                return 0;
            double rounding = UpperBound.Multiply(UpperBound.Gamma(terms + 8), magnitude);
            return UpperBound.Add(box.Largest(sum, constant), UpperBound.Add(rounding, underflow));
        }
    }
}
