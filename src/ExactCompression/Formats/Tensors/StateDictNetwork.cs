namespace ExactCompression.Formats;

/// <summary>
/// Makes a network from named tensors. Matrices are the weights, vectors their biases (paired by name, else by following their weight);
/// layers are separated by ReLU, and the last one is linear. A tensor that belongs to no layer is refused: ignoring it would change the
/// function.
/// </summary>
internal static class StateDictNetwork
{
    // Memory of a part of a name, at most, while layers are ordered.
    private const int NameSize = 256;

    /// <summary>Makes the network.</summary>
    /// <param name="source">The tensors.</param>
    /// <param name="options">What the user states about the file.</param>
    /// <param name="budget">The import's limits.</param>
    /// <exception cref="InvalidFileException">The tensors are not those of one chain of fully connected layers.</exception>
    /// <exception cref="InvalidInputException">The options ask for something that is not supported.</exception>
    public static ReluNetwork Build(NamedTensors source, ImportOptions options, ImportBudget budget)
    {
        string path = source.Path;
        IReadOnlyList<TensorEntry> tensors = PrunedTensors.Join(WithPrefix(source, options.Prefix), path);
        var pairing = TensorPairing.Of(tensors, path, anyName: options.Order != LayerOrdering.Auto);
        foreach (LayerTensors layer in pairing.Layers)
            budget.Allocate(NameSize * Math.Min(layer.Name.Length, LayerNameTree.MaximalDepth), NameText.Short(layer.Name));
        FileOrder file = !source.KeepsOrder
            ? FileOrder.Lost
            : TextOrder.IsSorted(tensors.Select(static t => t.Name))
            ? FileOrder.Sorted : FileOrder.Given;
        (List<LayerTensors> layers, WeightLayout layout, string? note) = source.Layout is { } known
            ? (LayerOrder.Find(pairing.Layers, known, options.Order, file, path, out string? found), known, found)
            : LayoutSearch.Find(pairing.Layers, options.Order, file, path);
        pairing.RequireAllPlaced(path);
        string? assumed = HiddenActivation.Require(source, tensors, layers.Count, options);
        ReluNetwork network = Assemble(layers, layout, source, budget);
        string? beside = source.Beside.Count > 0
            ? $"The file holds tensors beside the network, which are not read: {NameText.List(source.Beside)}."
            : null;
        foreach (string? warning in (string?[])[note, beside, assumed])
        {
            if (warning is not null)
                options.Warning?.Invoke(warning);
        }

        return network;
    }

    private static List<TensorEntry> WithPrefix(NamedTensors source, string? prefix)
    {
        if (prefix is null)
            return [.. source.Tensors];
        List<TensorEntry> chosen = [.. source.Tensors.Where(t => t.Name.StartsWith(prefix, StringComparison.Ordinal))];
        if (chosen.Count > 0)
            return chosen;
        string[] first = [.. source.Tensors.Select(static t => t.Name.IndexOf('.') is >= 0 and int dot ? t.Name[..(dot + 1)] : t.Name)
            .Distinct(StringComparer.Ordinal)];
        throw new InvalidFileException(
            "PrefixNotFound", source.Path, "tensors",
            $"No tensor's name begins with '{NameText.Short(prefix)}'; names begin with {NameText.List(first)}.",
            "Names are case-sensitive.");
    }

    private static ReluNetwork Assemble(List<LayerTensors> layers, WeightLayout layout, NamedTensors source, ImportBudget budget)
    {
        // All at once, before anything is decoded: many tensors may share one small storage.
        long values = 0;
        foreach (LayerTensors layer in layers)
        {
            values = Math.Min(values + Math.Min(layer.Weight.Count, long.MaxValue / 8), long.MaxValue / 4);
            if (layer.Weight.Count > Array.MaxLength / sizeof(double))
                throw new InvalidFileException(
                    "FileTooLarge", source.Path, NameText.Short(layer.Name),
                    $"A tensor of shape {layer.Weight.ShapeText} has more elements than can be read.", "Use a smaller network.",
                    unsupported: true);
        }

        budget.AllocateValues(values * (layout == WeightLayout.InputsFirst ? 2 : 1), NameText.Short(layers[0].Name));
        var assembly = new LayerAssembly(source.Path, source.Format);
        foreach (LayerTensors layer in layers)
        {
            budget.ThrowIfCancelled();
            int outputs = layer.Outputs(layout), inputs = layer.Inputs(layout);
            double[] weights = layer.Weight.Read();
            if (layout == WeightLayout.InputsFirst)
                weights = Transposed(weights, inputs, outputs);
            WeightPrecision precision = layer.Weight.Type!.Value.Precision();
            if (layer.Bias is { } bias && bias.Type!.Value.Precision() > precision)
                precision = bias.Type!.Value.Precision();
            assembly.Add(NameText.Short(layer.Name), weights, layer.Bias?.Read() ?? new double[outputs], outputs, inputs, precision);
        }

        return assembly.ToNetwork();
    }

    private static double[] Transposed(double[] matrix, int rows, int columns)
    {
        var transposed = new double[matrix.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                transposed[(j * rows) + i] = matrix[(i * columns) + j];
        }

        return transposed;
    }
}
