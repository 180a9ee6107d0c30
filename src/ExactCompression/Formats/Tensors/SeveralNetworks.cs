namespace ExactCompression.Formats;

/// <summary>
/// Files of named tensors that contain, or may contain, more than one network: layers side by side under names of their own.
/// </summary>
/// <remarks>
/// Such a file is never read without an explicit option, even if its parts chain in one order and that is the file's. A generator and a
/// discriminator chain just as the features and the classifier of one network do, so neither shapes nor order distinguish the two cases,
/// and the names of parts are chosen by their authors. The error lists the options, and the network that each of them reads.
/// </remarks>
internal static class SeveralNetworks
{
    private const int Listed = 8, ListedWidths = 6;

    /// <summary>The parts of a file that may be networks of their own, or null if there is one network.</summary>
    /// <param name="node">The names.</param>
    /// <param name="total">How many layers the file has.</param>
    public static IReadOnlyList<LayerNameTree>? Find(LayerNameTree node, int total)
    {
        List<LayerNameTree> parts = [.. node.Named.Where(static c => c.Count > 1)];
        if (node.Numbered.Sum(static c => c.Count) > 1 && parts.Count > 0)
            return [.. parts, .. node.Numbered];
        if (parts.Count > 1)
            return parts;

        // Numbered parts that could each follow themselves: a chain of blocks or an ensemble, the names do not say which.
        if (node.Count == total && node.Numbered.Count > 1 && node.Numbered.TrueForAll(static c => c.Count > 1 && GivesWhatItTakes(c)))
            return node.Numbered;
        return node.Children.Where(static c => c.Count > 1).Select(c => Find(c, total)).FirstOrDefault(static p => p is not null);
    }

    /// <summary>The error of such a file: the parts, and the parameter that reads each of them, or all as one.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="inFile">All layers in the order of the file.</param>
    /// <param name="byNames">All layers by the numbers in their names; null if these are ambiguous.</param>
    /// <param name="layout">Which way round weights are stored.</param>
    /// <param name="path">The file.</param>
    public static InvalidFileException Fault(
        IReadOnlyList<LayerNameTree> parts, List<LayerTensors> inFile, List<LayerTensors>? byNames, WeightLayout layout, string path)
    {
        string[] prefixes = [.. parts.Take(Listed).Select(Prefix)];
        string more = parts.Count > Listed ? ", ..." : "";
        string list = string.Join(", ", prefixes.Select(static p => $"'{p}'")) + more;
        string one = string.Join(
            ", ", prefixes.Zip(
                parts, (prefix, part) => $"-Prefix '{prefix}'{Shown([.. part.InFileOrder().Select(static l => l.Layer)], layout)}")) + more;
        return new(
            "SeveralNetworks", path, prefixes[0],
            $"The file seems to hold more than one network: layers of their own are under each of {list}.",
            $"Read one of them: {one}. {Joined(inFile, byNames, layout)}", unsupported: true);
    }

    private static string Joined(List<LayerTensors> inFile, List<LayerTensors>? byNames, WeightLayout layout)
    {
        bool fileFits = LayerTensors.Fit(inFile, layout), namesFit = byNames is not null && LayerTensors.Fit(byNames, layout);
        return (fileFits, namesFit) switch
        {
            (true, true) when !inFile.SequenceEqual(byNames!) =>
                $"If they make one network, say -Order File ({LayerOrderFault.List(inFile)}) "
                    + $"or -Order Names ({LayerOrderFault.List(byNames!)}).",
            (true, _) => $"If they make one network, say -Order File{Shown(inFile, layout)}.",
            (false, true) => $"If they make one network, say -Order Names ({LayerOrderFault.List(byNames!)}).",
            _ => "They do not fit one another in the order of the file.",
        };
    }

    // The widths, if the layers chain in this order.
    private static string Shown(List<LayerTensors> layers, WeightLayout layout)
    {
        if (!LayerTensors.Fit(layers, layout))
            return "";
        int[] widths = [layers[0].Inputs(layout), .. layers.Select(l => l.Outputs(layout))];
        return widths.Length <= ListedWidths
            ? $" ({string.Join('-', widths)})"
            : $" ({string.Join('-', widths[..(ListedWidths - 1)])}-...-{widths[^1]})";
    }

    // Transposed or not, the inputs and outputs of a run of layers differ by the same widths.
    private static bool GivesWhatItTakes(LayerNameTree node)
    {
        var surplus = new Dictionary<int, int>();
        foreach (RankedLayer layer in node.InFileOrder())
        {
            surplus[layer.Layer.Weight.Shape[0]] = surplus.GetValueOrDefault(layer.Layer.Weight.Shape[0]) + 1;
            surplus[layer.Layer.Weight.Shape[1]] = surplus.GetValueOrDefault(layer.Layer.Weight.Shape[1]) - 1;
        }

        return surplus.Values.All(static s => s == 0);
    }

    // As long as possible, so that other tensors beside the layers are excluded.
    private static string Prefix(LayerNameTree node)
    {
        while (node.Children.FirstOrDefault() is { } only && only.Count == node.Count && only.Prefix[^1] is '.' or '/')
            node = only;
        return NameText.Short(node.Prefix);
    }
}
