namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Counts the memory that a file's objects will take before it is parsed: two bytes can encode an empty node, which takes a hundred times
/// as much. Malformed content is left for the parser to refuse.
/// </summary>
/// <param name="budget">The import's limits.</param>
internal sealed class OnnxWeight(ImportBudget budget)
{
    // Approximate size of an object of the schema, with its lists and its place in one.
    private const int ObjectSize = 250;

    // Deeper messages are refused by the parser.
    private const int MostLevels = 100;

    // Memory that is summed up between two checks of the budget.
    private const long Pause = 1 << 20;

    private long gathered;

    /// <summary>The messages whose fields are messages again.</summary>
    private enum Kind
    {
        Leaf,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Sparse,
        ValueInfo,
        Type,
        TensorType,
        Shape,
    }

    /// <summary>Counts a whole file.</summary>
    /// <exception cref="InvalidFileException">It would exceed the import's limits.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    public void Count(ReadOnlySpan<byte> file)
    {
        Walk(file, Kind.Model, 0);
        Take();
    }

    private static Kind? Child(Kind parent, int field) => (parent, field) switch
    {
        (Kind.Model, 7) => Kind.Graph,
        (Kind.Model, 8 or 14) => Kind.Leaf,
        (Kind.Graph, 1) => Kind.Node,
        (Kind.Graph, 5) => Kind.Tensor,
        (Kind.Graph, 11 or 12 or 13) => Kind.ValueInfo,
        (Kind.Graph, 15) => Kind.Sparse,
        (Kind.Sparse, 1) => Kind.Tensor,
        (Kind.Node, 5) => Kind.Attribute,
        (Kind.Attribute, 5) => Kind.Tensor,
        (Kind.Attribute, 6 or 11) => Kind.Graph,
        (Kind.Tensor, 13) => Kind.Leaf,
        (Kind.ValueInfo, 2) => Kind.Type,
        (Kind.Type, 1) => Kind.TensorType,
        (Kind.TensorType, 2) => Kind.Shape,
        (Kind.Shape, 1) => Kind.Leaf,
        _ => null,
    };

    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private void Walk(ReadOnlySpan<byte> message, Kind kind, int level)
    {
        while (TryVarint(ref message, out ulong tag))
        {
            ulong length = 0;
            bool sound = (tag & 7) switch
            {
                0 => TryVarint(ref message, out _),
                1 => (length = 8) <= (ulong)message.Length,
                2 => TryVarint(ref message, out length) && length <= (ulong)message.Length,
                5 => (length = 4) <= (ulong)message.Length,
                _ => false,
            };
            if (!sound)
                return;
            ReadOnlySpan<byte> content = message[..(int)length];
            message = message[(int)length..];
            Kind? child = (tag & 7) == 2 && tag >> 3 < 100 ? Child(kind, (int)(tag >> 3)) : null;
            gathered += child is null ? 2 * (content.Length + sizeof(long)) : ObjectSize;
            if (gathered >= Pause)
                Take();
            if (child is { } known and not Kind.Leaf && level < MostLevels)
                Walk(content, known, level + 1);
        }
    }

    private void Take()
    {
        budget.Allocate(gathered, "graph");
        gathered = 0;
    }
}
