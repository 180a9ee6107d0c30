using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// Bounds how far a rewrite of a layer moves the pre-activations of the next one, whatever the arithmetic that proposed it.
/// </summary>
/// <remarks>
/// <para>Let the layer read <c>a</c>, a point of a known box; let <c>W</c>, <c>b</c> be the next layer's weights before and <c>W'</c>,
/// <c>b'</c> after. Each old activation is <c>s_j A_(k(j)) + l_j (w_j a + c_j) + v_j + e_j</c>, where <c>A</c> are the new activations,
/// <c>s</c>, <c>l</c>, <c>v</c> follow from its replacement and <c>|e_j|</c> has a bound: for a linear neuron that of
/// <see cref="DraftRow.Slack"/>. A new neuron that is linear is likewise <c>A_k = w_k a + c_k + e_k</c>. So</para>
/// <code>
/// z'_i - z_i = sum_k g_ik A_k + (b'_i - b_i) - sum_j W_ij (l_j (w_j a + c_j) + v_j + e_j),    g_ik = W'_ik - sum_(j: k(j) = k) W_ij s_j,
/// </code>
/// <para>where the terms of linear neurons are one affine function of <c>a</c>, bounded over the box, and an unstable neuron's are at most
/// <c>|g_ik| max A_k</c>: 0 where none of it changed. The coefficients are summed in double, and the rounding error of each operation is
/// computed and added (<see cref="ErrorFreeRow"/>): a rewrite that loses nothing gets the bound 0.</para>
/// <para>Where a layer with unstable neurons is removed (<see cref="LayerRewrite.Lifted"/>), a row that reads none of them is treated as
/// above, and a neuron whose weights cancel has no <c>W'_ik</c> any more: <c>g_ik</c> is what is left of the others. A row that takes over
/// the rectifier of neuron <c>k</c> was <c>z_i = g A_k + R</c>, <c>A_k = relu(z_k)</c>, and is compared with <c>g z_k + R</c>. Both are
/// the same where <c>z_k &gt;= 0</c>. Elsewhere <c>z_i = R</c>, the pre-activation is lower, and the activation by at most
/// <c>relu(R)</c>, where <c>R</c> is the bias and what other neurons add. So what is bounded there is how far the activation moves, not the
/// pre-activation (<see cref="LiftedRows"/>).</para>
/// </remarks>
internal sealed class RewriteProof
{
    private readonly DraftLayer layer;
    private readonly DraftLayer next;
    private readonly LayerRewrite rewrite;
    private readonly Box inputs;
    private readonly int[] gone;
    private readonly List<int>?[] multiples;

    private RewriteProof(DraftNetwork network, LayerRewrite rewrite)
    {
        if (!rewrite.IsSound)
            throw new ArgumentException("A neuron is a multiple of one that is removed, or is kept in a layer that is removed.");
        if (rewrite.Lifted?.Max() >= 0 && rewrite.At + 1 == network.Depth)
            throw new ArgumentException("The outputs have no rectifier that could take over another.");
        this.rewrite = rewrite;
        layer = network.Layers[rewrite.At];
        next = network.Layers[rewrite.At + 1];
        inputs = network.InputsOf(rewrite.At);
        gone = [.. rewrite.Gone];
        multiples = new List<int>?[layer.Count];
        foreach (int j in gone)
        {
            if (rewrite.Fates[j].Fate is NeuronFate.Multiple or NeuronFate.Opposite)
                (multiples[rewrite.Fates[j].Of] ??= []).Add(j);
        }
    }

