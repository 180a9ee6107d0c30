namespace ExactCompression.Compression.Rewriting;

/// <summary>How the activation of a neuron of a rewritten layer is expressed by the new layer's neurons.</summary>
internal enum NeuronFate
{
    /// <summary>The neuron itself, unchanged.</summary>
    Kept,

    /// <summary>0.</summary>
    Zero,

    /// <summary>A constant.</summary>
    Constant,

    /// <summary>A multiple of a neuron that is kept.</summary>
    Multiple,

    /// <summary>Its own pre-activation, an affine function of the layer's inputs.</summary>
    Linear,

    /// <summary>A multiple of a kept neuron plus its own pre-activation: <c>relu(-s t) = s relu(t) - s t</c>.</summary>
    Opposite,

    /// <summary>
    /// Nothing: the weights on it cancel, those on its multiples and opposites included, or a row after it takes its rectifier over
    /// (<see cref="LayerRewrite.Lifted"/>). What is left of its weights counts as an error.
    /// </summary>
    Cancelled,
}

/// <summary>The replacement of one neuron.</summary>
/// <param name="Fate">How its activation is expressed.</param>
/// <param name="Of">The row of the old layer, kept or cancelled, that it is a multiple of.</param>
/// <param name="Value">The constant, or the factor.</param>
/// <param name="Error">A proven bound of the error of that over the domain.</param>
internal readonly record struct RewrittenNeuron(NeuronFate Fate, int Of = -1, double Value = 0, double Error = 0)
{
    /// <summary>Whether the new layer must provide its pre-activation.</summary>
    public bool HasLinearPart => Fate is NeuronFate.Linear or NeuronFate.Opposite;
}

/// <summary>A neuron that a rewrite adds: linear over the domain.</summary>
/// <param name="Weights">Its weights on the layer's inputs.</param>
/// <param name="Bias">Its bias.</param>
/// <param name="Lower">A proven lower bound of its pre-activation.</param>
/// <param name="Upper">A proven upper bound.</param>
internal sealed record AddedNeuron(double[] Weights, double Bias, double Lower, double Upper)
{
    /// <summary>The row of a layer that it becomes.</summary>
    public DraftRow Row => new(Bias, -1, true, false, Lower, Upper);
}

/// <summary>
/// A proposal to give one hidden layer other neurons, and the layer after it other weights. How it was found does not matter:
/// <see cref="RewriteProof"/> bounds its effect.
/// </summary>
internal sealed class LayerRewrite
{
    /// <summary>0-based hidden layer.</summary>
    public required int At { get; init; }

    /// <summary>The kind of the step.</summary>
    public required CompressionStepKind Kind { get; init; }

    /// <summary>A sentence that describes the step.</summary>
    public required string Description { get; init; }

    /// <summary>One for each neuron of the current layer.</summary>
    public required RewrittenNeuron[] Fates { get; init; }

    /// <summary>Neurons that come after the kept ones.</summary>
    public required AddedNeuron[] Added { get; init; }

    /// <summary>
    /// Weights of the next layer: on the kept neurons in their order, then on the added ones; on the layer's inputs where the layer is
    /// removed.
    /// </summary>
    public required double[] NextWeights { get; init; }

    /// <summary>Biases of the next layer.</summary>
    public required double[] NextBias { get; init; }

    /// <summary>Whether the layer is removed, and the next one reads its inputs.</summary>
    public bool Folds { get; init; }

    /// <summary>
    /// Where a layer that is removed has unstable neurons: for each row of the next layer the neuron whose rectifier that row's own takes
    /// over, for <c>relu(w relu(t) + b) = relu(w t + b)</c> where <c>w &gt; 0 &gt;= b</c>; -1 where the row reads no unstable neuron, or
    /// only such whose effects cancel. Null for any other rewrite.
    /// </summary>
    public int[]? Lifted { get; init; }

    /// <summary>Rows of the old layer that are kept, ascending.</summary>
    public int[] Kept => field ??= [.. Enumerable.Range(0, Fates.Length).Where(j => Fates[j].Fate == NeuronFate.Kept)];

    /// <summary>Rows of the old layer that are removed.</summary>
    public IEnumerable<int> Gone => Enumerable.Range(0, Fates.Length).Where(j => Folds || Fates[j].Fate != NeuronFate.Kept);

    /// <summary>
    /// Whether the fates are consistent: multiples are of neurons that are kept or cancel, and a layer that is removed keeps none.
    /// </summary>
    public bool IsSound => Array.TrueForAll(Fates, f => f.Fate switch
    {
        NeuronFate.Kept => !Folds,
        NeuronFate.Multiple or NeuronFate.Opposite => Fates[f.Of].Fate is NeuronFate.Kept or NeuronFate.Cancelled,
        _ => true,
    });

    /// <summary>Whether the rewrite only removes neurons, and leaves all other weights and biases unchanged.</summary>
    /// <param name="next">The next layer as it is.</param>
    public bool OnlyRemoves(DraftLayer next)
    {
        if (Folds || Added.Length > 0 || !Array.TrueForAll(Fates, static f => f.Fate is NeuronFate.Kept or NeuronFate.Zero)
            || !NextBias.AsSpan().SequenceEqual(next.Bias))
            return false;
        for (int i = 0, at = 0; i < next.Count; i++)
        {
            ReadOnlySpan<double> before = next.Row(i);
            foreach (int j in Kept)
            {
                if (NextWeights[at++] != before[j])
                    return false;
            }
        }

        return true;
    }

    /// <summary>Whether every new weight and bias is finite when it is stored.</summary>
    /// <param name="precision">The precision in which they are stored.</param>
    public bool Fits(WeightPrecision precision) =>
        WeightRounding.Fits(NextWeights, precision) && WeightRounding.Fits(NextBias, precision)
            && Array.TrueForAll(Added, a => WeightRounding.Fits(a.Weights, precision) && WeightRounding.Fits([a.Bias], precision));

    /// <summary>The size of a network after the rewrite.</summary>
    /// <param name="network">The current network.</param>
    public NetworkSize SizeOf(DraftNetwork network)
    {
        DraftLayer layer = network.Layers[At], next = network.Layers[At + 1];
        NetworkSize before = network.Size;
        long nonZeros = before.Connections - layer.NonZeros - next.NonZeros + NextWeights.Length - NextWeights.AsSpan().Count(0.0);
        long weights = before.Weights - layer.Weights.LongLength - next.Weights.LongLength + NextWeights.LongLength;
        int count = Folds ? 0 : Kept.Length + Added.Length;
        if (!Folds)
        {
            nonZeros += Kept.Sum(j => (long)(layer.Columns - layer.Row(j).Count(0.0)))
                + Added.Sum(static a => (long)(a.Weights.Length - a.Weights.AsSpan().Count(0.0)));
            weights += (long)count * layer.Columns;
        }

        long biases = before.Parameters - before.Weights - layer.Count + count;
        return new(before.Neurons - layer.Count + count, nonZeros, weights, weights + biases, weights);
    }

    /// <summary>The description of the rewrite.</summary>
    /// <param name="layer">The current layer.</param>
    public CompressionStep StepOf(DraftLayer layer)
    {
        int[] gone = [.. Gone.Select(j => layer.Rows[j].Neuron)];
        int[] original = [.. gone.Where(static n => n >= 0).Order()];
        return new(Kind, layer.Number, original, Description) { Added = Added.Length - (gone.Length - original.Length) };
    }
}
