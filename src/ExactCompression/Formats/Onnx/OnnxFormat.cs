using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// ONNX files (<c>.onnx</c>), all operator versions. Read: any graph; nodes that are not analysed are opaque, and nothing is claimed of
/// what depends on them. Written: a network as it was read is the same file again, and one that was compressed is its original's file
/// with only what changed changed. Other dense networks are Gemm, Relu and the file's
/// normalisation, with the input and output of the file that the network came from; without one, for any batch size.
/// </summary>
/// <remarks>
/// A network is what its nodes compute over the real numbers with the weights as stored, for one input row. Affine maps without a ReLU
/// between them become one layer; if joining them rounds, the layer has radii for the rounding error. Normalisation at the input is joined
/// into the first layer, so an input domain refers to the file's own input.
/// </remarks>
public sealed class OnnxFormat : INetworkFormat, IWritableNetworkFormat
{
    /// <inheritdoc/>
    public string Name => "Onnx";

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".onnx"];

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> head, string path) => OnnxSignature.Matches(head);

    /// <inheritdoc/>
    public ReluNetwork Read(string path, ImportOptions options) => OnnxReader.Read(path, Name, options, SizeOf);

    /// <inheritdoc/>
    public bool Holds(ReluNetwork network, WeightPrecision precision) => IsAsRead(network, precision)
        || (IsEdited(network, precision)
            ? OnnxGraphPrecision.Holds(network.Edit!, precision)
            : network.Graph is { } graph
            ? OnnxGraphPrecision.Holds(graph, precision)
            : network.DenseLayers.All(
                l => l.Parts is { } parts ? OnnxPartNodes.Hold(parts, precision) : l.IsExact && l.Precision <= precision)
                || IsCut(network, precision));

    /// <inheritdoc/>
    /// <remarks>
    /// A layer that joins several operations of a file is written as those operations. One with a rounding radius whose operations are not
    /// known is written as its stored weights, the centre of that enclosure.
    /// </remarks>
    /// <exception cref="InvalidInputException">A weight is too large for <paramref name="precision"/>, or the network for one
    /// file.</exception>
    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision) =>
        WriteTo(stream, network, precision, CancellableOutput.TokenOf(stream));

    /// <inheritdoc/>
    public bool CanWrite(ReluNetwork network) => true;

    /// <summary>How many bytes the file of a network takes, its weights in the precision of the original's.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The bytes; null where it cannot be written.</returns>
    internal long? SizeOf(ReluNetwork network, CancellationToken cancellation)
    {
        bool isPlain = !network.IsDense || network.DenseLayers.All(static l => l.Parts is null)
            || Holds(network, network.SourcePrecision);
        try
        {
            using var counter = new CountingStream(cancellation);
            WriteTo(counter, network, isPlain ? network.SourcePrecision : network.Precision, cancellation);
            return counter.Length;
        }
        catch (Exception e) when (e is ExactCompressionException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null; // whoever writes it learns why
        }
    }

    /// <summary>
    /// A compressed graph as it is when its file has been written and read again: the same function, but what is left of some nodes may be
    /// none there, or others.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The graph; null for a network that is no edited graph, or that cannot be written.</returns>
    internal static ReluNetwork? AsWritten(ReluNetwork network, CancellationToken cancellation)
    {
        if (network is not { Source.Model: OnnxSource source, Edit: { } edit })
            return null;
        try
        {
            byte[] bytes = OnnxSurgery.Model(source, edit, cancellation).ToByteArray();
            var budget = new ImportBudget(new() { MaximumSize = long.MaxValue, Cancellation = cancellation }, source.Path, 0);
            ModelProto model = ModelProto.Parser.ParseFrom(bytes);
            NetworkGraph graph = OnnxReader.Read(
                model, new(source.Path), budget, traces: false, new(() => new OnnxContents(model, bytes))).Read.Graph;
            return new(graph, network.Name, network.Path, network.Format, network.StatedDomain, network.Interface);
        }
        catch (Exception e) when (e is ExactCompressionException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null; // whoever writes it learns why
        }
    }

    private static void WriteTo(Stream stream, ReluNetwork network, WeightPrecision precision, CancellationToken cancellation)
    {
        if (IsAsRead(network, precision))
        {
            ((OnnxSource)network.Source!.Model).WriteTo(stream);
            return;
        }

        if (IsEdited(network, precision))
        {
            OnnxSurgery.Model((OnnxSource)network.Source!.Model, network.Edit!, cancellation).WriteTo(stream);
            return;
        }

        if (network.ChainEdit is not null && OnnxChainSurgery.TryWrite(network, precision, cancellation) is { } cut)
        {
            stream.Write(cut);
            return;
        }

        OnnxModel.RequireRoom(network, precision);
        (network.IsDense ? OnnxWriter.Model(network, precision) : OnnxGraphWriter.Model(network, precision)).WriteTo(stream);
    }

    /// <summary>Whether a network is written as the model that it was read from: with weights as that stores them.</summary>
    private static bool IsAsRead(ReluNetwork network, WeightPrecision precision) =>
        network.Source?.Model is OnnxSource && network.Edit is null && network.ChainEdit is null
        && (!network.IsDense || precision == network.SourcePrecision);

    /// <summary>Whether a chain is written as its file with neurons gone, so that what numbers the layers have when they are joined does
    /// not matter.</summary>
    private static bool IsCut(ReluNetwork network, WeightPrecision precision) =>
        network.ChainEdit is not null && OnnxChainSurgery.TryWrite(network, precision) is not null;

    /// <summary>Whether a network is written as the model that it was made from, with only what changed changed.</summary>
    private static bool IsEdited(ReluNetwork network, WeightPrecision precision) =>
        network.Source?.Model is OnnxSource && network.Edit is { } edit
        && precision == (edit.Original.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32);
}