    /// <summary>The network after the step.</summary>
    public static DraftNetwork Apply(DraftNetwork network, LayerRewrite rewrite, CancellationToken cancellation)
    {
        double[] moved = new RewriteProof(network, rewrite).Moved(cancellation);
        DraftLayer layer = network.Layers[rewrite.At], next = network.Layers[rewrite.At + 1];
        CompressionStep step = rewrite.StepOf(layer);
        if (rewrite.Folds)
        {
            DraftLayer folded = next.With(layer.Columns, rewrite.NextWeights, rewrite.NextBias, true);
            if (rewrite.Lifted is not null && rewrite.At + 1 < network.Depth)
                folded = LiftedRows.Bounded(network, rewrite, folded);
            return network.Replaced(rewrite.At, 2, [folded], moved, step);
        }

        double[] weights = new double[(rewrite.Kept.Length + rewrite.Added.Length) * layer.Columns];
        int at = 0;
        foreach (int row in rewrite.Kept)
            layer.Row(row).CopyTo(weights.AsSpan(layer.Columns * at++));
        foreach (AddedNeuron added in rewrite.Added)
            added.Weights.CopyTo(weights.AsSpan(layer.Columns * at++));
        DraftRow[] rows = [.. rewrite.Kept.Select(j => layer.Rows[j]), .. rewrite.Added.Select(static a => a.Row)];
        return network.Replaced(
            rewrite.At,
            2,
            [
                new(layer.Source, layer.Number, layer.Columns, weights, rows, layer.IsNew || rewrite.Added.Length > 0),
                next.With(rows.Length, rewrite.NextWeights, rewrite.NextBias, !rewrite.OnlyRemoves(next)),
            ],
            moved,
            step);
    }

    private double[] Moved(CancellationToken cancellation)
    {
        var moved = new double[next.Count];
        RowBlocks.Run(
            moved.Length,
            (double)layer.Columns * gone.Length,
            (first, end) =>
            {
                double[] sums = new double[layer.Columns], errors = new double[layer.Columns];
                for (int i = first; i < end; i++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    moved[i] = Moved(i, sums, errors);
                }
            },
            cancellation);
        return moved;
    }

    private double Moved(int row, double[] sums, double[] errors)
    {
        ReadOnlySpan<double> before = next.Row(row);
        int columns = rewrite.NextWeights.Length / next.Count;
        ReadOnlySpan<double> after = rewrite.NextWeights.AsSpan(row * columns, columns);
        var affine = new AffineSum(sums, errors, rewrite.NextBias[row], next.Bias[row]);
        double error = 0;
        int lifted = rewrite.Lifted?[row] ?? -1;
        if (rewrite.Folds)
            affine.Add(1, after, 0, double.PositiveInfinity);
        if (lifted >= 0)
            error = OfLifted(row, lifted, ref affine);
        foreach (int j in gone)
        {
            RewrittenNeuron fate = rewrite.Fates[j];
            if (fate.Fate == NeuronFate.Cancelled && j != lifted && (before[j] != 0 || multiples[j] is not null))
                error = UpperBound.Add(error, OfKept(before, 0, j, ref affine, lifted));
            if (before[j] == 0 || j == lifted)
                continue;
            error = UpperBound.Add(error, UpperBound.Multiply(Math.Abs(before[j]), fate.Error));
            if (fate.HasLinearPart)
                affine.Add(-before[j], layer.Row(j), layer.Bias[j], layer.LeastWeight);
            else if (fate.Fate == NeuronFate.Constant)
                affine.Add(-before[j], fate.Value);
        }

        if (!rewrite.Folds)
        {
            for (int place = 0; place < rewrite.Kept.Length; place++)
            {
                int kept = rewrite.Kept[place];
                if (after[place] != before[kept] || multiples[kept] is not null)
                    error = UpperBound.Add(error, OfKept(before, after[place], kept, ref affine));
            }

            for (int k = 0; k < rewrite.Added.Length; k++)
            {
                double weight = after[rewrite.Kept.Length + k];
                if (weight == 0)
                    continue;
                AddedNeuron added = rewrite.Added[k];
                affine.Add(weight, added.Weights, added.Bias, 0);
                error = UpperBound.Add(error, UpperBound.Multiply(Math.Abs(weight), added.Row.Slack));
            }
        }

        return UpperBound.Add(error, affine.Largest(inputs));
    }

