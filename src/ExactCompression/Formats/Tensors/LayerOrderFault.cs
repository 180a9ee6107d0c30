namespace ExactCompression.Formats;

/// <summary>Errors for layers whose order is ambiguous.</summary>
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
            return new(
                "LayerShapeMismatch", path, bias.Name, $"The layer has {bias.Outputs(layout)} outputs but {bias.Bias!.Shape[0]} biases.");
        string shapes = string.Join(", ", layers.Take(Listed).Select(static l => $"{Shown(l.Name)} {l.Weight.ShapeText}"))
            + (layers.Count > Listed ? ", ..." : "");
        return new(
            "LayerShapeMismatch", path, layers[0].Name,
            $"The layers cannot be put in an order in which each takes as many values as the one before has outputs: {shapes}.",
            "Only networks whose layers follow one another are read; -Prefix reads a part of a file.");
    }

    public static InvalidFileException Ambiguous(List<LayerTensors> layers, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name, $"The names and shapes of the layers allow more than one order of {List(layers)}.",
            "Say -Order File if they follow one another as the file lists them, or number them in their names, such as "
                + "'layers.0.weight', 'layers.1.weight'.");

    public static InvalidFileException Disagree(List<LayerTensors> layers, List<LayerTensors>? named, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name,
            "Two orders of the layers fit, and they make different networks: by the numbers in their names "
                + $"{(named is null ? "(more than one)" : List(named))}, and in the file {List(layers)}.",
            "Say -Order Names or -Order File.");

    public static InvalidFileException NumbersDoNotFit(List<LayerTensors> layers, string path) =>
        new("LayerOrderAmbiguous", path, layers[0].Name,
            $"The layers fit as the file lists them, {List(layers)}, but not by the numbers in their names.",
            "If the file's order is right, say -Order File.");

    private static string Shown(string name)
    {
        int dot = name.LastIndexOf('.');
        return NameText.Short(dot > 0 && name[dot..] is ".weight" or ".kernel" ? name[..dot] : name);
    }
}
