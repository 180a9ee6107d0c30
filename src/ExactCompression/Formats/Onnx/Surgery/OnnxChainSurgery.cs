using ExactCompression.Networks;
using Google.Protobuf;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Writes a chain of dense layers that was made from a file's as that file, with only what changed changed: its edit is stated of the
/// file's graph (<see cref="ChainRewrite"/>).
/// </summary>
internal static class OnnxChainSurgery
{
    /// <summary>The file of an edited chain.</summary>
    /// <param name="network">The chain.</param>
    /// <param name="precision">What weights are to be stored as.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The file, no larger than the original's; null where that cannot be changed into the network, so that it must be written
    /// anew.</returns>
    public static byte[]? TryWrite(ReluNetwork network, WeightPrecision precision, CancellationToken cancellation = default)
    {
        if (network.Source?.Model is not OnnxSource source || network.ChainEdit is not { } chain)
            return null;
        try
        {
            OnnxSubject subject = OnnxSubject.Of(source, cancellation);
            NetworkGraph graph = subject.Read.Graph;
            bool isOfPrecision = precision == (graph.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32);
            if (!isOfPrecision || subject.Read.Chain is not { } read
                || ChainRewrite.TryState(graph, read.Ends, chain, network.DenseLayers) is not { } edit)
                return null;
            byte[] before = Bytes(source);
            if (ChangesNothing(edit))
                return AreSame(network, chain, read.Layers) ? before : null; // it may spell messages in fewer bytes
            OnnxSubject written = OnnxSurgery.Apply(subject, edit, cancellation);
            bool isGood = written.Model.CalculateSize() <= before.Length && AreSame(network, chain, written.Read.Layers);
            return isGood ? written.Model.ToByteArray() : null;
        }
        catch (Exception e) when (e is ExactCompressionException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null; // such as a data file that is gone, or a version of the operators that has none for what is new
        }
    }

    private static byte[] Bytes(OnnxSource source)
    {
        using var stream = new MemoryStream();
        source.WriteTo(stream);
        return stream.ToArray();
    }

    private static bool ChangesNothing(GraphEdit edit) => edit.Edited.Values == edit.Original.Values
        && edit.Origins.SequenceEqual(Enumerable.Range(0, edit.Original.Values)) && edit.Selections.All(static s => s is null)
        && !edit.IsNew.Contains(true);

    private static bool AreSame(ReluNetwork network, ChainEdit edit, IReadOnlyList<AffineLayer>? read) =>
        read?.Count == network.Layers.Count
        && Enumerable.Range(0, read.Count).All(l => AreSame(network.DenseLayers[l], read[l], isOwn: !edit.Layers[l].IsNew));

    /// <summary>Whether a layer was read as it was to be written. One that kept the file's operations may be read with smaller radii, for
    /// what was joined there is gone.</summary>
    private static bool AreSame(AffineLayer wanted, AffineLayer read, bool isOwn) =>
        wanted.Activation == read.Activation && wanted.Inputs == read.Inputs && wanted.Outputs == read.Outputs
        && (wanted.IsSameMap(read)
            || (isOwn && wanted.Weights.Span.SequenceEqual(read.Weights.Span) && wanted.Bias.Span.SequenceEqual(read.Bias.Span)
                && AreWithin(read.WeightRadius.Span, wanted.WeightRadius.Span) && AreWithin(read.BiasRadius.Span, wanted.BiasRadius.Span)));

    private static bool AreWithin(ReadOnlySpan<double> radii, ReadOnlySpan<double> most)
    {
        for (int i = 0; i < radii.Length; i++)
        {
            if (radii[i] > (most.IsEmpty ? 0 : most[i]))
                return false;
        }

        return true;
    }
}
