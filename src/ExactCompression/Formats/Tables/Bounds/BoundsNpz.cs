using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// Stability tables as NumPy archives: <c>layers</c> names the hidden layers in order, and each has the arrays <c>name/lower</c>,
/// <c>name/upper</c>, <c>name/state</c> and <c>name/evidence</c> in the layer's own shape. No array holds Python objects.
/// </summary>
internal sealed class BoundsNpz : ITableFormat
{
    /// <inheritdoc/>
    public string Extension => ".npz";

    /// <inheritdoc/>
    public string Purpose => "";

    /// <inheritdoc/>
    public bool HoldsEvidence => true;

    /// <inheritdoc/>
    public bool HoldsPrecision => true;

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> head, string path) =>
        ZipHead.IsZip(head)
            && (path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
                || ZipHead.FirstEntry(head)?.EndsWith(".npy", StringComparison.Ordinal) == true);

    /// <inheritdoc/>
    public void Write(StabilityTable table, Stream stream, string path, WeightPrecision precision)
    {
        ReluNetwork network = table.Network;
        var origin = BoundsOrigin.Of(table, path, '/');
        string[] names = BoundsNames.OfLayers(network);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        WriteText(zip, "format", BoundsOrigin.Format);
        WriteText(zip, "network/name", BoundsOrigin.WellFormed(network.Name));
        if (origin.NetworkFile is { } file)
            WriteText(zip, "network/file", file);
        WriteText(zip, "network/fingerprint", origin.NetworkFingerprint!);
        WriteText(zip, "domain/name", origin.Domain!);
        WriteText(zip, "domain/fingerprint", origin.DomainFingerprint!);
        // The ends are the domain itself, not bounds on it: never rounded.
        NpzArrays.Write(zip, "input/lower", table.Domain.Lower.Span, network.InputShape, WeightPrecision.Float64);
        NpzArrays.Write(zip, "input/upper", table.Domain.Upper.Span, network.InputShape, WeightPrecision.Float64);
        WriteTexts(zip, "layers", names, [names.Length]);
        WriteTexts(zip, "tensors", BoundsNames.OfTensors(network), [names.Length]);
        string[] evidence = [.. table.Neurons.Select(static n => n.Evidence).Prepend("").Distinct()];
        WriteTexts(zip, "evidence", evidence, [evidence.Length]);
        var places = evidence.Select(static (text, at) => (text, at)).ToDictionary(static e => e.text, static e => e.at);
        foreach ((string name, int layer) in names.Select(static (name, at) => (name, at + 1)))
        {
            NeuronStability[] neurons = [.. table.NeuronsOf(layer)];
            TensorShape shape = network.Layers[layer - 1].Shape;
            NpzArrays.Write(zip, $"{name}/lower", BoundsNumbers.Lower(neurons, precision), shape, precision);
            NpzArrays.Write(zip, $"{name}/upper", BoundsNumbers.Upper(neurons, precision), shape, precision);
            sbyte[] states = [.. neurons.Select(static n => BoundsNumbers.Number(n.State))];
            NpzArrays.WritePacked(zip, $"{name}/state", "|i1", shape, MemoryMarshal.AsBytes<sbyte>(states));
            var bases = new byte[4 * neurons.Length];
            for (int i = 0; i < neurons.Length; i++)
                BinaryPrimitives.WriteInt32LittleEndian(bases.AsSpan(4 * i), places[neurons[i].Evidence]);
            NpzArrays.WritePacked(zip, $"{name}/evidence", "<i4", shape, bases);
        }
    }

    /// <inheritdoc/>
    public StabilityTable Read(TableInput input)
    {
        var arrays = new BoundsArrays(new(input.Bytes, input.Path, input.Budget), input.Path);
        BoundsOrigin.RequireFormat(arrays.Text("format"), input.Path);
        var origin = new BoundsOrigin
        {
            Separator = '/',
            NetworkFile = arrays.Text("network/file"),
            NetworkFingerprint = arrays.Text("network/fingerprint"),
            Domain = arrays.Text("domain/name"),
            DomainFingerprint = arrays.Text("domain/fingerprint"),
        };
        ReluNetwork network = origin.FindNetwork(input);
        InputDomain domain = origin.FindDomain(
            network, arrays.Bounds("input/lower", network.InputShape), arrays.Bounds("input/upper", network.InputShape), input);
        string[] names = arrays.Texts("layers") ?? throw BoundsArrays.Missing("layers", input.Path);
        BoundsOrigin.RequireLayers(names, network, "layers", input.Path);
        string[]? evidence = arrays.Texts("evidence");
        var layers = new List<BoundsLayer>();
        foreach ((string name, TensorShape shape) in names.Zip(network.Layers, static (name, layer) => (name, layer.Shape)))
        {
            input.Budget.Work(shape.Elements, name);
            layers.Add(new(name, arrays.States($"{name}/state", shape))
            {
                Lower = arrays.Bounds($"{name}/lower", shape),
                Upper = arrays.Bounds($"{name}/upper", shape),
                Evidence = arrays.Evidence($"{name}/evidence", shape, evidence),
            });
        }

        return BoundsOrigin.Table(network, domain, layers, input.Path);
    }

    private static void WriteText(ZipArchive zip, string key, string text) => WriteTexts(zip, key, [text], []);

    // NumPy's texts have four bytes for each character, and as many characters as the longest of the array.
    private static void WriteTexts(ZipArchive zip, string key, string[] texts, int[] shape)
    {
        byte[][] encoded = [.. texts.Select(Encoding.UTF32.GetBytes)];
        int width = Math.Max(4, encoded.Select(static text => text.Length).DefaultIfEmpty(0).Max());
        var bytes = new byte[width * texts.Length];
        for (int i = 0; i < texts.Length; i++)
            encoded[i].CopyTo(bytes, width * i);
        NpzArrays.WritePacked(zip, key, FormattableString.Invariant($"<U{width / 4}"), shape, bytes);
    }
}
