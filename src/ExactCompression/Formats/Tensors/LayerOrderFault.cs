namespace ExactCompression.Formats;

/// <summary>What is said of layers whose order is in doubt.</summary>
internal static class LayerOrderFault
{
    private const int Listed = 8;

    /// <summary>The first few names, without the weight's own word.</summary>
    public static string List(IReadOnlyList<LayerTensors> layers)
    {
        string names = string.Join(", ", layers.Take(Listed).Select(static l => Shown(l.Name)));
        return layers.Count > Listed ? $"{names}, ... {Shown(layers[^1].Name)}" : names;
    }

    public static InvalidFileException NoFit(List<LayerTensors> layers, WeightLayout layout, string path)
    {
        LayerTensors? bias = layers.FirstOrDefault(l => !l.BiasFits(layout));
        if (bias is not null)
            return new("LayerShapeMismatch", path, bias.Name, $"The layer has {bias.Outputs(layout)} outputs but {bias.Bias!.Shape[0]} biases.");
        string shapes = string.Join(", ", layers.Take(Listed).Select(static l => $"{Shown(l.Name)} {l.Weight.ShapeText}")) + (layers.Count > Listed ? ", ..." : "");
        return new("LayerShapeMismatch", path, layers[0].Name, $"The layers cannot be put in an order in which each takes as many values as the one before gives: {shapes}.", "Only networks whose layers follow one another are read; -Prefix reads a part of a file.");
    }

    public static InvalidFileException Ambiguous(List<LayerTensors> layers, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name, $"The names and shapes of the layers allow more than one order of {List(layers)}.", "Say -Order File if they follow one another as the file lists them, or number them in their names, such as 'layers.0.weight', 'layers.1.weight'.");

    public static InvalidFileException Disagree(List<LayerTensors> layers, List<LayerTensors>? named, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name, $"Two orders of the layers fit, and they make different networks: by the numbers in their names {(named is null ? "(more than one)" : List(named))}, and in the file {List(layers)}.", "Say -Order Names or -Order File.");

    public static InvalidFileException NumbersDoNotFit(List<LayerTensors> layers, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name, $"The layers fit as the file lists them, {List(layers)}, but not by the numbers in their names.", "If the file's order is right, say -Order File.");

    /// <summary>Refuses a file that holds more than one network, or may do so: parts side by side that have layers of their own.</summary>
    public static void RequireOneNetwork(LayerNameTree node, int total, string path)
    {
        var parts = node.Named.Where(static c => c.Count > 1).ToList();
        if (node.Numbered.Sum(static c => c.Count) > 1 && parts.Count > 0)
            throw Several(parts.Concat(node.Numbered), path);
        if (parts.Count > 1)
            throw Several(parts, path);

        // Numbered parts that could each follow themselves: a chain of blocks or an ensemble, the names do not say which.
        if (node.Count == total && node.Numbered.Count > 1 && node.Numbered.TrueForAll(static c => c.Count > 1 && GivesWhatItTakes(c)))
            throw Several(node.Numbered, path);
        foreach (LayerNameTree child in node.Children)
        {
            if (child.Count > 1)
                RequireOneNetwork(child, total, path);
        }
    }

    // Read either way round, what a run of layers takes and gives differs by the same widths.
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

    private static InvalidFileException Several(IEnumerable<LayerNameTree> parts, string path)
    {
        string[] prefixes = [.. parts.Take(Listed + 1).Select(Prefix)];
        string list = string.Join(", ", prefixes.Take(Listed).Select(static p => $"'{p}'")) + (prefixes.Length > Listed ? ", ..." : "");
        return new("SeveralNetworks", path, prefixes[0], $"The file seems to hold more than one network: layers of their own are under each of {list}.", $"Read one of them with -Prefix, such as -Prefix '{prefixes[0]}'; if they make one network, say -Order File or -Order Names.", unsupported: true);
    }

    // As long as it can be, so that other tensors beside the layers are left out.
    private static string Prefix(LayerNameTree node)
    {
        while (node.Children.FirstOrDefault() is { } only && only.Count == node.Count && only.Prefix[^1] is '.' or '/')
            node = only;
        return NameText.Short(node.Prefix);
    }

    private static string Shown(string name)
    {
        int dot = name.LastIndexOf('.');
        return NameText.Short(dot > 0 && name[dot..] is ".weight" or ".kernel" ? name[..dot] : name);
    }
}
