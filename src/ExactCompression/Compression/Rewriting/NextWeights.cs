namespace ExactCompression.Compression.Rewriting;

/// <summary>The next layer's weights while a rewrite is put together: on the kept neurons, then on the added ones.</summary>
internal sealed class NextWeights
{
    private readonly DraftLayer next;
    private readonly RewrittenNeuron[] fates;
    private readonly int[] kept;
    private readonly double[] magnitudes;

    /// <summary>Weights on the kept neurons, with the multiples of each and the constants; those on added neurons are 0 yet.</summary>
    public NextWeights(DraftLayer next, RewrittenNeuron[] fates, int added)
    {
        this.next = next;
        this.fates = fates;
        kept = [.. Enumerable.Range(0, fates.Length).Where(j => fates[j].Fate == NeuronFate.Kept)];
        Columns = kept.Length + added;
        Weights = new double[next.Count * Columns];
        magnitudes = new double[Weights.Length];
        Bias = [.. next.Bias];
        for (int i = 0; i < next.Count; i++)
            Fill(next.Row(i), Row(i), magnitudes.AsSpan(i * Columns, Columns), ref Bias[i]);
    }

    /// <summary>Columns of the new weights.</summary>
    public int Columns { get; }

    /// <summary>Row-major.</summary>
    public double[] Weights { get; }

    /// <summary>One a row.</summary>
    public double[] Bias { get; }

    /// <summary>A row to write to.</summary>
    public Span<double> Row(int row) => Weights.AsSpan(row * Columns, Columns);

    /// <summary>
    /// Expresses a neuron's pre-activation by columns of the new layer: <c>sum_k coefficients_k A_(columns_k) + constant</c>.
    /// </summary>
    /// <param name="neuron">Row of the old layer.</param>
    /// <param name="columns">Columns of the new weights.</param>
    /// <param name="coefficients">As many.</param>
    /// <param name="constant">What is added.</param>
    public void Express(int neuron, ReadOnlySpan<int> columns, ReadOnlySpan<double> coefficients, double constant)
    {
        for (int i = 0; i < next.Count; i++)
        {
            double weight = next.Row(i)[neuron];
            if (weight == 0)
                continue;
            Span<double> row = Row(i);
            for (int k = 0; k < columns.Length; k++)
            {
                row[columns[k]] += weight * coefficients[k];
                magnitudes[(i * Columns) + columns[k]] += Math.Abs(weight * coefficients[k]);
            }

            Bias[i] += weight * constant;
        }
    }

    /// <summary>Makes weights 0 that are a sum whose terms cancel but for rounding.</summary>
    /// <param name="rounding">What may be left, over the magnitudes of the terms.</param>
    public void Cancel(double rounding)
    {
        for (int k = 0; k < Weights.Length; k++)
        {
            if (Math.Abs(Weights[k]) <= rounding * magnitudes[k])
                Weights[k] = 0;
        }
    }

    /// <summary>Where a kept neuron stands in the new layer.</summary>
    public int PlaceOf(int neuron) => Array.BinarySearch(kept, neuron);

    private void Fill(ReadOnlySpan<double> before, Span<double> after, Span<double> sizes, ref double bias)
    {
        for (int k = 0; k < kept.Length; k++)
            (after[k], sizes[k]) = (before[kept[k]], Math.Abs(before[kept[k]]));
        for (int j = 0; j < fates.Length; j++)
        {
            RewrittenNeuron fate = fates[j];
            if (fate.Fate is NeuronFate.Multiple or NeuronFate.Opposite)
            {
                int place = PlaceOf(fate.Of);
                after[place] += before[j] * fate.Value;
                sizes[place] += Math.Abs(before[j] * fate.Value);
            }
            else if (fate.Fate == NeuronFate.Constant)
            {
                bias += before[j] * fate.Value;
            }
        }
    }
}
