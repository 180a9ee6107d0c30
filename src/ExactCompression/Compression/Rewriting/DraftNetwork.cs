using ExactCompression.Numerics;

namespace ExactCompression.Compression.Rewriting;

/// <summary>
/// A network between the original and the stored result, <c>f = f_0, f_1, ..., f_n</c>: each step creates a new one, and the proven bound
/// of the deviation from the original grows by what the step contributes. Weights are in double and taken as exact: the
/// rounding of computing them is part of the step, that of storing them is bounded by <see cref="StoredDraft"/>. Immutable.
/// </summary>
/// <remarks>
/// Every bound of a <see cref="DraftLayer"/> is one over the domain, in real arithmetic, for this particular network. A step that rewrites
/// a layer is proven by <see cref="RewriteProof"/> to move the pre-activations after it by at most some amounts; layer by layer these pass
/// through rectifiers, whose outputs move by no more than their inputs, and by no more than their largest output
/// (<see cref="DraftRow.Rectified"/>), and through the unchanged weights: <c>moved_(l+1) = |W_(l+1)| moved_l</c>. The bounds of these
/// layers are widened accordingly.
/// </remarks>
internal sealed class DraftNetwork
{
    private DraftNetwork(
        Box domain, IReadOnlyList<DraftLayer> layers, double[] deviation, bool onlyRemoved, IReadOnlyList<CompressionStep> steps)
    {
        Domain = domain;
        Layers = layers;
        Deviation = deviation;
        OnlyRemoved = onlyRemoved && layers.All(static l => !l.IsNew);
        Steps = steps;
    }

    /// <summary>The box of inputs.</summary>
    public Box Domain { get; }

    /// <summary>All layers, the output layer last.</summary>
    public IReadOnlyList<DraftLayer> Layers { get; }

    /// <summary>For each output, a proven bound over the domain of the deviation from the original.</summary>
    public double[] Deviation { get; }

    /// <summary>
    /// Whether all steps only removed neurons that are 0 over the domain or that nothing reads: then it is the original's function,
    /// whatever the radii of the file.
    /// </summary>
    public bool OnlyRemoved { get; }

    /// <summary>The steps from the original to this network.</summary>
    public IReadOnlyList<CompressionStep> Steps { get; }

    /// <summary>Hidden layers.</summary>
    public int Depth => Layers.Count - 1;

    /// <summary>The size of the network.</summary>
    public NetworkSize Size => new(
        Layers.Take(Depth).Sum(static l => l.Count),
        Layers.Sum(static l => l.NonZeros),
        Layers.Sum(static l => l.Weights.LongLength),
        Layers.Sum(static l => l.Weights.LongLength + l.Count),
        Layers.Sum(static l => l.Weights.LongLength));

    /// <summary>The original unchanged; it may deviate by the rounding radius of its file.</summary>
    /// <param name="table">The network, and what is known of it.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork Of(StabilityTable table, CancellationToken cancellation = default)
    {
        ReluNetwork network = table.Network;
        PreActivationBounds bounds = PreActivationBounds.Of(table, cancellation);
        var domain = PreActivationBounds.DomainBox(table.Domain);
        var layers = new DraftLayer[network.Layers.Count];
        double[] moved = new double[network.InputSize];
        for (int l = 0, at = 0; l < layers.Length; l++)
        {
            cancellation.ThrowIfCancellationRequested();
            AffineLayer source = network.DenseLayers[l];
            Box inputs = l == 0 ? domain : bounds.Activations(l);
            double[] before = moved;
            bool isExact = source.IsExact && before.AsSpan().IndexOfAnyExcept(0.0) < 0;
            moved = isExact ? new double[source.Outputs] : [.. Enumerable.Range(0, source.Outputs).Select(
                i => UpperBound.Add(UpperBound.MagnitudeDot(source.Row(i), before), LayerRadius.Of(source, i, inputs)))];
            var rows = new DraftRow[source.Outputs];
            for (int i = 0; i < rows.Length; i++)
            {
                NeuronState state = l < network.Depth ? table.Neurons[at++].State : NeuronState.Undetermined;
                rows[i] = new(
                    source.Bias.Span[i], i, state == NeuronState.StablyActive, state == NeuronState.StablyInactive, bounds.Lower(l + 1)[i],
                    bounds.Upper(l + 1)[i]);
                if (l < network.Depth)
                    moved[i] = rows[i].Rectified(moved[i]);
            }

            layers[l] = new(source, l + 1, source.Inputs, source.Weights.ToArray(), rows, false);
        }

        return new(domain, layers, moved, true, []);
    }

    /// <summary>Some layers, taken by themselves: what moves is told of the last one's pre-activations.</summary>
    /// <param name="inputs">The box of what the first reads.</param>
    /// <param name="layers">At least two layers.</param>
    public static DraftNetwork Of(Box inputs, params DraftLayer[] layers) => new(inputs, layers, new double[layers[^1].Count], true, []);

    /// <summary>The box of a layer's inputs.</summary>
    /// <param name="at">0-based layer.</param>
    public Box InputsOf(int at) => at == 0 ? Domain : Layers[at - 1].Activations;

    /// <summary>The network after a step.</summary>
    /// <param name="first">0-based index of the first layer that changes.</param>
    /// <param name="removed">Number of layers that are removed from there.</param>
    /// <param name="added">Layers that replace them; the bounds of all but the last are those of the new network, the last one's those of
    /// the old.</param>
    /// <param name="moved">How far the pre-activations of the last of them have moved.</param>
    /// <param name="step">The description of the step; null for none.</param>
    public DraftNetwork Replaced(int first, int removed, DraftLayer[] added, double[] moved, CompressionStep? step = null)
    {
        IReadOnlyList<CompressionStep> steps = step is null ? Steps : [.. Steps, step];
        List<DraftLayer> layers = [.. Layers];
        layers.RemoveRange(first, removed);
        layers.InsertRange(first, added);
        for (int l = first + added.Length - 1; moved.AsSpan().IndexOfAnyExcept(0.0) >= 0; l++)
        {
            layers[l] = layers[l].Widened(moved);
            if (l == layers.Count - 1)
                return new(Domain, layers, [.. Deviation.Zip(moved, UpperBound.Add)], false, steps);
            DraftLayer next = layers[l + 1];
            double[] before = [.. layers[l].Rows.Zip(moved, static (row, by) => row.Rectified(by))];
            moved = [.. Enumerable.Range(0, next.Count).Select(i => UpperBound.MagnitudeDot(next.Row(i), before))];
        }

        return new(Domain, layers, Deviation, OnlyRemoved, steps);
    }

    /// <summary>The same network with another description of its steps.</summary>
    public DraftNetwork With(IEnumerable<CompressionStep> steps) => new(Domain, Layers, Deviation, OnlyRemoved, [.. steps]);
}
