using System.Text.Encodings.Web;
using System.Text.Json;

namespace ExactCompression.Formats;

/// <summary>
/// Stability tables as JSON: an object for each hidden layer, with nested arrays in the layer's own shape. Numbers have as many digits as
/// it takes to read the same double again; infinities, which JSON has no numbers for, are the texts <c>Infinity</c> and <c>-Infinity</c>.
/// </summary>
internal sealed class BoundsJson : ITableFormat
{
    /// <inheritdoc/>
    public string Extension => ".json";

    /// <inheritdoc/>
    public string Purpose => "";

    /// <inheritdoc/>
    public bool HoldsEvidence => true;

    /// <inheritdoc/>
    public bool HoldsPrecision => true;

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> head, string path) => WithoutMark(head).TrimStart(" \t\r\n"u8).StartsWith("{"u8);

    /// <inheritdoc/>
    public void Write(StabilityTable table, Stream stream, string path, WeightPrecision precision)
    {
        ReluNetwork network = table.Network;
        var origin = BoundsOrigin.Of(table, path, '.');
        string[] names = BoundsNames.OfLayers(network), tensors = BoundsNames.OfTensors(network);
        using var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("format", BoundsOrigin.Format);
        json.WriteStartObject("network");
        json.WriteString("name", BoundsOrigin.WellFormed(network.Name));
        if (origin.NetworkFile is { } file)
            json.WriteString("file", file);
        json.WriteString("fingerprint", origin.NetworkFingerprint);
        json.WriteEndObject();
        json.WriteStartObject("domain");
        json.WriteString("name", origin.Domain);
        json.WriteString("fingerprint", origin.DomainFingerprint);
        json.WriteEndObject();
        json.WriteStartObject("input");
        // The ends are the domain itself, not bounds on it: never rounded.
        WriteNested(json, "lower", table.Domain.Lower.ToArray(), network.InputShape, WriteNumber);
        WriteNested(json, "upper", table.Domain.Upper.ToArray(), network.InputShape, WriteNumber);
        json.WriteEndObject();
        json.WriteStartArray("layers");
        for (int k = 0; k < names.Length; k++)
        {
            NeuronStability[] neurons = [.. table.NeuronsOf(k + 1)];
            TensorShape shape = network.Layers[k].Shape;
            json.WriteStartObject();
            json.WriteString("name", names[k]);
            if (tensors[k].Length > 0)
                json.WriteString("tensor", tensors[k]);
            json.WriteStartArray("shape");
            foreach (int extent in shape)
                json.WriteNumberValue(extent);
            json.WriteEndArray();
            WriteNested(json, "lower", BoundsNumbers.Lower(neurons, precision), shape, WriteNumber);
            WriteNested(json, "upper", BoundsNumbers.Upper(neurons, precision), shape, WriteNumber);
            WriteNested(json, "state", neurons, shape, static (json, n) => json.WriteStringValue(n.State.ToString()));
            WriteNested(json, "evidence", neurons, shape, static (json, n) => json.WriteStringValue(n.Evidence));
            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    public StabilityTable Read(TableInput input)
    {
        using JsonDocument document = Parse(input);
        var root = new BoundsField(document.RootElement, input.Path);
        BoundsOrigin.RequireFormat(root.Find("format")?.Text(), input.Path);
        root.RequireOnly("format", "network", "domain", "input", "layers");
        BoundsField? named = root.Find("network"), over = root.Find("domain"), ends = root.Find("input");
        named?.RequireOnly("name", "file", "fingerprint");
        over?.RequireOnly("name", "fingerprint");
        ends?.RequireOnly("lower", "upper");
        var origin = new BoundsOrigin
        {
            Separator = '.',
            NetworkFile = named?.Find("file")?.Text(),
            NetworkFingerprint = named?.Find("fingerprint")?.Text(),
            Domain = over?.Find("name")?.Text(),
            DomainFingerprint = over?.Find("fingerprint")?.Text(),
        };
        ReluNetwork network = origin.FindNetwork(input);
        InputDomain domain = origin.FindDomain(
            network, ends?.Find("lower")?.Nested(network.InputShape, static f => f.Number()),
            ends?.Find("upper")?.Nested(network.InputShape, static f => f.Number()), input);
        BoundsField[] layers = root.Require("layers").Items();
        BoundsOrigin.RequireLayers([.. layers.Select(static f => f.Require("name").Text())], network, "layers", input.Path);
        return BoundsOrigin.Table(
            network, domain, [.. layers.Select((layer, k) => Layer(layer, network.Layers[k].Shape, input.Budget))], input.Path);
    }

    private static BoundsLayer Layer(BoundsField layer, TensorShape shape, ImportBudget budget)
    {
        budget.Work(shape.Elements, layer.Place);
        layer.RequireOnly("name", "tensor", "shape", "lower", "upper", "state", "evidence");
        layer.Find("tensor")?.Text();
        layer.Find("shape")?.RequireShape(shape);
        return new(layer.Place, layer.Require("state").Nested(shape, static f => f.State()))
        {
            Lower = layer.Find("lower")?.Nested(shape, static f => f.Number()),
            Upper = layer.Find("upper")?.Nested(shape, static f => f.Number()),
            Evidence = layer.Find("evidence")?.Nested(shape, static f => f.Text()),
        };
    }

    private static JsonDocument Parse(TableInput input)
    {
        // Twelve bytes for each value, of at least two bytes of text, in an array that grows by doubling.
        const int BytesPerByte = 16;
        input.Budget.Allocate((long)BytesPerByte * input.Bytes.Length, "file");
        input.Budget.Work(input.Bytes.Length, "file");
        ReadOnlyMemory<byte> text = input.Bytes.AsMemory(input.Bytes.Length - WithoutMark(input.Bytes).Length);
        try
        {
            // Parsing cannot be cancelled; it is left to finish on its own.
            return Task.Run(() => JsonDocument.Parse(text, new() { AllowDuplicateProperties = false }), CancellationToken.None)
                .WaitAsync(input.Budget.Cancellation).GetAwaiter().GetResult();
        }
        catch (JsonException e)
        {
            throw new InvalidFileException(
                "TableJsonInvalid", input.Path,
                FormattableString.Invariant($"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}"),
                "The text is not valid JSON, or a property is there twice.", "Export the table again.", inner: e);
        }
        catch (InvalidOperationException e)
        {
            // Names of properties are decoded to compare them.
            throw new InvalidFileException(
                "TableJsonInvalid", input.Path, "file", "The name of a property is not text in UTF-8.", "Export the table again.",
                inner: e);
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) => text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(StabilityTableOrigin.Show(value));
    }

    private static void WriteNested<T>(Utf8JsonWriter json, string name, T[] values, TensorShape shape, Action<Utf8JsonWriter, T> write)
    {
        json.WritePropertyName(name);
        int at = 0;
        Write(0);

        void Write(int axis)
        {
            if (axis == shape.Count)
            {
                write(json, values[at++]);
                return;
            }

            json.WriteStartArray();
            for (int i = 0; i < shape[axis]; i++)
                Write(axis + 1);
            json.WriteEndArray();
        }
    }
}
