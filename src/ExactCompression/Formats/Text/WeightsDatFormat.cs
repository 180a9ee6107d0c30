using System.Globalization;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>
/// The text format of the method's first authors, <c>weights.dat</c>: <c>levels = 3;</c>, <c>n = [784, 100, 100, 10];</c>, <c>W =
/// [...];</c> with one neuron's weights per line, layer after layer, and <c>B = [...];</c> with one layer's biases per line. Comments begin
/// with <c>//</c>.
/// </summary>
/// <remarks>
/// <c>levels</c> counts the layers with weights. For the precision of the decimals see <see cref="NumberScanner"/>.
/// </remarks>
internal sealed class WeightsDatFormat : INetworkFormat, IWritableNetworkFormat
{
    public string Name => "WeightsDat";

    public IReadOnlyList<string> Extensions { get; } = [".dat"];

    public bool Matches(ReadOnlySpan<byte> head, string path)
    {
        while (true)
        {
            head = head.TrimStart(" \t\r\n"u8);
            if (!head.StartsWith("//"u8))
                return head.StartsWith("levels"u8);
            int end = head.IndexOf((byte)'\n');
            if (end < 0)
                return false;
            head = head[(end + 1)..];
        }
    }

    public ReluNetwork Read(string path, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        var scanner = new NumberScanner(FileContent.Read(path, budget), path, budget);
        List<string> comments = scanner.Comments();
        scanner.Expect("levels"u8);
        scanner.Expect("="u8);
        int levels = scanner.Count("number of levels", 10_000);
        scanner.Expect(";"u8);
        scanner.Expect("n"u8);
        scanner.Expect("="u8);
        scanner.Expect("["u8);
        scanner.RequireNumbers(levels + 1L, "layer sizes");
        var sizes = new int[levels + 1];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = scanner.Count("layer size");
        Close(scanner);

        string place = scanner.Place;
        Open(scanner, "W"u8);
        scanner.RequireNumbers(
            Enumerable.Range(0, levels).Sum(l => Math.Min((long)sizes[l] * sizes[l + 1], long.MaxValue / 20_000)), "weights");
        for (int l = 0; l < levels; l++)
            budget.AllocateValues(2L * (sizes[l] + 1L) * sizes[l + 1], place);
        ScannedNumbers[] weights = [.. Enumerable.Range(0, levels).Select(
            l => new ScannedNumbers(scanner, sizes[l] * sizes[l + 1], "weight"))];
        Close(scanner);
        Open(scanner, "B"u8);
        ScannedNumbers[] biases = [.. Enumerable.Range(0, levels).Select(l => new ScannedNumbers(scanner, sizes[l + 1], "bias"))];
        Close(scanner);
        comments.AddRange(scanner.Comments());
        if (!scanner.AtEnd)
            throw new InvalidFileException(
                "TextFormatDamaged", path, scanner.Place, "There is more text after the biases.",
                "The file holds something else than one network.");

        WeightPrecision precision = TextPrecision.Find(comments, scanner);
        var assembly = new LayerAssembly(path, Name);
        for (int l = 0; l < levels; l++)
            assembly.Add(
                string.Create(CultureInfo.InvariantCulture, $"{place}, layer {l + 1}"), weights[l].As(precision), biases[l].As(precision),
                sizes[l + 1], sizes[l], precision);
        return assembly.ToNetwork();
    }

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision)
    {
        WrittenTensors.RequireWritable(network, precision, Name);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine(TextPrecision.Comment(precision)); // before the name, which may look like it
        writer.WriteLine(TextPrecision.NameComment(network.Name));
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"levels = {network.Layers.Count};"));
        writer.WriteLine();
        IEnumerable<int> widths = network.Layers.Select(static l => l.Outputs).Prepend(network.InputSize);
        writer.WriteLine($"n = [{string.Join(", ", widths.Select(static n => n.ToString(CultureInfo.InvariantCulture)))}];");
        writer.WriteLine();
        writer.WriteLine("W = [");
        string separator = "";
        foreach (AffineLayer layer in network.Layers)
        {
            for (int i = 0; i < layer.Outputs; i++, separator = ",")
                writer.WriteLine(separator + TextPrecision.Join(layer.Row(i), precision));
        }

        writer.WriteLine("];");
        writer.WriteLine();
        writer.WriteLine("B = [");
        separator = "";
        foreach (AffineLayer layer in network.Layers)
        {
            writer.WriteLine(separator + TextPrecision.Join(layer.Bias.Span, precision));
            separator = ",";
        }

        writer.WriteLine("];");
    }

    private static void Open(NumberScanner scanner, ReadOnlySpan<byte> name)
    {
        scanner.Expect(name);
        scanner.Expect("="u8);
        scanner.Expect("["u8);
    }

    private static void Close(NumberScanner scanner)
    {
        scanner.Expect("]"u8);
        scanner.Expect(";"u8);
    }
}
