using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Passes;

/// <summary>
/// LEO++ case 1: where all neurons of a layer are stably inactive, the network is a constant over the domain. So it is where nothing reads
/// a layer.
/// </summary>
internal static class NetworkCollapse
{
    /// <summary>The constant network; null where no layer is stably inactive, or the constant overflows as it is stored.</summary>
    /// <param name="network">The network, whose stably inactive neurons may have been removed.</param>
    /// <param name="original">The original; the result must not have more connections.</param>
    /// <param name="precision">What new weights are stored as; null for the output layer's own precision.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <remarks>
    /// The inactive layer and those after it are folded one by one, each now with weights of 0, and nothing reads the layers before it.
    /// What is left is a layer without hidden neurons, its weights 0, its bias the constant. Where that would have more connections than
    /// the original (a bottleneck between many inputs and many outputs) one hidden neuron of zero weights stays.
    /// </remarks>
    public static DraftNetwork? Apply(
        DraftNetwork network, DraftNetwork original, WeightPrecision? precision, CancellationToken cancellation)
    {
        int at = Enumerable.Range(0, network.Depth).FirstOrDefault(
            l => Array.TrueForAll(network.Layers[l].Rows, static r => r.IsInactive), -1);
        if (at < 0)
            return null;
        int neurons = network.Layers[at].Source.Outputs;
        return Collapsed(
            network, at, original, precision, $"All {neurons} neurons are stably inactive: the network is a constant over the domain.",
            cancellation);
    }

    /// <summary>The constant network where nothing reads some layer; null as above.</summary>
    /// <param name="network">The network.</param>
    /// <param name="original">The original.</param>
    /// <param name="precision">What new weights are stored as.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static DraftNetwork? OfUnread(
        DraftNetwork network, DraftNetwork original, WeightPrecision? precision, CancellationToken cancellation)
    {
        int at = Enumerable.Range(0, network.Depth).FirstOrDefault(l => IsUnread(network, l), -1);
        return at < 0
            ? null
            : Collapsed(
                network, at, original, precision, "Nothing reads the layer: the network is a constant over the domain.", cancellation);
    }

    private static bool IsUnread(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        return !Enumerable.Range(0, layer.Count).Any(j => next.Reads(j, layer.Rows[j].Neuron));
    }

    private static DraftNetwork? Collapsed(
        DraftNetwork network, int at, DraftNetwork original, WeightPrecision? precision, string description,
        CancellationToken cancellation)
    {
        DraftLayer layer = network.Layers[at], output = network.Layers[^1];
        long connections = original.Layers.Sum(static l => l.Weights.LongLength);
        int left = (long)network.Layers[0].Columns * output.Count <= connections ? 0 : 1;
        DraftNetwork constant = left == 0 ? network : RewriteProof.Apply(network, ZeroNeuron(network, at), cancellation);
        while (constant.Depth > at + left)
        {
            LayerRewrite? fold = IsUnread(constant, at + left)
                ? LayerFold.OfUnread(constant, at + left)
                : LayerFold.Find(constant, at + left, cancellation);
            if (fold is null)
                return null;
            constant = RewriteProof.Apply(constant, fold, cancellation);
        }

        for (int before = at - 1; before >= 0; before--)
            constant = RewriteProof.Apply(constant, LayerFold.OfUnread(constant, before), cancellation);
        if (!WeightRounding.Fits(constant.Layers[^1].Bias, output.PrecisionOf(precision)))
            return null;

        return constant.With(
            [
                .. network.Steps.Where(s => s.Layer < layer.Number),
                new(CompressionStepKind.Collapse, layer.Number, [.. Enumerable.Range(0, layer.Source.Outputs)], description),
            ]);
    }

    /// <summary>One neuron of zero weights in place of a layer that is inactive or not read.</summary>
    private static LayerRewrite ZeroNeuron(DraftNetwork network, int at)
    {
        DraftLayer layer = network.Layers[at], next = network.Layers[at + 1];
        return new()
        {
            At = at,
            Kind = CompressionStepKind.Collapse,
            Description = "A neuron of zero weights takes the place of the layer.",
            Fates = Array.ConvertAll(layer.Rows, static r => new RewrittenNeuron(NeuronFate.Zero, Error: r.Most)),
            Added = [new(new double[layer.Columns], 0, 0, 0)],
            NextWeights = new double[next.Count],
            NextBias = next.Bias,
        };
    }
}
