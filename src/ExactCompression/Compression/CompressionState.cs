using ExactCompression.Numerics;

namespace ExactCompression.Compression;

/// <summary>
/// How far compression has come, front to back: the layers that are done, the one being worked on, and what is proven of both.
/// </summary>
/// <remarks>
/// Notation of the proofs in this folder. <c>f</c> is the original, <c>z_l</c> its pre-activations, <c>a_l = max(0, z_l)</c>; <c>g~</c> is
/// the network made so far, its weights in double and not yet rounded to what they are stored as, <c>z~</c> and <c>a~</c> its values. Every
/// row of <c>g~</c> stands for one original neuron. <c>delta</c> bounds <c>|z~ - z|</c> row by row over all of the domain, in real
/// arithmetic.
/// </remarks>
internal sealed class CompressionState
{
    private readonly bool[][] unused;

    /// <summary>Starts on the first layer: nothing has moved but what the file's own rounding radius allows.</summary>
    public CompressionState(StabilityTable table, CompressionOptions options)
    {
        Table = table;
        Options = options;
        Bounds = PreActivationBounds.Of(table);
        unused = UnusedNeurons.Of(table);
        Inputs = PreActivationBounds.DomainBox(table.Domain);
        AffineLayer first = table.Network.Layers[0];
        Current = new(first, first.Weights.ToArray(), first.Bias.ToArray(), first.Inputs, Radii(first, Inputs));
    }

    /// <summary>The verdicts.</summary>
    public StabilityTable Table { get; }

    /// <summary>Level and precision.</summary>
    public CompressionOptions Options { get; }

    /// <summary>Proven bounds of the original's pre-activations.</summary>
    public PreActivationBounds Bounds { get; }

    /// <summary>1-based number of the original layer that is worked on.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>The layer that is worked on.</summary>
    public WorkingLayer Current { get; private set; }

    /// <summary>What <see cref="Current"/> reads: <c>a~</c> of the last layer that was kept, or the domain.</summary>
    public Box Inputs { get; private set; }

    /// <summary>Layers that are done, each with the box of what it reads.</summary>
    public List<(WorkingLayer Layer, Box Inputs)> Done { get; } = [];

    /// <summary>What was done.</summary>
    public List<CompressionStep> Steps { get; } = [];

    /// <summary>The original layer after <see cref="Current"/>.</summary>
    public AffineLayer Next => Table.Network.Layers[Number];

    /// <summary>Activations of the original that <see cref="Next"/> reads.</summary>
    public Box OriginalActivations => Bounds.Activations(Number);

    /// <summary>The verdict on the neuron that a row of <see cref="Current"/> stands for.</summary>
    public NeuronState StateOf(int row) => Table.Neurons[FirstNeuron + Current.Neurons[row]].State;

    /// <summary>Whether nothing that stays reads the neuron that a row of <see cref="Current"/> stands for.</summary>
    public bool IsUnused(int row) => unused[Number - 1][Current.Neurons[row]];

    /// <summary>How far the file's own rounding can move each row.</summary>
    public static double[] Radii(AffineLayer layer, Box box)
    {
        var radii = new double[layer.Outputs];
        for (int i = 0; i < radii.Length; i++)
            radii[i] = LayerRadius.Of(layer, i, box);
        return radii;
    }

    /// <summary>What a layer's weights are stored as when some of them are new.</summary>
    public WeightPrecision PrecisionOf(AffineLayer layer) => Options.Precision ?? layer.SourcePrecision;

    /// <summary>Records a step on the current layer.</summary>
    public void Report(CompressionStepKind kind, IEnumerable<int> rows, string description) =>
        Steps.Add(new(kind, Number, [.. rows.Select(r => Current.Neurons[r]).Order()], description));

    /// <summary>Proven bounds of <c>a~</c> for a row of the current layer: the original's, widened by <c>delta</c>.</summary>
    /// <remarks>
    /// Where <c>delta</c> is rounding, the widening is of second order, for these bounds only multiply rounding themselves; where it is a
    /// file's radius, it need not be small.
    /// </remarks>
    public (double Lower, double Upper) ActivationOf(int row)
    {
        int neuron = Current.Neurons[row];
        double delta = Current.Delta[row];
        double lower = Bounds.Lower(Number)[neuron], upper = Bounds.Upper(Number)[neuron];
        if (delta != 0)
            (lower, upper) = (Math.BitDecrement(lower - delta), Math.BitIncrement(upper + delta));
        return (double.IsNaN(lower) ? 0 : Math.Max(0, lower), double.IsNaN(upper) ? double.PositiveInfinity : Math.Max(0, upper));
    }

    /// <summary>The current layer stays, as it is now: it is done, and the next becomes the current one.</summary>
    public void Keep(WorkingLayer next)
    {
        var lower = new double[Current.Rows];
        var upper = new double[Current.Rows];
        for (int i = 0; i < lower.Length; i++)
            (lower[i], upper[i]) = ActivationOf(i);
        Done.Add((Current, Inputs));
        Inputs = new(lower, upper);
        Advance(next);
    }

    /// <summary>The current layer is gone: the next one reads what it read.</summary>
    public void Advance(WorkingLayer next)
    {
        Current = next;
        Number++;
        FirstNeuron = Number <= Table.Network.Depth ? FirstNeuron + Table.Network.WidthOf(Number - 1) : 0;
    }

    private int FirstNeuron { get; set; }
}
