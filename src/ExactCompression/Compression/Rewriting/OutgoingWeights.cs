namespace ExactCompression.Compression.Rewriting;

/// <summary>The next layer's weights while a rewrite is assembled: on the kept neurons, then on the added ones.</summary>
internal sealed class OutgoingWeights
{
    private readonly DraftLayer next;
    private readonly RewrittenNeuron[] fates;
    private readonly int[] kept;
    private double[]? magnitudes;

    /// <summary>Weights on the kept neurons, with the multiples of each and the constants; those on added neurons are still 0.</summary>
    public OutgoingWeights(DraftLayer next, RewrittenNeuron[] fates, int added)
    {
        this.next = next;
        this.fates = fates;
        kept = [.. Enumerable.Range(0, fates.Length).Where(j => fates[j].Fate == NeuronFate.Kept)];
        Columns = kept.Length + added;
        Weights = new double[next.Count * Columns];
        Bias = [.. next.Bias];
        for (int i = 0; i < next.Count; i++)
            Keep(next.Row(i), Row(i));
        int[] changing = [.. Enumerable.Range(0, fates.Length).Where(
            j => fates[j].Fate is NeuronFate.Multiple or NeuronFate.Opposite or NeuronFate.Constant)];
        for (int i = 0; i < next.Count && changing.Length > 0; i++)
            Add(next.Row(i), changing, i);
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
    /// <param name="coefficients">As many coefficients.</param>
    /// <param name="constant">The constant to add.</param>
    public void Express(int neuron, ReadOnlySpan<int> columns, ReadOnlySpan<double> coefficients, double constant)
    {
        double[] sizes = Magnitudes();
        for (int i = 0; i < next.Count; i++)
        {
            double weight = next.Row(i)[neuron];
            if (weight == 0)
                continue;
            Span<double> row = Row(i);
            for (int k = 0; k < columns.Length; k++)
            {
                row[columns[k]] += weight * coefficients[k];
                sizes[(i * Columns) + columns[k]] += Math.Abs(weight * coefficients[k]);
            }

            Bias[i] += weight * constant;
        }
    }

    /// <summary>Sets weights to 0 that are a sum whose terms cancel up to rounding.</summary>
    /// <param name="rounding">The allowed residual, relative to the magnitudes of the terms.</param>
    public void Cancel(double rounding)
    {
        double[] sizes = Magnitudes();
        for (int k = 0; k < Weights.Length; k++)
        {
            if (Math.Abs(Weights[k]) <= rounding * sizes[k])
                Weights[k] = 0;
        }
    }

    /// <summary>Whether every weight of a column is 0.</summary>
    public bool IsZero(int column)
    {
        for (int k = column; k < Weights.Length; k += Columns)
        {
            if (Weights[k] != 0)
                return false;
        }

        return true;
    }

    /// <summary>The weights without some columns.</summary>
    public double[] Without(IReadOnlySet<int> columns) => [.. Weights.Where((_, k) => !columns.Contains(k % Columns))];

    /// <summary>The index of a kept neuron in the new layer.</summary>
    public int PlaceOf(int neuron) => Array.BinarySearch(kept, neuron);

    /// <summary>The sum of the magnitudes of each weight's terms: its own magnitude before anything is added.</summary>
    private double[] Magnitudes() => magnitudes ??= Array.ConvertAll(Weights, Math.Abs);

    /// <summary>The weights on the kept neurons, run by run.</summary>
    private void Keep(ReadOnlySpan<double> before, Span<double> after)
    {
        for (int k = 0, run; k < kept.Length; k += run)
        {
            for (run = 1; k + run < kept.Length && kept[k + run] == kept[k] + run; run++)
            {
            }

            before.Slice(kept[k], run).CopyTo(after[k..]);
        }
    }

    private void Add(ReadOnlySpan<double> before, int[] changing, int row)
    {
        foreach (int j in changing)
        {
            RewrittenNeuron fate = fates[j];
            if (fate.Fate == NeuronFate.Constant)
            {
                Bias[row] += before[j] * fate.Value;
                continue;
            }

            int at = (row * Columns) + PlaceOf(fate.Of);
            double[] sizes = Magnitudes();
            Weights[at] += before[j] * fate.Value;
            sizes[at] += Math.Abs(before[j] * fate.Value);
        }
    }
}
