namespace ExactCompression.Formats;

/// <summary>The content of the header of an <c>.nnet</c> file.</summary>
/// <param name="Sizes">Widths from the inputs to the outputs.</param>
/// <param name="Domain">The range of the inputs, not normalised, or null if none is stated; decimals that no double holds are rounded
/// outward.</param>
/// <param name="Means">A mean for each input, then one for all outputs.</param>
/// <param name="Ranges">A range for each input, then one for all outputs; none is 0.</param>
internal sealed record NNetHeaderContent(int[] Sizes, InputDomain? Domain, double[] Means, double[] Ranges)
{
    /// <summary>Stands for a range that is not stated: the ends of float32.</summary>
    public const double Unbounded = float.MaxValue;

    /// <summary>The most layers that a file may have.</summary>
    public const int MostLayers = 10_000;

    /// <summary>How many weights and biases layers have.</summary>
    public static long Numbers(int[] sizes) => Enumerable.Range(0, sizes.Length - 1)
        .Aggregate(0L, (n, l) => Math.Min(n + (((long)sizes[l] + 1) * sizes[l + 1]), long.MaxValue / 4));

    /// <summary>Checks and completes what was read.</summary>
    /// <param name="scanner">At the weights.</param>
    /// <param name="sizes">Widths.</param>
    /// <param name="lower">An end for each input, or null.</param>
    /// <param name="upper">An end for each input, or null.</param>
    /// <param name="means">As in the record, or null for none.</param>
    /// <param name="ranges">As in the record, or null for none.</param>
    /// <param name="endsPlace">The location of the ends.</param>
    /// <param name="rangesPlace">The location of the ranges.</param>
    /// <exception cref="InvalidFileException">A range is 0, the ends make no box, or the weights cannot all be there.</exception>
    public static NNetHeaderContent Of(
        NumberScanner scanner,
        int[] sizes,
        DomainEnd[]? lower,
        DomainEnd[]? upper,
        double[]? means,
        double[]? ranges,
        string endsPlace,
        string rangesPlace)
    {
        int inputs = sizes[0];
        means ??= new double[inputs + 1];
        ranges ??= [.. Enumerable.Repeat(1.0, inputs + 1)];
        int zero = Array.IndexOf(ranges, 0);
        if (zero >= 0)
        {
            string of = zero == inputs ? "the outputs" : $"input {zero}";
            throw new InvalidFileException(
                "NNetRangeZero", scanner.Path, rangesPlace, $"The normalisation range of {of} is 0.",
                "Give 1 where nothing is to be scaled.");
        }

        scanner.RequireNumbers(Numbers(sizes), "weights and biases");
        bool stated = lower is not null && upper is not null
            && (Array.Exists(lower, static end => end.Down > -Unbounded)
                || Array.Exists(upper, static end => end.Up < Unbounded));
        try
        {
            InputDomain? domain = stated
                ? new InputDomain([.. lower!.Select(static end => end.Down)], [.. upper!.Select(static end => end.Up)])
                : null;
            return new(sizes, domain, means, ranges);
        }
        catch (InvalidInputException e)
        {
            throw new InvalidFileException(e.ErrorId, scanner.Path, endsPlace, e.Message, inner: e);
        }
    }

    /// <summary>The error for sizes that do not go from the inputs to the outputs.</summary>
    public static InvalidFileException SizesMisfit(NumberScanner scanner, string place, int[] sizes, int inputs, int outputs) => new(
        "LayerShapeMismatch",
        scanner.Path,
        place,
        $"The layer sizes {string.Join(", ", sizes.Take(20))} do not go from {inputs} inputs to {outputs} outputs.",
        "The header is damaged.");
}
