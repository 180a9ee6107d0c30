namespace ExactCompression.Formats;

/// <summary>
/// Reads the header of an <c>.nnet</c> file as one sequence of numbers, wherever lines end: complete, as the format's description requires.
/// </summary>
internal sealed class NNetFlatHeader(NumberScanner scanner)
{
    /// <summary>Everything before the weights.</summary>
    /// <exception cref="InvalidFileException">The header is damaged.</exception>
    public NNetHeaderContent Read()
    {
        int levels = scanner.Count("number of layers", NNetHeaderContent.MostLayers);
        int inputs = scanner.Count("input size"), outputs = scanner.Count("output size");
        scanner.Count("largest layer size");
        scanner.RequireNumbers(levels + 1L, "layer sizes");
        var sizes = new int[levels + 1];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = scanner.Count("layer size");
        if (levels < 1 || sizes[0] != inputs || sizes[^1] != outputs || Array.Exists(sizes, static s => s < 1))
            throw NNetHeaderContent.SizesMisfit(scanner, scanner.Place, sizes, inputs, outputs);
        scanner.Count("flag");
        scanner.RequireNumbers(4L * inputs, "ranges and means");
        string place = scanner.Place;
        (DomainEnd[] lower, DomainEnd[] upper) = (Ends(inputs, "input minimum"), Ends(inputs, "input maximum"));
        double[] means = Doubles(inputs + 1, "mean");
        string rangesPlace = scanner.Place;
        return NNetHeaderContent.Of(scanner, sizes, lower, upper, means, Doubles(inputs + 1, "range"), place, rangesPlace);
    }

    private double[] Doubles(int count, string what) => new ScannedNumbers(scanner, count, what).As(WeightPrecision.Float64);

    private DomainEnd[] Ends(int count, string what) => [.. Enumerable.Range(0, count).Select(_ => scanner.End(what))];
}
