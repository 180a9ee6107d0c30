using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression.Schedules;

/// <summary>
/// <see cref="CompressionLevel.DeleteOnly"/>, and the first steps of LEO++ (case 2): the stably inactive neurons of all layers are removed,
/// and then, from the last layer to the first, those that nothing reads any more. No weight is rounded. One neuron of each layer is kept.
/// </summary>
internal static class RemovalSchedule
{
    /// <summary>Removes what the verdicts allow.</summary>
    public static DraftNetwork Run(DraftNetwork network, CancellationToken cancellation)
    {
        for (int at = 0; at < network.Depth; at++)
            network = Taken(network, NeuronRemoval.OfInactive(network, at, NeuronRemoval.InactiveByVerdict), cancellation);
        for (int at = network.Depth - 1; at >= 0; at--)
            network = Taken(network, NeuronRemoval.OfUnused(network, at), cancellation);
        return network.With(network.Steps.OrderBy(static s => s.Layer));
    }

    private static DraftNetwork Taken(DraftNetwork network, LayerRewrite? removal, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return removal is null ? network : RewriteProof.Apply(network, removal, cancellation);
    }
}
