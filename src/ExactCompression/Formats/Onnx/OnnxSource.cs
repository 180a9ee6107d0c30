using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;

namespace ExactCompression.Formats.Onnx;

/// <summary>The file that a network was read from, to be written again.</summary>
/// <param name="Content">The model as stored.</param>
/// <param name="Path">The file, in whose folder tensors may have data files.</param>
internal sealed record OnnxSource(byte[] Content, string Path)
{
    /// <summary>The model with all that it states, known here or not.</summary>
    public ModelProto Parse() => ModelProto.Parser.ParseFrom(Content);

    /// <summary>Writes the model as it was; tensors with data files of their own take their data into it.</summary>
    /// <param name="stream">Where to.</param>
    /// <exception cref="InvalidFileException">A data file is not there any more.</exception>
    /// <exception cref="InvalidInputException">The model with its data is larger than one file holds.</exception>
    public void WriteTo(Stream stream)
    {
        ModelProto model = Parse();
        if (Embed(model))
            model.WriteTo(stream);
        else
            stream.Write(Content);
    }

    /// <summary>Takes data that tensors have in files of their own into the model.</summary>
    /// <param name="model">The model, as it was parsed.</param>
    /// <returns>Whether there are any such.</returns>
    /// <exception cref="InvalidFileException">A data file is not there any more.</exception>
    /// <exception cref="InvalidInputException">The model with its data is larger than one file holds.</exception>
    public bool Embed(ModelProto model)
    {
        TensorProto[] external =
            [.. Tensors(model.Graph).Where(static t => t.DataLocation == TensorProto.Types.DataLocation.External)];
        if (external.Length == 0)
            return false;
        var reader = new OnnxExternalData(new(Path), new(new() { MaximumSize = long.MaxValue }, Path, 0));
        foreach (TensorProto tensor in external)
        {
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(reader.Read(tensor, tensor.Name, null));
            tensor.DataLocation = TensorProto.Types.DataLocation.Default;
            tensor.ExternalData.Clear();
        }

        if (external.Sum(static t => (long)t.RawData.Length) + Content.Length > int.MaxValue)
            throw new InvalidInputException(
                "OnnxTooLarge", $"The model '{Path}' and its data files are larger than one ONNX file can be.", "Copy them instead.");
        return true;
    }

    /// <summary>All tensors of a graph, those in attributes and graphs inside included.</summary>
    private static IEnumerable<TensorProto> Tensors(GraphProto graph)
    {
        var graphs = new Stack<GraphProto>([graph]);
        while (graphs.TryPop(out GraphProto? next))
        {
            foreach (TensorProto tensor in next.Initializer)
                yield return tensor;
            foreach (AttributeProto attribute in next.Node.SelectMany(static n => n.Attribute))
            {
                if (attribute.T is not null)
                    yield return attribute.T;
                foreach (GraphProto inner in attribute.Graphs.Concat(attribute.G is null ? [] : [attribute.G]))
                    graphs.Push(inner);
            }
        }
    }
}
