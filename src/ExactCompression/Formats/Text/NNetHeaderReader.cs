namespace ExactCompression.Formats;

/// <summary>
/// Reads the header of an <c>.nnet</c> file line by line, in the forms that occur in practice: as in the format's description; with
/// <c>0</c> in place of an empty list; with lists for more inputs than there are, of which the first are used, and the last for the output;
/// without mean and range of the output; with the last layer size twice; with the number of layers alone on the first line; with lines of
/// text before.
/// </summary>
/// <remarks>Whatever was guessed, the count of the following numbers must match the sizes exactly; otherwise the file is refused.</remarks>
internal sealed class NNetHeaderReader(NumberScanner scanner, Action<string>? warning)
{
    private const string Advice = "Write the header as the format's description has it (github.com/sisl/NNet).";

    /// <summary>Everything before the weights.</summary>
    /// <exception cref="InvalidFileException">The header is damaged or ambiguous.</exception>
    public NNetHeaderContent Read()
    {
        (int Position, int Line) start = scanner.Mark();
        NNetLine first = Next("sizes");
        while (!first.BeginsWithCount)
        {
            start = scanner.Mark();
            first = Next("sizes");
        }

        int levels = first.Count(0);
        if (first.Length == 1)
        {
            NNetLine widths = Next("layer sizes");
            if (widths.AreCounts && (widths.Length == levels + 1 || widths.Length == levels + 2))
                return Read(levels, widths, widths.Count(0), widths.Count(widths.Length - 1));
        }
        else if (first.Length == 4)
        {
            return Read(levels, Gather(Next("layer sizes"), levels + 1, "layer sizes"), first.Count(1), first.Count(2));
        }

        // Not one list per line: as a sequence of numbers, which must be complete.
        scanner.Return(start);
        return new NNetFlatHeader(scanner).Read();
    }

    private NNetHeaderContent Read(int levels, NNetLine widths, int inputs, int outputs)
    {
        int[] sizes = widths.Counts();
        if (levels is < 1 or > NNetHeaderContent.MostLayers || inputs < 1 || sizes.Length < levels + 1 || sizes.Length > levels + 2
            || sizes[0] != inputs || sizes[^1] != outputs || Array.Exists(sizes, static s => s < 1))
            throw NNetHeaderContent.SizesMisfit(scanner, widths.Place, sizes, inputs, outputs);
        NNetLine line = Next("flag");
        bool flagged = line.Length == 1;
        if (!flagged && line.Length < inputs)
            throw Unclear(line, "flag", 1);
        NNetLists lists = new(
            Ends(flagged ? Next("input minimums") : line, inputs, "input minimums"),
            Ends(Next("input maximums"), inputs, "input maximums"),
            Gather(Next("means"), inputs, "means", static line => line.IsZero),
            Gather(Next("ranges"), inputs, "ranges", static line => line.IsZero || line.IsOne));
        (NNetLine? lower, NNetLine? upper, NNetLine? means, NNetLine? ranges) = Chosen(lists, inputs);
        sizes = Widths(sizes, levels, widths);
        return NNetHeaderContent.Of(
            scanner, sizes, lower?.Ends(), upper?.Ends(), means?.Numbers(), ranges?.Numbers(), lists.Minimums.Place, lists.Ranges.Place);
    }

    /// <summary>The lists for the actual inputs; null for an empty one.</summary>
    private (NNetLine? Lower, NNetLine? Upper, NNetLine? Means, NNetLine? Ranges) Chosen(NNetLists lists, int inputs)
    {
        (NNetLine minimums, NNetLine maximums, NNetLine means, NNetLine ranges) = lists;
        NNetLine[] all = [minimums, maximums, means, ranges];
        if (inputs == 1 && Array.TrueForAll(all, static list => list.IsZero))
            return default;
        bool noRange = inputs > 1 && minimums.IsZero;
        if (noRange != (inputs > 1 && maximums.IsZero))
            throw Unclear(maximums, "input maximums", inputs);
        bool noMeans = inputs > 1 && means.IsZero, noRanges = ranges.IsZero || (inputs > 1 && ranges.IsOne);
        int described = noRange ? inputs : minimums.Length;
        if (!noRange && maximums.Length != described)
            throw Unclear(maximums, "input maximums", described);
        if (described > inputs)
        {
            string place = minimums.Place;
            warning?.Invoke(
                $"{place}: the header describes {described} inputs, but the network has {inputs}: the first {inputs} are taken.");
        }

        return (
            noRange ? null : minimums.First(inputs),
            noRange ? null : maximums.First(inputs),
            noMeans ? null : WithOutput(means, inputs, described, "means", "0"),
            noRanges ? null : WithOutput(ranges, inputs, described, "ranges", "1"));
    }

    /// <summary>The numbers of the inputs and that of the outputs, which comes last.</summary>
    private NNetLine WithOutput(NNetLine list, int inputs, int described, string what, string otherwise)
    {
        if (list.Length == described + 1)
            return list.First(inputs).And(list.Token(described));
        if (list.Length != inputs || described != inputs)
            throw Unclear(list, what, described + 1);
        warning?.Invoke($"{list.Place}: there are {inputs} {what}, and none for the outputs: {otherwise} is taken.");
        return list.And(otherwise);
    }

    /// <summary>The layer sizes; if one too many is listed, the count of all numbers decides which are used.</summary>
    private int[] Widths(int[] sizes, int levels, NNetLine widths)
    {
        if (sizes.Length == levels + 1)
            return sizes;
        long numbers = scanner.CountNumbers();
        List<int[]> fitting = [];
        if (sizes[^1] == sizes[^2])
            fitting.Add(sizes[..^1]);
        if (sizes[0] == sizes[1])
            fitting.Add(sizes[1..]);
        fitting.Add(sizes);
        int[][] found = [.. fitting.Where(candidate => NNetHeaderContent.Numbers(candidate) == numbers)];
        if (found.Length == 0 || found.Any(other => !other.AsSpan().SequenceEqual(found[0])))
            throw Unclear(widths, "layer sizes", levels + 1);
        string chosen = string.Join(", ", found[0].Take(20));
        warning?.Invoke(
            $"{widths.Place}: there are {sizes.Length} layer sizes for {levels} layers; by the count of the weights they are {chosen}.");
        return found[0];
    }

    private NNetLine Ends(NNetLine line, int inputs, string what) => Gather(line, inputs, what, static line => line.IsZero);

    /// <summary>A list that may span several lines, unless its first line says that there is none.</summary>
    private NNetLine Gather(NNetLine line, int count, string what, Func<NNetLine, bool>? isNone = null)
    {
        if (isNone?.Invoke(line) == true)
            return line;
        NNetLine list = line;
        while (list.Length < count)
        {
            list = list.And(Next(what).Tokens());
            if (list.Length > count + 1)
                throw Unclear(line, what, count);
        }

        return list;
    }

    private NNetLine Next(string what) => NNetLine.Next(scanner, what);

    private InvalidFileException Unclear(NNetLine line, string what, int expected) => new(
        "NNetHeaderUnclear",
        scanner.Path,
        line.Place,
        $"The header has {line.Length} numbers here; as {what} there should be {expected}.",
        Advice);

    /// <summary>The four lists as stated.</summary>
    private sealed record NNetLists(NNetLine Minimums, NNetLine Maximums, NNetLine Means, NNetLine Ranges);
}
