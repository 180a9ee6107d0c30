namespace ExactCompression.Formats;

/// <summary>
/// The shape of the input, as far as modules determine it: their weights fix the number of channels, but not height and width.
/// </summary>
internal static class TorchInputShape
{
    private static readonly string[] Neutral =
        ["Flatten", "Identity", "ReLU", "ReLU6", "LeakyReLU", "Hardtanh", "Hardsigmoid", "Sigmoid", "Tanh", "Dropout", "AlphaDropout"];

    /// <summary>The shape of the input of some modules: that of a vector, if the first one that fixes it takes vectors.</summary>
    /// <param name="layers">The modules.</param>
    /// <param name="source">The file.</param>
    /// <exception cref="InvalidFileException">The modules do not determine it.</exception>
    public static TensorShape Of(IReadOnlyList<TorchLayer> layers, TorchSource source)
    {
        foreach (TorchLayer layer in layers)
        {
            switch (layer.Kind)
            {
                case "Linear" when layer.ShapeOf("weight") is [_, var inputs]:
                    return new(inputs);
                case "BatchNorm1d" when layers.FirstOrDefault(static l => l.Kind is "Linear" or "Conv1d") is { Kind: "Linear" }:
                    return new(layer.Integer("num_features"));
                case "Unflatten" when layer.Integers("unflattened_size") is { } sizes && Array.TrueForAll(sizes, static s => s > 0):
                    return new(sizes.Aggregate(1, static (n, s) => checked(n * s)));
                case "Conv1d" or "Conv2d":
                    string channels = layer.Integer("in_channels").ToString(System.Globalization.CultureInfo.InvariantCulture);
                    bool flat = layer.Kind == "Conv1d";
                    throw Missing(source, layer, $"{channels}{(flat ? ",64" : ",28,28")}", flat ? "length" : "height and width");
                case var kind when Neutral.Contains(kind):
                    break;
                default:
                    throw Missing(source, layer, "3,32,32", "shape");
            }
        }

        throw new InvalidFileException("NoLayers", source.Path, "module", "No module in the file has weights.");
    }

    private static InvalidFileException Missing(TorchSource source, TorchLayer layer, string example, string what) =>
        new("TorchInputShapeMissing", source.Path, layer.Name.Length > 0 ? NameText.Short(layer.Name) : "module",
            $"The file holds the modules, but not the {what} of the network's input.",
            $"State the shape of one input, without the batch, with -InputShape, such as -InputShape {example}.", unsupported: true);
}
