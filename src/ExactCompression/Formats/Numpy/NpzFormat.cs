using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>
/// NumPy archives (<c>.npz</c>): weight matrices and bias vectors in the order of the layers, under any names (<c>W1, b1, ...</c>,
/// <c>arr_0, arr_1, ...</c>, <c>layers.0.weight</c>). Whether the matrices are transposed follows from how they chain.
/// </summary>
internal sealed class NpzFormat : INetworkFormat, IWritableNetworkFormat
{
    // NumPy ignores the comment of an archive, so it can state what the arrays do not.
    private const string Comment = HiddenActivation.Key + "=";

    public string Name => "Npz";

    public IReadOnlyList<string> Extensions { get; } = [".npz"];

    public bool Matches(ReadOnlySpan<byte> head, string path) =>
        ZipHead.IsZip(head)
            && (ZipHead.FirstEntry(head)?.EndsWith(".npy", StringComparison.Ordinal)
                ?? Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()));

    public ReluNetwork Read(string path, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        var zip = new ZipContent(bytes, path, budget);
        var tensors = new List<TensorEntry>();
        foreach (ZipMember entry in zip.Members)
        {
            string name = entry.Name.EndsWith(".npy", StringComparison.Ordinal) ? entry.Name[..^4] : entry.Name;
            NpyArray array = NpyArray.Parse(zip.Read(entry), path, entry.Name);
            if (array.Type is null)
                throw new InvalidFileException(
                    "NpyTypeUnsupported", path, NameText.Short(entry.Name), "The array holds Python objects, not numbers.",
                    "Save numeric arrays only.", unsupported: true);
            tensors.Add(new(name, array.Shape, array.Type, array.ReadDoubles));
        }

        string? activation = zip.Comment.StartsWith(Comment, StringComparison.Ordinal) ? zip.Comment[Comment.Length..] : null;
        return StateDictNetwork.Build(new(tensors, path, Name) { KeepsOrder = true, StatedActivation = activation }, options, budget);
    }

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision)
    {
        WrittenTensors.RequireWritable(network, precision, Name);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true) { Comment = Comment + HiddenActivation.Relu };
        foreach ((AffineLayer layer, int number) in network.DenseLayers.Select(static (l, i) => (l, i)))
        {
            NpzArrays.Write(zip, WrittenTensors.WeightName(number), layer.Weights.Span, [layer.Outputs, layer.Inputs], precision);
            NpzArrays.Write(zip, WrittenTensors.BiasName(number), layer.Bias.Span, [layer.Outputs], precision);
        }
    }
}
