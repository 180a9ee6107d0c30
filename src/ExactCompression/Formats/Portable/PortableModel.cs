using ExactCompression.Formats.Onnx;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using Google.Protobuf;

namespace ExactCompression.Formats;

/// <summary>
/// Networks that are what their ONNX file states travel as that file, so that they can be written as it again. The graph is read from it
/// anew: so no bytes can pair a network with the model of another.
/// </summary>
internal static class PortableModel
{
    private const long LeastMemory = 1L << 28;

    private static readonly MessageParser<ModelProto> Parser = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>
    /// The file of a network, with its data files in it; of a compressed one, the file that it is written as. Null where there is none, or
    /// none any more.
    /// </summary>
    /// <param name="network">The network.</param>
    public static byte[]? Of(ReluNetwork network)
    {
        if (network.Source?.Model is not OnnxSource source)
            return null;
        try
        {
            using var content = new MemoryStream();
            if (network.Edit is null)
                source.WriteTo(content);
            else
                new OnnxFormat().Write(network, content, network.SourcePrecision);
            return content.ToArray();
        }
        catch (Exception e) when (e is ExactCompressionException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// The file that a compressed chain of dense layers is written as; null where that is not its original's file with only what changed
    /// changed, or does not say all that the layers do.
    /// </summary>
    /// <param name="network">The network.</param>
    public static byte[]? OfChain(ReluNetwork network)
    {
        if (network.ChainEdit is null || network.StatedDomain is not null || network.Training is not null
            || OnnxChainSurgery.TryWrite(network, network.SourcePrecision) is not { } content)
            return null;
        ReluNetwork read;
        try
        {
            read = Read(content, network.Name, network.Path, network.Format);
        }
        catch (InvalidFileException)
        {
            return null; // it takes more to read than a reader grants
        }

        bool isSame = read.Layers.Count == network.Layers.Count && read.DenseLayers.Zip(network.DenseLayers).All(
            static pair => pair.First.IsSameMap(pair.Second) && pair.First.SourcePrecision == pair.Second.SourcePrecision
                && pair.First.WeightRadius.Span.SequenceEqual(pair.Second.WeightRadius.Span)
                && pair.First.BiasRadius.Span.SequenceEqual(pair.Second.BiasRadius.Span));
        return isSame ? content : null;
    }

    /// <summary>The network of a file.</summary>
    /// <param name="content">The file.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="path">Where the file was, or null.</param>
    /// <param name="format">The name of the format.</param>
    /// <exception cref="InvalidFileException">The content is no such file, or takes more than it may.</exception>
    public static ReluNetwork Read(byte[] content, string name, string? path, string? format)
    {
        string place = path ?? name;
        long most = Math.Max(LeastMemory, content.LongLength * ImportBudget.BytesPerByte);
        var budget = new ImportBudget(new() { MaximumSize = most }, place, content.LongLength);
        new OnnxWeight(budget).Count(content);
        ModelProto model = Parser.ParseFrom(content);
        ReluNetwork read = OnnxReader.Network(
            model, new(place), budget, name, path, format, new(format ?? "", new OnnxSource(content, place)));

        // A chain that came as its file goes on as that file.
        return read.IsDense ? read.With(read.DenseLayers, ChainEdit.None(read.DenseLayers)) : read;
    }
}