    /// <summary>What a neuron adds to the error of a row that takes over its rectifier.</summary>
    private double OfLifted(int row, int neuron, ref AffineSum affine)
    {
        ErrorFreeSum weight = Change(next.Row(row), 0, neuron, -1);
        if (!(weight.Value <= 0)) // the negative of the weight
            return double.PositiveInfinity;
        affine.Add(weight.Value, layer.Row(neuron), layer.Bias[neuron], layer.LeastWeight);
        double error = UpperBound.Multiply(weight.Radius, layer.Rows[neuron].Most);
        double rest = LiftedRows.Rest(layer, next, row, neuron).Upper;
        return rest <= 0 ? error : UpperBound.Add(error, Math.Min(UpperBound.Known(rest), next.Rows[row].Most));
    }

    /// <summary>By how much the weight on a kept or cancelled neuron changes, its multiples included.</summary>
    /// <param name="before">The old weights of the row.</param>
    /// <param name="after">The new weight.</param>
    /// <param name="row">The neuron.</param>
    /// <param name="without">A neuron that does not count as its multiple; -1 for none.</param>
    private ErrorFreeSum Change(ReadOnlySpan<double> before, double after, int row, int without)
    {
        ErrorFreeSum change = default;
        change.Add(after);
        change.Add(-before[row]);
        foreach (int j in multiples[row] ?? [])
        {
            if (j != without)
                change.AddProduct(-before[j], 0, rewrite.Fates[j].Value, 0);
        }

        return change;
    }

    /// <summary>What a kept or cancelled neuron adds to the error beyond its share of the affine function.</summary>
    private double OfKept(ReadOnlySpan<double> before, double after, int row, ref AffineSum affine, int without = -1)
    {
        ErrorFreeSum change = Change(before, after, row, without);
        DraftRow neuron = layer.Rows[row];
        double error = UpperBound.Multiply(change.Radius, neuron.Most);
        if (!neuron.IsActive)
            return UpperBound.Add(error, UpperBound.Multiply(Math.Abs(change.Value), neuron.Most));
        affine.Add(change.Value, layer.Row(row), layer.Bias[row], layer.LeastWeight);

        // The radius of its weight counts only where the neuron is on, its slack only where it is off; both are charged.
        return UpperBound.Add(error, UpperBound.Multiply(Math.Abs(change.Value), neuron.Slack));
    }

    /// <summary>A sum of affine functions of the layer's inputs, with all rounding errors of its arithmetic.</summary>
    private ref struct AffineSum
    {
        private readonly Span<double> sums;
        private readonly Span<double> errors;
        private ErrorFreeRow row;
        private ErrorFreeSum constant;
        private bool isEmpty = true;

        /// <summary>A sum of constants only.</summary>
        /// <param name="sums">Buffer for the coefficients.</param>
        /// <param name="errors">Buffer for their errors.</param>
        /// <param name="biasAfter">The bias that is added first.</param>
        /// <param name="biasBefore">The bias that is subtracted.</param>
        public AffineSum(Span<double> sums, Span<double> errors, double biasAfter, double biasBefore)
        {
            this.sums = sums;
            this.errors = errors;
            row = new(sums, errors);
            constant.Add(biasAfter);
            constant.Add(-biasBefore);
        }

        public void Add(double factor, ReadOnlySpan<double> weights, double bias, double least)
        {
            if (factor == 0)
                return;
            if (isEmpty)
            {
                sums.Clear();
                errors.Clear();
                isEmpty = false;
            }

            row.AddProducts(factor, 0, weights, default, least);
            constant.AddProduct(factor, 0, bias, 0);
        }

        public void Add(double factor, double value) => constant.AddProduct(factor, 0, value, 0);

        public readonly double Largest(Box box)
        {
            if (isEmpty)
                return UpperBound.Add(Math.Abs(constant.Value), constant.Radius);
            row.Finish();
            double lost = UpperBound.Add(UpperBound.MagnitudeDot(errors, box.Magnitude), constant.Radius);
            return UpperBound.Add(box.Largest(sums, constant.Value), lost);
        }
    }
}
