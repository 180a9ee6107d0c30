namespace ExactCompression.Formats;

/// <summary>
/// Makes a network of named tensors: a PyTorch state dict, a safetensors file, an npz archive. Matrices are the weights, vectors their biases
/// (paired by name, else by following their weight); ReLU stands between layers, the last one is linear. A tensor that finds no
/// place is refused: leaving it out would change the function.
/// </summary>
internal static class StateDictNetwork
{
    /// <summary>Makes the network.</summary>
    /// <param name="tensors">The tensors, in the order of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="layout">Which way round weights are stored; null to find it from names and shapes.</param>
    /// <param name="ordered">Whether the order of the file is that of the layers.</param>
    public static ReluNetwork Build(IReadOnlyList<TensorEntry> tensors, string path, string format, WeightLayout? layout, bool ordered)
    {
        List<LayerTensors> layers = Pair(tensors, path);
        if (layers.Count == 0)
            throw new InvalidFileException("NoLayers", path, "tensors", "No tensor is a weight matrix (two extents, floating point).", "Save the network's state dict.");
        if (!ordered)
            layers = LayerOrder.Find(layers, path);
        WeightLayout found = layout ?? FindLayout(layers, path);
        var assembly = new LayerAssembly(path, format);
        foreach (LayerTensors layer in layers)
        {
            int outputs = layer.Outputs(found), inputs = layer.Inputs(found);
            double[] weights = layer.Weight.Read();
            if (found == WeightLayout.InputsFirst)
                weights = Transposed(weights, inputs, outputs);
            WeightPrecision precision = layer.Weight.Type!.Value.Precision();
            if (layer.Bias is { } bias && bias.Type!.Value.Precision() > precision)
                precision = bias.Type!.Value.Precision();
            assembly.Add(layer.Name, weights, layer.Bias?.Read() ?? new double[outputs], outputs, inputs, precision);
        }

        return assembly.ToNetwork();
    }

    private static List<LayerTensors> Pair(IReadOnlyList<TensorEntry> tensors, string path)
    {
        var vectors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (TensorEntry tensor in tensors)
        {
            RequireSupported(tensor, path);
            if (tensor.Shape.Length == 1 && !vectors.TryAdd(tensor.Name, tensor))
                throw Unplaced(tensor, path, "appears twice");
        }

        var layers = new List<LayerTensors>();
        for (int i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].Shape.Length != 2)
                continue;
            string? name = LayerNames.BiasNames(tensors[i].Name).FirstOrDefault(vectors.ContainsKey);
            if (name is null && i + 1 < tensors.Count && vectors.ContainsKey(tensors[i + 1].Name) && !LayerNames.BiasNames(tensors[i].Name).Any())
                name = tensors[i + 1].Name;
            layers.Add(new(tensors[i], name is not null && vectors.Remove(name, out TensorEntry? bias) ? bias : null));
        }

        if (vectors.Count > 0)
            throw Unplaced(tensors.First(t => vectors.ContainsKey(t.Name)), path, "belongs to no weight matrix");
        return layers;
    }

    private static void RequireSupported(TensorEntry tensor, string path)
    {
        if (tensor.Shape.Length is 3 or 4 or 5)
            throw new InvalidFileException("ConvolutionUnsupported", path, tensor.Name, $"The tensor has the shape {tensor.ShapeText}: convolutions are not supported in this format.", "Export the network to ONNX, or use a network of fully connected layers.", unsupported: true);
        if (tensor.Shape.Length is not (1 or 2) || !tensor.IsFloating)
            throw Unplaced(tensor, path, tensor.IsFloating ? $"has the shape {tensor.ShapeText}" : "is not floating point");
        string last = tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..];
        if (last is "weight_g" or "weight_v" or "weight_orig" or "weight_u" or "running_mean" or "running_var" or "weight_mask" || last.StartsWith("weight_ih", StringComparison.Ordinal) || last.StartsWith("weight_hh", StringComparison.Ordinal))
            throw Unplaced(tensor, path, "belongs to a layer that is not a plain fully connected one");
    }

    private static InvalidFileException Unplaced(TensorEntry tensor, string path, string problem) =>
        new("StateDictUnsupportedTensor", path, tensor.Name, $"The tensor {problem}; only the weights (outputs x inputs) and biases of fully connected layers are read from this format.", "Export the network to ONNX instead, where normalisation layers are understood.", unsupported: true);

    private static WeightLayout FindLayout(List<LayerTensors> layers, string path)
    {
        WeightLayout[] fitting = [.. Enum.GetValues<WeightLayout>().Where(l => Fits(layers, l))];
        if (fitting.Length == 1)
            return fitting[0];
        if (fitting.Length == 0)
            throw new InvalidFileException("LayerShapeMismatch", path, layers[0].Name, $"The shapes {string.Join(", ", layers.Select(static l => l.Weight.ShapeText))} chain neither as outputs x inputs nor as inputs x outputs, or a bias does not fit.", "Store the layers in order, all of them the same way round.");
        WeightLayout?[] named = [.. layers.Select(static l => LayerNames.Layout(l.Name)).Distinct()];
        return named is [{ } one] ? one : throw new InvalidFileException("WeightLayoutAmbiguous", path, layers[0].Name, "All weight matrices are square, so shapes do not tell whether rows are outputs or inputs.", "Name them 'layers.0.weight', 'layers.0.bias', ... (outputs x inputs) or '...kernel' (inputs x outputs).");
    }

    private static bool Fits(List<LayerTensors> layers, WeightLayout layout)
    {
        for (int i = 0; i < layers.Count; i++)
        {
            if (!layers[i].BiasFits(layout) || (i > 0 && layers[i].Inputs(layout) != layers[i - 1].Outputs(layout)))
                return false;
        }

        return true;
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
