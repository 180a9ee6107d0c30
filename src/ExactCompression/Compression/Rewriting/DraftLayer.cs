using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>A layer of a <see cref="DraftNetwork"/>: weights in double, and proven bounds of its pre-activations. Immutable.</summary>
internal sealed class DraftLayer
{
    private readonly Lazy<Box> activations;
    private readonly Lazy<double> least;
    private long? nonZeros;

    /// <summary>Creates a layer; the arrays are kept, and must not be changed afterwards.</summary>
    /// <param name="source">The original layer that it comes from.</param>
    /// <param name="number">1-based number of that layer.</param>
    /// <param name="columns">Columns of the weights.</param>
    /// <param name="weights">Row-major, one row a neuron.</param>
    /// <param name="rows">What else is known about each row.</param>
    /// <param name="isNew">Whether some weight or bias is not the original's.</param>
    public DraftLayer(AffineLayer source, int number, int columns, double[] weights, DraftRow[] rows, bool isNew)
    {
        Source = source;
        Number = number;
        Columns = columns;
        Weights = weights;
        Rows = rows;
        IsNew = isNew;
        Bias = Array.ConvertAll(rows, static r => r.Bias);
        least = new(() => ErrorFreeRow.LeastOf(weights));
        activations = new(() => new(
            Array.ConvertAll(rows, static r => double.IsNaN(r.Lower) ? 0 : Math.Max(0, r.Lower)),
            Array.ConvertAll(rows, static r => double.IsNaN(r.Upper) ? double.PositiveInfinity : Math.Max(0, r.Upper))));
    }

    /// <summary>The original layer that it comes from.</summary>
    public AffineLayer Source { get; }

    /// <summary>1-based number of the original layer.</summary>
    public int Number { get; }

    /// <summary>Number of inputs of the layer.</summary>
    public int Columns { get; }

    /// <summary>Row-major weights.</summary>
    public double[] Weights { get; }

    /// <summary>One a row.</summary>
    public double[] Bias { get; }

    /// <summary>What is known about each row.</summary>
    public DraftRow[] Rows { get; }

    /// <summary>Whether some weight or bias is not the original's, so that it must be rounded.</summary>
    public bool IsNew { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Rows.Length;

    /// <summary>The box of <c>max(0, z)</c>.</summary>
    public Box Activations => activations.Value;

    /// <summary>The least magnitude of a weight that is not zero; infinity where all are.</summary>
    public double LeastWeight => least.Value;

    /// <summary>Weights that are not zero.</summary>
    public long NonZeros => nonZeros ??= Weights.LongLength - Weights.AsSpan().Count(0.0);

    /// <summary>The weights of a row.</summary>
    public ReadOnlySpan<double> Row(int row) => Weights.AsSpan(row * Columns, Columns);

    /// <summary>Whether the layer reads a neuron of the one before it, or may do so by its rounding radius.</summary>
    /// <param name="column">0-based neuron of the layer before.</param>
    /// <param name="neuron">0-based neuron of the original layer that it is, or -1.</param>
    public bool Reads(int column, int neuron)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Row(i)[column] != 0 || (!IsNew && LayerRadius.Reads(Source, Rows[i].Neuron, neuron)))
                return true;
        }

        return false;
    }

    /// <summary>Whether every weight of a row is 0.</summary>
    public bool IsZeroRow(int row) => Row(row).IndexOfAnyExcept(0.0) < 0;

    /// <summary>The same layer with other weights and biases.</summary>
    public DraftLayer With(int columns, double[] weights, double[] bias, bool isNew) =>
        new(Source, Number, columns, weights, [.. Rows.Select((r, i) => r with { Bias = bias[i] })], IsNew || isNew);

    /// <summary>The same layer where every pre-activation may have moved.</summary>
    /// <param name="moved">A bound for each row; infinity where none is known.</param>
    public DraftLayer Widened(double[] moved) =>
        new(Source, Number, Columns, Weights, [.. Rows.Select((r, i) => r.Widened(moved[i]))], IsNew);

    /// <summary>What the layer's new weights are stored as.</summary>
    /// <param name="asked">The precision that is asked for; null for the layer's own.</param>
    public WeightPrecision PrecisionOf(WeightPrecision? asked) => asked ?? Source.SourcePrecision;
}

/// <summary>A neuron of a <see cref="DraftLayer"/>.</summary>
/// <param name="Bias">Its bias.</param>
/// <param name="Neuron">0-based neuron of the original layer that it is, or -1 where it is a new one.</param>
/// <param name="IsActive">
/// Whether it is linear over the domain, <c>max(0, z) = z</c>, up to <see cref="Slack"/>. The designation is kept where rounding has moved
/// its lower bound slightly below 0.
/// </param>
/// <param name="IsInactive">Whether it is 0 over the domain, up to what rounding may have moved its upper bound above 0.</param>
/// <param name="Lower">A proven lower bound of its pre-activation over the domain.</param>
/// <param name="Upper">A proven upper bound.</param>
internal readonly record struct DraftRow(double Bias, int Neuron, bool IsActive, bool IsInactive, double Lower, double Upper)
{
    /// <summary>The most by which the rectifier lifts the pre-activation: <c>0 &lt;= max(0, z) - z &lt;= Slack</c>.</summary>
    public double Slack => Lower >= 0 ? 0 : UpperBound.Known(-Lower);

    /// <summary>The largest output of the rectifier.</summary>
    public double Most => Upper <= 0 ? 0 : UpperBound.Known(Upper);

    /// <summary>How far the activation moves where the pre-activation moves by a given amount and stays within the bounds.</summary>
    public double Rectified(double moved) => Math.Min(moved, Most);

    /// <summary>The same neuron where its pre-activation may have moved.</summary>
    public DraftRow Widened(double moved) =>
        moved == 0 ? this : this with { Lower = Math.BitDecrement(Lower - moved), Upper = Math.BitIncrement(Upper + moved) };
}
