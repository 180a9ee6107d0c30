using System.Buffers.Binary;
using System.Text.Json;

namespace ExactCompression.Formats;

/// <summary>safetensors files: eight bytes of header length, a JSON header, raw little-endian tensors.</summary>
/// <remarks>Such files sort tensors by name, so the order of layers comes from the numbers in their names.</remarks>
internal sealed class SafeTensorsFormat : INetworkFormat, IWritableNetworkFormat
{
    public string Name => "SafeTensors";

    public IReadOnlyList<string> Extensions { get; } = [".safetensors"];

    public bool Matches(ReadOnlySpan<byte> head, string path) =>
        head.Length >= 10 && BinaryPrimitives.ReadUInt64LittleEndian(head) is >= 2 and <= SafeTensorsHeader.MaximalLength
            && head[8] == (byte)'{' && head[9..].TrimStart(" \n\r\t"u8) is [(byte)'"' or (byte)'}', ..];

    public ReluNetwork Read(string path, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        var input = new ByteCursor(bytes, path);
        long length = input.TakeInt64("header length");
        if (length is < 2 or > SafeTensorsHeader.MaximalLength || length > input.Remaining)
            throw new InvalidFileException(
                "SafeTensorsDamaged", path, "byte 0",
                $"The header claims {(ulong)length} bytes, but the file has {input.Remaining} after it.",
                "The file is truncated or not a safetensors file.");
        ReadOnlyMemory<byte> header = bytes.AsMemory(8, (int)length);
        List<TensorEntry> tensors = SafeTensorsHeader.Parse(header, bytes.AsMemory(8 + (int)length), path, budget, out string? activation);
        var source = new NamedTensors(tensors, path, Name) { Layout = WeightLayout.OutputsFirst, StatedActivation = activation };
        return StateDictNetwork.Build(source, options, budget);
    }

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision)
    {
        WrittenTensors.RequireWritable(network, precision, Name);
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteString(HiddenActivation.Key, HiddenActivation.Relu);
            json.WriteEndObject();
            long offset = 0;
            foreach ((AffineLayer layer, int number) in network.DenseLayers.Select(static (l, i) => (l, i)))
            {
                offset = WriteTensor(json, WrittenTensors.WeightName(number), [layer.Outputs, layer.Inputs], offset, precision);
                offset = WriteTensor(json, WrittenTensors.BiasName(number), [layer.Outputs], offset, precision);
            }

            json.WriteEndObject();
        }

        // The data begins at a multiple of eight; spaces after the object are part of the header.
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach (AffineLayer layer in network.Layers)
        {
            stream.Write(WrittenTensors.Encode(layer.Weights.Span, precision));
            stream.Write(WrittenTensors.Encode(layer.Bias.Span, precision));
        }
    }

    private static long WriteTensor(Utf8JsonWriter json, string name, int[] shape, long offset, WeightPrecision precision)
    {
        bool single = precision == WeightPrecision.Float32;
        long end = offset + shape.Aggregate(single ? 4L : 8L, static (n, e) => n * e);
        json.WriteStartObject(name);
        json.WriteString("dtype", single ? "F32" : "F64");
        json.WriteStartArray("shape");
        foreach (int extent in shape)
            json.WriteNumberValue(extent);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
