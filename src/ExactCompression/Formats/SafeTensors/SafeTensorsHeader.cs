using System.Text.Json;

namespace ExactCompression.Formats;

/// <summary>The JSON header of a safetensors file, checked against the actual data.</summary>
internal static class SafeTensorsHeader
{
    /// <summary>The format's own limit on its header.</summary>
    public const long MaximalLength = 100_000_000;

    // Memory of a tensor's entry here, besides its text in the file.
    private const int EntrySize = 512;

    /// <summary>The tensors in the order of the header.</summary>
    /// <param name="header">The JSON text.</param>
    /// <param name="data">What follows it.</param>
    /// <param name="path">The file.</param>
    /// <param name="budget">The import's limits.</param>
    /// <param name="activation">The activation between layers, if the metadata states one.</param>
    /// <exception cref="InvalidFileException">The header is damaged, or does not account for every byte of the data exactly
    /// once.</exception>
    public static List<TensorEntry> Parse(
        ReadOnlyMemory<byte> header,
        ReadOnlyMemory<byte> data,
        string path,
        ImportBudget budget,
        out string? activation)
    {
        activation = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(header, new() { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Damaged(path, "header", "The header is not a JSON object.");
            var tensors = new List<TensorEntry>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            var ranges = new List<(long Begin, long End, string Name)>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!names.Add(property.Name))
                    throw Damaged(path, property.Name, "The header lists this tensor twice.");
                budget.Allocate(EntrySize, "header");
                if (property.Name == "__metadata__")
                    activation = Activation(property.Value, path) ?? activation;
                else
                    tensors.Add(Tensor(property, data, path, ranges));
            }

            RequireFilled(ranges, data.Length, path);
            return tensors;
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(
                "SafeTensorsDamaged", path, "header", $"The header is not JSON: {e.Message}",
                "The file is damaged or not a safetensors file.",
                inner: e);
        }
        catch (InvalidOperationException e)
        {
            // A value that is text where a number belongs, or invalid UTF-8 in a string.
            throw new InvalidFileException(
                "SafeTensorsDamaged", path, "header", "A value in the header has the wrong type.",
                "The file is damaged or not a safetensors file.", inner: e);
        }
    }

    private static TensorEntry Tensor(
        JsonProperty property, ReadOnlyMemory<byte> data, string path, List<(long Begin, long End, string Name)> ranges)
    {
        string name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object
            || !property.Value.TryGetProperty("dtype", out JsonElement dtype)
            || !property.Value.TryGetProperty("shape", out JsonElement shapes)
            || !property.Value.TryGetProperty("data_offsets", out JsonElement offsets)
            || shapes.ValueKind != JsonValueKind.Array
            || offsets.ValueKind != JsonValueKind.Array
            || offsets.GetArrayLength() != 2)
            throw Damaged(path, name, "The tensor lacks its dtype, shape or data_offsets.");
        string code = dtype.GetString() ?? "";
        if (!offsets[0].TryGetInt64(out long begin) || !offsets[1].TryGetInt64(out long end) || begin < 0 || end < begin
            || end > data.Length)
            throw Damaged(path, name, $"The tensor lies at {NameText.Short(offsets.ToString())}, outside the {data.Length} bytes of data.");
        var shape = new List<int>();
        long count = 1;
        foreach (JsonElement extent in shapes.EnumerateArray())
        {
            if (!extent.TryGetInt32(out int value) || value < 0 || shape.Count == 32)
                throw Damaged(
                    path, name,
                    $"The tensor's shape {NameText.Short(shapes.ToString())} is not a list of at most 32 extents between 0 and "
                        + $"{int.MaxValue}.");
            shape.Add(value);
            count = value != 0 && count > long.MaxValue / value ? long.MaxValue : count * value;
        }

        ElementType? type = Find(code);
        if (type is { } element && (count > end - begin || count * element.Size() != end - begin))
            throw Damaged(
                path, name,
                $"A tensor of shape {NameText.Short(shapes.ToString())} of {NameText.Short(code)} does not match the {end - begin} bytes "
                    + $"it is given.");
        ranges.Add((begin, end, name));
        return new(name, [.. shape], type, () =>
        {
            var values = new double[count];
            ElementDecoding.Decode(data.Span[(int)begin..(int)end], type!.Value, false, values);
            return values;
        });
    }

    // As the format demands: tensors follow one another without overlap or gap, from the first byte of the data to its last.
    private static void RequireFilled(List<(long Begin, long End, string Name)> ranges, long length, string path)
    {
        ranges.Sort();
        long end = 0;
        string before = "the header";
        foreach ((long begin, long next, string name) in ranges)
        {
            if (begin != end)
                throw Damaged(
                    path, name,
                    begin < end
                        ? $"The tensor overlaps '{NameText.Short(before)}'."
                        : $"Before the tensor are {begin - end} bytes that belong to none.");
            (end, before) = (next, name);
        }

        if (end != length && ranges.Count > 0)
            throw Damaged(path, "data", $"The tensors end at byte {end} of the {length} bytes of data.");
    }

    // The metadata are text by text.
    private static string? Activation(JsonElement metadata, string path)
    {
        if (metadata.ValueKind != JsonValueKind.Object)
            throw Damaged(path, "__metadata__", "The metadata is not a JSON object.");
        string? found = null;
        foreach (JsonProperty property in metadata.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw Damaged(path, "__metadata__", "A value of the metadata is not text.");
            if (HiddenActivation.IsKey(property.Name))
                found = property.Value.GetString();
        }

        return found;
    }

    private static ElementType? Find(string code) => code switch
    {
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "F32" => ElementType.Float32,
        "F64" => ElementType.Float64,
        "I8" => ElementType.Int8,
        "I16" => ElementType.Int16,
        "I32" => ElementType.Int32,
        "I64" => ElementType.Int64,
        "U8" => ElementType.UInt8,
        "U16" => ElementType.UInt16,
        "U32" => ElementType.UInt32,
        "U64" => ElementType.UInt64,
        "BOOL" => ElementType.Bool,
        _ => null,
    };

    private static InvalidFileException Damaged(string path, string place, string problem) =>
        new("SafeTensorsDamaged", path, NameText.Short(place), problem, "The file is damaged: save it again.");
}
