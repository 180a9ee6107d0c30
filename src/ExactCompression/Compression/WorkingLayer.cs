namespace ExactCompression.Compression;

/// <summary>
/// A layer while compression works on it: weights in double, not yet rounded to what they will be stored as, with the original
/// neurons that its rows stand for and a proven bound of how far each row has moved.
/// </summary>
internal sealed class WorkingLayer
{
    /// <summary>Makes a working layer.</summary>
    public WorkingLayer(AffineLayer source, double[] weights, double[] bias, int columns, double[] delta)
    {
        Source = source;
        Weights = weights;
        Bias = bias;
        Columns = columns;
        Delta = delta;
        Neurons = [.. Enumerable.Range(0, bias.Length)];
    }

    /// <summary>The original layer whose rows these are.</summary>
    public AffineLayer Source { get; }

    /// <summary>Row-major, <see cref="Columns"/> a row.</summary>
    public double[] Weights { get; private set; }

    /// <summary>One a row.</summary>
    public double[] Bias { get; private set; }

    /// <summary>Neurons of the layer before that are left, or the inputs.</summary>
    public int Columns { get; }

    /// <summary>0-based original neuron of each row.</summary>
    public int[] Neurons { get; private set; }

    /// <summary>
    /// For each row, a bound over the domain of the difference between this row's pre-activation on the compressed activations before it
    /// and the original neuron's pre-activation; infinity where none is known.
    /// </summary>
    public double[] Delta { get; private set; }

    /// <summary>Whether some weight is new, so that the layer is to be rounded to its precision.</summary>
    public bool HasNewWeights { get; init; }

    /// <summary>Rows left.</summary>
    public int Rows => Bias.Length;

    /// <summary>One row.</summary>
    public ReadOnlySpan<double> Row(int row) => Weights.AsSpan(row * Columns, Columns);

    /// <summary>Keeps some rows, in the order given.</summary>
    public void KeepRows(IReadOnlyList<int> rows)
    {
        if (rows.Count == Rows)
            return;
        var weights = new double[rows.Count * Columns];
        for (int i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(weights.AsSpan(i * Columns));
        Weights = weights;
        Bias = [.. rows.Select(r => Bias[r])];
        Delta = [.. rows.Select(r => Delta[r])];
        Neurons = [.. rows.Select(r => Neurons[r])];
    }
}
