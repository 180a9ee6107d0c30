namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Recognises ONNX files, which have no magic number: a protobuf message whose fields all have the numbers and wire types of a model,
/// and among them the format's version, the operators' or the graph.
/// </summary>
internal static class OnnxSignature
{
    private const int Varint = 0, Bytes = 2;
    private const int IrVersion = 1, ModelVersion = 5, Graph = 7, OpsetImport = 8;
    private const ulong LatestPlausibleVersion = 1000;

    /// <summary>Whether the first bytes of a file are those of a model.</summary>
    /// <param name="head">The first bytes; a field may extend beyond them.</param>
    public static bool Matches(ReadOnlySpan<byte> head)
    {
        bool evidence = false;
        while (!head.IsEmpty)
        {
            if (!TryVarint(ref head, out ulong tag) || !TryVarint(ref head, out ulong value))
                return evidence && head.IsEmpty;
            (ulong field, int wire) = (tag >> 3, (int)(tag & 7));
            bool number = field is IrVersion or ModelVersion;
            if (wire != (number ? Varint : Bytes) || !(number || field is 2 or 3 or 4 or 6 or Graph or OpsetImport or 14 or 20 or 25 or 26))
                return false;
            if (field == IrVersion && value is 0 or > LatestPlausibleVersion)
                return false;
            if (!number)
            {
                ReadOnlySpan<byte> content = head[..(int)Math.Min(value, (ulong)head.Length)];
                if (field is Graph or OpsetImport && content.Length > 0)
                {
                    if (!IsField(content[0], field == Graph))
                        return false;
                    evidence = true;
                }

                head = head[content.Length..];
            }

            evidence |= field == IrVersion;
        }

        return evidence;
    }

    /// <summary>Whether a byte can begin a graph (nodes, name, initializers and so on), or an operator set (domain, version).</summary>
    private static bool IsField(byte tag, bool graph) => graph
        ? (tag & 7) == Bytes && (tag >> 3) is 1 or 2 or 5 or 10 or 11 or 12 or 13 or 14 or 15
        : tag is (1 << 3 | Bytes) or (2 << 3 | Varint);

    private static bool TryVarint(ref ReadOnlySpan<byte> head, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 64 && !head.IsEmpty; shift += 7)
        {
            byte part = head[0];
            head = head[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }
}
