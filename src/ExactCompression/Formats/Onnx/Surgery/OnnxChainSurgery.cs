using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Writes a chain of dense layers that was made from a file's as that file, with only what changed changed: its edit is stated of the
/// file's graph (<see cref="ChainRewrite"/>).
/// </summary>
internal static class OnnxChainSurgery
{
    /// <summary>The model of an edited chain.</summary>
    /// <param name="network">The chain.</param>
    /// <param name="precision">What weights are to be stored as.</param>
    /// <returns>The model, no larger than the file; null where the file cannot be changed into the network, so that it must be written
    /// anew.</returns>
    public static ModelProto? TryModel(ReluNetwork network, WeightPrecision precision)
    {
        if (network.Source?.Model is not OnnxSource source || network.ChainEdit is not { } chain)
            return null;
        try
        {
            OnnxSubject subject = OnnxSubject.Of(source);
            NetworkGraph graph = subject.Read.Graph;
            bool isOfPrecision = precision == (graph.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32);
            if (!isOfPrecision || subject.Read.Chain is not { } read
                || ChainRewrite.TryState(graph, read.Ends, chain, network.DenseLayers) is not { } edit)
                return null;
            int most = subject.Model.CalculateSize();
            OnnxSubject written = OnnxSurgery.Apply(subject, edit);
            return written.Model.CalculateSize() <= most && AreSame(network.DenseLayers, written.Read.Layers) ? written.Model : null;
        }
        catch (Exception e) when (e is ExactCompressionException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null; // such as a data file that is gone, or a version of the operators that has none for what is new
        }
    }

    private static bool AreSame(IReadOnlyList<AffineLayer> wanted, IReadOnlyList<AffineLayer>? read) =>
        read?.Count == wanted.Count
        && wanted.Zip(read).All(static pair => pair.First.Activation == pair.Second.Activation && pair.First.Inputs == pair.Second.Inputs
            && pair.First.Outputs == pair.Second.Outputs && pair.First.IsSameMap(pair.Second));
}
