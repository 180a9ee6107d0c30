using System.Globalization;
using ExactCompression.Compression.Equivalence;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Reads statements about the equivalence of two networks: VNN-LIB 2.0; gzip accepted.</summary>
public static class EquivalenceFiles
{
    // In each of them a counterexample is looked for.
    private const int MostBoxes = 256;

    private static readonly HashSet<string> ElementTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        "real", "float16", "float32", "float64", "bfloat16",
    };

    /// <summary>Reads a statement.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="options">The import's limits; null for the defaults.</param>
    /// <exception cref="InvalidFileException">The file is damaged, or states anything else than that the same inputs in a box, or in one of
    /// several, give outputs within tolerances, or the opposite.</exception>
    /// <exception cref="OperationCanceledException">The import was cancelled.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static EquivalenceSpecification Read(string path, ImportOptions? options = null)
    {
        var budget = ImportBudget.Of(path, options ?? new());
        byte[] bytes = FileContent.ReadUnpacked(path, budget);
        CsvFile.RequireText(bytes, path);
        VnnlibQuery query = VnnlibReader.Read(bytes, path, budget);
        RequirePair(query);
        (IReadOnlyList<VnnlibBox> boxes, double[] lower, double[] upper) = VnnlibInputs.Boxes(query, budget, MostBoxes);
        IReadOnlyList<DifferenceRange> ranges = VnnlibOutputs.Read(query, out bool isViolation);
        VnnlibNetwork first = query.Networks[0], second = query.Networks[1];
        budget.AllocateValues(4L * lower.Length * boxes.Count, "domain");
        var domain = new InputDomain(lower, upper, Path.GetFileName(path));
        return new()
        {
            Path = path,
            Reference = first.Name,
            Difference = second.Name,
            Domain = domain,
            Ranges = ranges,
            AssertsViolation = isViolation,
            Boxes = [.. boxes.Select(box => Stated(box, lower.Length))],
            Statements = [.. Statements(query, boxes.Count, domain, ranges, isViolation)],
        };
    }

    private static void RequirePair(VnnlibQuery query)
    {
        if (query.Networks is not [var first, { At: not null } second])
            throw query.Unsupported(
                query.Networks[^1].At,
                $"The file declares {(query.Networks[0].At is null ? "no network by name" : $"{query.Networks.Count} networks")}, not two.",
                "Declare two networks (declare-network), as VNN-LIB 2.0 does; New-InputDomain -Path reads the domain of one.");
        if (second.EqualTo is not null)
            throw query.Unsupported(
                second.At, $"'{second.Name}' is stated to be the same network as '{first.Name}' (equal-to).",
                "Of two different networks, write (isomorphic-to ...), or neither.");
        int outputs = first.SizeOf(VnnlibRole.Output);
        if (outputs == 0 || outputs != second.SizeOf(VnnlibRole.Output))
            throw query.Unsupported(
                second.At, $"'{first.Name}' has {outputs} outputs, '{second.Name}' {second.SizeOf(VnnlibRole.Output)}.",
                "Only networks with the same outputs are compared.");
        foreach (VnnlibTensor tensor in first.Tensors.Concat(second.Tensors))
        {
            if (!ElementTypes.Contains(tensor.ElementType))
                throw query.Unsupported(
                    query.Networks[tensor.Network].At, $"'{tensor.Name}' has elements of type '{tensor.ElementType}'.",
                    "Networks are compared over the real numbers: write 'real'.");
        }
    }

    private static StatedBox Stated(VnnlibBox box, int inputs)
    {
        (ExactRational Lower, ExactRational Upper)[] ends =
            [.. Enumerable.Range(0, inputs).Select(i => (box.EndsOf(i).Lower!.Value, box.EndsOf(i).Upper!.Value))];
        return new(
            [.. ends.Select(static e => e.Lower.Down())], [.. ends.Select(static e => e.Upper.Up())],
            [.. ends.Select(static e => e.Lower.Up())], [.. ends.Select(static e => e.Upper.Down())]);
    }

    private static IEnumerable<string> Statements(
        VnnlibQuery query, int boxes, InputDomain domain, IReadOnlyList<DifferenceRange> ranges, bool isViolation)
    {
        (string f, string g) = (query.Networks[0].Name, query.Networks[1].Name);
        yield return $"'{f}' is -Reference, '{g}' is -Difference, and both take the same inputs";
        if (query.Networks.Any(static n => n.Tensors.Exists(static t => !t.ElementType.Equals("real", StringComparison.OrdinalIgnoreCase))))
            yield return "the file's numbers are floating-point ones; what is decided holds over the real numbers";
        yield return boxes == 1 ? $"the inputs lie in {domain}"
            : $"the inputs lie in one of {boxes} boxes, each of which is looked at by itself; all are in {domain}";
        foreach (IGrouping<DifferenceRange, int> same in Enumerable.Range(0, ranges.Count).GroupBy(o => ranges[o]))
        {
            string outputs = ranges.Count == 1 ? "the output" : same.Count() == ranges.Count ? "each output"
                : $"output {string.Join(", ", same)}";
            yield return double.IsInfinity(same.Key.Upper) && double.IsInfinity(same.Key.Lower)
                ? $"{outputs} may differ by anything"
                : $"{outputs} may differ, '{g}' minus '{f}', from {Show(same.Key.OuterLower)} to {Show(same.Key.OuterUpper)}";
        }

        yield return isViolation
            ? "the assertions state the violation: the networks are equivalent if no input satisfies them"
            : "the assertions state the property: the networks are equivalent if every input satisfies them";
    }

    private static string Show(double end) => double.IsInfinity(end)
        ? "any number"
        : end.ToString("G15", CultureInfo.InvariantCulture);
}
