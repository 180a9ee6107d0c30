namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// One layer's weights over the neurons that are not off, from the layer to the one below, packed anew as these change: in a small
/// subdomain of the input box most neurons are off. For one thread.
/// </summary>
internal sealed unsafe class SubdomainWeights
{
    private readonly SubdomainLayer layer;
    private readonly SubdomainRelaxation outputs;
    private readonly SubdomainRelaxation? inputs;
    private readonly AlignedValues packed;
    private (long Outputs, long Inputs) versions = (-1, -1);

    /// <summary>Allocates room for all weights.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="outputs">Its neurons.</param>
    /// <param name="inputs">Those of the layer below; null for the network's inputs.</param>
    public SubdomainWeights(SubdomainLayer layer, SubdomainRelaxation outputs, SubdomainRelaxation? inputs)
    {
        (this.layer, this.outputs, this.inputs) = (layer, outputs, inputs);
        packed = new(layer.Map.Outputs * SubdomainProduct.Pad(layer.Map.Inputs));
    }

    /// <summary>Length of a row of the packed weights.</summary>
    public int Stride => inputs?.Width ?? SubdomainProduct.Pad(layer.Map.Inputs);

    /// <summary>
    /// The weights of the neurons in the order of their relaxation, each over those below in the order of theirs, padded with zeros to
    /// <see cref="Stride"/>.
    /// </summary>
    public double* Pack()
    {
        (long Outputs, long Inputs) current = (outputs.Version, inputs?.Version ?? 0);
        if (current == versions)
            return packed.At(0);
        ReadOnlySpan<int> order = outputs.Live;
        for (int k = 0; k < order.Length; k++)
            Gather(layer, order[k], inputs, new(packed.At(k * Stride), Stride));
        versions = current;
        return packed.At(0);
    }

    /// <summary>The weights of a neuron over those below that are not off.</summary>
    /// <param name="layer">The neuron's layer.</param>
    /// <param name="neuron">0-based neuron.</param>
    /// <param name="inputs">The layer below; null for the network's inputs.</param>
    /// <param name="row">Receives the weights, padded with zeros.</param>
    public static void Gather(SubdomainLayer layer, int neuron, SubdomainRelaxation? inputs, Span<double> row)
    {
        ReadOnlySpan<double> weights = layer.Map.Row(neuron);
        int used = weights.Length;
        if (inputs is null)
        {
            weights.CopyTo(row);
        }
        else
        {
            ReadOnlySpan<int> order = inputs.Live;
            used = order.Length;
            for (int i = 0; i < used; i++)
                row[i] = weights[order[i]];
        }

        row[used..].Clear();
    }
}
