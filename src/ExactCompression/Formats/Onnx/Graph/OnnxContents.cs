using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// What nodes that are not analysed do, exactly: hashes of all that the file says of each, field by field, whether it is known here or not,
/// with the constants that it takes, the versions of operators and the functions that the file defines. Two nodes with the same hash give
/// the same at the same operands.
/// </summary>
/// <remarks>
/// Programs encode the same message differently: some write fields that hold the default, an axis of 0 or an empty domain, others leave
/// them out, and the order of fields is free. So the hashes are of messages as they are written here, which is how they stand in the file
/// of a network after compression.
/// </remarks>
internal sealed class OnnxContents
{
    /// <summary>Constants that are computed from others, so many steps deep, are followed.</summary>
    private const int MostSteps = 16;

    private static readonly string[] Random =
        ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout"];

    private readonly Dictionary<object, ReadOnlyMemory<byte>> parts = new(ReferenceEqualityComparer.Instance); // nodes and tensors
    private readonly Dictionary<string, byte[]?> constants = new(StringComparer.Ordinal);
    private readonly byte[] head;

    /// <summary>Finds the nodes and tensors of a model in its file.</summary>
    /// <param name="model">The model, as parsed from it and not changed since.</param>
    /// <param name="file">The file's bytes.</param>
    public OnnxContents(ModelProto model, ReadOnlyMemory<byte> file)
    {
        var (foundNodes, foundTensors) = (new List<ReadOnlyMemory<byte>>(), new List<ReadOnlyMemory<byte>>());
        var others = new List<Field>();
        foreach (Field field in Fields(file))
        {
            // Not what says who made the file, nor its texts: versions of operators, functions, and what else there is.
            if (field.Number is not (<= 7 or 14))
                others.Add(field);
            foreach (Field part in field is { Number: 7, IsMessage: true } ? Fields(field.Content) : [])
            {
                if (part is { IsMessage: true, Number: 1 or 5 })
                    (part.Number == 1 ? foundNodes : foundTensors).Add(part.Content);
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Field field in others.OrderBy(static f => f.Number))
        {
            byte[]? known = field is { Number: 8, IsMessage: true } ? Written(OperatorSetIdProto.Parser, field.Content) : null;
            hash.AppendData(known ?? field.Whole.Span);
        }

        head = hash.GetHashAndReset();
        if (foundNodes.Count != model.Graph.Node.Count || foundTensors.Count != model.Graph.Initializer.Count)
            return;
        for (int k = 0; k < foundNodes.Count; k++)
            parts[model.Graph.Node[k]] = foundNodes[k];
        for (int k = 0; k < foundTensors.Count; k++)
            parts[model.Graph.Initializer[k]] = foundTensors[k];
    }

    /// <summary>
    /// The content of a node for one of its outputs; empty where the file does not hold it: tensors in other files, graphs inside of it,
    /// constants that depend on the shapes of values, and nodes that give something else each time.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="output">The place of the output.</param>
    /// <param name="taken">The values of the network's graph that it takes, in order.</param>
    /// <param name="find">Finds what it takes by name.</param>
    /// <param name="graph">The file's graph.</param>
    public string Of(OnnxNode node, int output, int[] taken, Func<string, OnnxValue> find, OnnxGraph graph)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        if (!TryAppend(hash, node))
            return "";
        Append(hash, FormattableString.Invariant($"output {output} of {node.Inputs.Count}"));
        foreach (string name in node.Inputs)
        {
            OnnxValue? value = name.Length == 0 ? null : find(name);
            Append(hash, value switch
            {
                null => "none",
                { Number: >= 0, Shape: var shape } => FormattableString.Invariant($"{Array.IndexOf(taken, value.Number)} ")
                    + $"{(shape is null ? "?" : string.Join('x', shape))} {value.IsFloat} {value.IsBatch}",
                _ => "constant",
            });
            if (value is not { Number: < 0 })
                continue;
            if (ConstantOf(name, graph, MostSteps) is not { } content)
                return "";
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The content of a tensor that is not read; empty where the file does not hold it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="graph">The file's graph.</param>
    public string OfTensor(string name, OnnxGraph graph) =>
        ConstantOf(name, graph, MostSteps) is { } content ? Convert.ToHexStringLower(content) : "";

    private byte[]? ConstantOf(string name, OnnxGraph graph, int steps)
    {
        if (constants.TryGetValue(name, out byte[]? known))
            return known;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isWhole;
        if (graph.Initializer(name) is { } tensor)
        {
            isWhole = tensor.DataLocation != TensorProto.Types.DataLocation.External
                && parts.TryGetValue(tensor, out ReadOnlyMemory<byte> bytes)
                && Written(TensorProto.Parser, bytes) is { } content && TryAppend(hash, content, 8, 12);
        }
        else
        {
            isWhole = steps > 0 && graph.ProducerOf(name) is { } node && TryAppend(hash, node) && TryAppendInputs(node);
            bool TryAppendInputs(OnnxNode node)
            {
                Append(hash, FormattableString.Invariant($"output {node.Outputs.ToList().IndexOf(name)} of {node.Inputs.Count}"));
                foreach (string input in node.Inputs)
                {
                    if ((input.Length == 0 ? [] : ConstantOf(input, graph, steps - 1)) is not { } content)
                        return false;
                    Append(hash, content.Length == 0 ? "none" : "constant");
                    hash.AppendData(content);
                }

                return true;
            }
        }

        return constants[name] = isWhole ? hash.GetHashAndReset() : null;
    }

    /// <summary>Adds what a node is, but for its name and those of the values that it takes and gives.</summary>
    private bool TryAppend(IncrementalHash hash, OnnxNode node) =>
        !(node.IsStandard && Random.Contains(node.Operator)) && node.Stored.Attribute.All(static a => a.G is null && a.Graphs.Count == 0)
        && node.Stored.Attribute.All(static a => a.T?.DataLocation is null or TensorProto.Types.DataLocation.Default)
        && parts.TryGetValue(node.Stored, out ReadOnlyMemory<byte> bytes) && !HoldsTensors(bytes) && IsText(node.Stored)
        && Written(NodeProto.Parser, bytes) is { } content && TryAppend(hash, content, 1, 2, 3, 6);

    /// <summary>
    /// A message as it is written here, with all that it states, known here or not; null where what is not known is damaged, which reading
    /// a network passes over.
    /// </summary>
    private static byte[]? Written<T>(MessageParser<T> parser, ReadOnlyMemory<byte> message)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message.Span).ToByteArray();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Whether what names a node's function are texts: others are all the same when they are written again.</summary>
    private static bool IsText(NodeProto node) => node.Attribute.Select(static a => a.Name).Append(node.OpType).Append(node.Domain)
        .All(static text => !text.Contains('\uFFFD', StringComparison.Ordinal));

    /// <summary>Whether attributes have lists of tensors, or sparse ones, which are not known here and may have data elsewhere.</summary>
    private static bool HoldsTensors(ReadOnlyMemory<byte> node) =>
        Fields(node).Where(static f => f is { Number: 5, IsMessage: true }).SelectMany(static f => Fields(f.Content))
            .Any(static f => f.Number is 10 or 22 or 23);

    /// <summary>Adds all fields of a message but some.</summary>
    private static bool TryAppend(IncrementalHash hash, ReadOnlyMemory<byte> message, params ReadOnlySpan<int> without)
    {
        int read = 0;
        foreach (Field field in Fields(message))
        {
            read += field.Whole.Length;
            if (!without.Contains(field.Number))
                hash.AppendData(field.Whole.Span);
        }

        hash.AppendData("end"u8);
        return read == message.Length;
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    /// <summary>The fields of a message, in order; ends early at what is damaged, or of a kind that the format does not use.</summary>
    private static IEnumerable<Field> Fields(ReadOnlyMemory<byte> message)
    {
        while (message.Length > 0)
        {
            int at = 0;
            if (!TryVarint(message.Span, ref at, out ulong tag))
                yield break;
            ulong length = (tag & 7) switch { 1 => 8, 5 => 4, _ => 0 };
            int start = at;
            bool isSound = (tag & 7) switch
            {
                0 => TryVarint(message.Span, ref at, out _),
                2 => TryVarint(message.Span, ref at, out length),
                1 or 5 => true,
                _ => false,
            };
            start = (tag & 7) == 0 ? start : at;
            if (!isSound || length > (ulong)(message.Length - at))
                yield break;
            int end = at + (int)length;
            yield return new((int)Math.Min(tag >> 3, int.MaxValue), (tag & 7) == 2, message[start..end], message[..end]);
            message = message[end..];
        }
    }

    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            value |= (ulong)(bytes[at] & 0x7f) << shift;
            if (bytes[at++] < 0x80)
                return true;
        }

        return false;
    }

    /// <summary>A field of a message.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="IsMessage">Whether it has a length: a message, a text, or numbers.</param>
    /// <param name="Content">What it holds.</param>
    /// <param name="Whole">All of it, with its number.</param>
    private readonly record struct Field(int Number, bool IsMessage, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Whole);
}
