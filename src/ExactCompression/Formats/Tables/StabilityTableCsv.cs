using System.Globalization;
using CsvHelper;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// Stability tables as CSV. Besides the verdict, every row identifies the network and the domain exactly (by fingerprint), with the file
/// the network came from and the ends of the domain: enough to read the table back without further arguments, and
/// never as the verdicts of something else. Ends that differ from
/// input to input are in the first row alone. Texts are written as <see cref="CsvText"/> has them.
/// </summary>
internal static class StabilityTableCsv
{
    public static readonly string[] Columns =
        ["Network", "Layer", "Neuron", "State", "LowerBound", "UpperBound", "Evidence", "Domain", "DomainLower", "DomainUpper",
            "Radius", "DomainFingerprint", "NetworkFile", "NetworkFingerprint", "Channel", "Row", "Column"];

    public static void Write(StabilityTable table, Stream stream, string path)
    {
        using CsvWriter csv = CsvWriter.Create(
            stream, new() { FormatProvider = CultureInfo.InvariantCulture, Quoting = CsvQuoting.WhenNeededOrWhitespace }, leaveOpen: true);
        foreach (string column in Columns)
            csv.WriteField(column);
        csv.EndRecord();
        ReluNetwork network = table.Network;
        (double Lower, double Upper)? range = UniformRange(table.Domain);
        string name = CsvText.Encode(network.Name);
        string networkFile = network.Path is null
            ? ""
            : Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(path))!, network.Path).Replace(Path.DirectorySeparatorChar, '/');
        string description = CsvText.Encode(table.Domain.Description);
        string lower = range is { } r ? Show(r.Lower) : Show(table.Domain.Lower.Span);
        string upper = range is { } s ? Show(s.Upper) : Show(table.Domain.Upper.Span);
        string[] common =
        [
            table.Domain.Radius is { } radius ? Show(radius) : "",
            Fingerprint.Of(table.Domain),
            CsvText.Encode(networkFile),
            Fingerprint.Of(network),
        ];
        foreach (NeuronStability neuron in table.Neurons)
        {
            csv.WriteField(name);
            csv.WriteField(neuron.Layer.ToString(CultureInfo.InvariantCulture));
            csv.WriteField(neuron.Neuron.ToString(CultureInfo.InvariantCulture));
            csv.WriteField(neuron.State.ToString());
            csv.WriteField(Show(neuron.LowerBound));
            csv.WriteField(Show(neuron.UpperBound));
            csv.WriteField(CsvText.Encode(neuron.Evidence));
            csv.WriteField(description);
            csv.WriteField(lower);
            csv.WriteField(upper);
            if (range is null)
                (lower, upper) = ("", "");
            foreach (string field in common)
                csv.WriteField(field);
            foreach (int? position in (ReadOnlySpan<int?>)[neuron.Channel, neuron.Row, neuron.Column])
                csv.WriteField(position?.ToString(CultureInfo.InvariantCulture) ?? "");
            csv.EndRecord();
        }
    }

    public static StabilityTable Read(
        byte[] bytes, string path, ReluNetwork? network, InputDomain? domain, ImportOptions options, ImportBudget budget)
    {
        CsvFile.RequireText(bytes, path);
        List<StabilityTableRow> rows = CsvFile.Guarded(path, () => StabilityTableRow.ReadAll(bytes, path, budget));
        network ??= StabilityTableOrigin.FindNetwork(rows, path, options);
        StabilityTableOrigin.RequireNetwork(rows, network, path);
        InputDomain found = StabilityTableOrigin.FindDomain(rows, network, domain, path, budget);

        var verdicts = new NeuronStability?[network.NeuronCount];
        int[] starts = NeuronLayout.StartsOf(network);
        foreach (StabilityTableRow row in rows)
        {
            NeuronStability verdict = row.Verdict;
            if (verdict.Layer < 1 || verdict.Layer > network.Depth || verdict.Neuron < 0
                || verdict.Neuron >= network.WidthOf(verdict.Layer))
                throw new InvalidFileException(
                    "TableRowUnknown", path, row.Place,
                    $"The network {network.Architecture} has no neuron {verdict.Neuron} in layer {verdict.Layer}.",
                    "Give the network that the table was made for.");
            ref NeuronStability? place = ref verdicts[starts[verdict.Layer - 1] + verdict.Neuron];
            if (place is not null)
                throw new InvalidFileException(
                    "TableRowDuplicate", path, row.Place, $"Layer {verdict.Layer}, neuron {verdict.Neuron} appears a second time.",
                    "Keep one row per neuron.");
            place = verdict;
        }

        int missing = Array.IndexOf(verdicts, null);
        if (missing >= 0)
        {
            int layer = Array.FindLastIndex(starts, start => start <= missing) + 1;
            throw new InvalidFileException(
                "TableRowMissing", path, "file", $"Layer {layer}, neuron {missing - starts[layer - 1]} has no row.",
                "A table has one row for each hidden neuron; state 'Undetermined' where nothing is known.");
        }

        return new(network, found, verdicts!);
    }

    /// <summary>The ends that all inputs share, or null.</summary>
    public static (double Lower, double Upper)? UniformRange(InputDomain domain)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        return lower.IndexOfAnyExcept(lower[0]) < 0 && upper.IndexOfAnyExcept(upper[0]) < 0 ? (lower[0], upper[0]) : null;
    }

    private static string Show(ReadOnlySpan<double> values) => string.Join(' ', values.ToArray().Select(Show));

    private static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
