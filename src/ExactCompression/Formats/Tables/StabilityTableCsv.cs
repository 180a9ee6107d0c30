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
internal sealed class StabilityTableCsv : ITableFormat
{
    public static readonly string[] Columns =
        ["Network", "Layer", "Neuron", "State", "LowerBound", "UpperBound", "Evidence", "Domain", "DomainLower", "DomainUpper",
            "Radius", "DomainFingerprint", "NetworkFile", "NetworkFingerprint", "Channel", "Row", "Column"];

    /// <inheritdoc/>
    public string Extension => ".csv";

    /// <inheritdoc/>
    public string Purpose => "";

    /// <inheritdoc/>
    public bool HoldsEvidence => true;

    /// <inheritdoc/>
    public bool HoldsPrecision => false;

    /// <summary>Whatever nothing else claims is taken for CSV, whose reader says what is wrong.</summary>
    public bool Matches(ReadOnlySpan<byte> head, string path) => true;

    /// <inheritdoc/>
    public void Write(StabilityTable table, Stream stream, string path, WeightPrecision precision)
    {
        using CsvWriter csv = CsvWriter.Create(
            stream, new() { FormatProvider = CultureInfo.InvariantCulture, Quoting = CsvQuoting.WhenNeededOrWhitespace }, leaveOpen: true);
        foreach (string column in Columns)
            csv.WriteField(column);
        csv.EndRecord();
        ReluNetwork network = table.Network;
        (double Lower, double Upper)? range = StabilityTableOrigin.UniformRange(table.Domain);
        string name = CsvText.Encode(network.Name);
        string networkFile = StabilityTableOrigin.NetworkFile(network, path) ?? "";
        string description = CsvText.Encode(table.Domain.Description);
        string lower = range is { } r ? StabilityTableOrigin.Show(r.Lower) : StabilityTableOrigin.Show(table.Domain.Lower.Span);
        string upper = range is { } s ? StabilityTableOrigin.Show(s.Upper) : StabilityTableOrigin.Show(table.Domain.Upper.Span);
        string[] common =
        [
            table.Domain.Radius is { } radius ? StabilityTableOrigin.Show(radius) : "",
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
            csv.WriteField(StabilityTableOrigin.Show(neuron.LowerBound));
            csv.WriteField(StabilityTableOrigin.Show(neuron.UpperBound));
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

    /// <inheritdoc/>
    public StabilityTable Read(TableInput input)
    {
        (byte[] bytes, string path, ReluNetwork? network, InputDomain? domain, ImportOptions options, ImportBudget budget) = input;
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
}
