namespace ExactCompression.Formats;

/// <summary>The layers in a set of named tensors: each weight matrix with its bias, and the remaining tensors.</summary>
internal sealed class TensorPairing
{
    // Words in a name that show that the module is not a plain layer of a chain.
    private static readonly HashSet<string> OtherModules = new(StringComparer.Ordinal)
    {
        "embedding", "embeddings", "embed", "lora", "attn", "attention", "shortcut", "skip", "residual", "downsample", "lstm", "gru", "rnn",
    };

    private readonly List<TensorEntry> unplaced;

    private TensorPairing(List<LayerTensors> layers, List<TensorEntry> unplaced)
    {
        Layers = layers;
        this.unplaced = unplaced;
    }

    /// <summary>The layers in the order of their weights in the file; at least one.</summary>
    public List<LayerTensors> Layers { get; }

    /// <summary>Pairs weights and biases.</summary>
    /// <param name="tensors">The tensors in the order of the file.</param>
    /// <param name="path">The file.</param>
    /// <param name="anyName">Whether the user vouches that the layers are a chain, whatever their names say.</param>
    /// <exception cref="InvalidFileException">A tensor does not belong to a fully connected layer, or there is no weight.</exception>
    public static TensorPairing Of(IReadOnlyList<TensorEntry> tensors, string path, bool anyName)
    {
        var vectors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (TensorEntry tensor in tensors)
        {
            RequireSupported(tensor, path, anyName);
            if (tensor.Shape.Length == 1 && !vectors.TryAdd(tensor.Name, tensor))
                throw Unplaced(tensor, path, "appears twice");
        }

        var layers = new List<LayerTensors>();
        for (int i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].Shape.Length != 2)
                continue;
            string? name = LayerNames.BiasNames(tensors[i].Name).FirstOrDefault(vectors.ContainsKey);
            if (name is null && i + 1 < tensors.Count && vectors.ContainsKey(tensors[i + 1].Name)
                && !LayerNames.BiasNames(tensors[i].Name).Any())
                name = tensors[i + 1].Name;
            layers.Add(new(tensors[i], name is not null && vectors.Remove(name, out TensorEntry? bias) ? bias : null));
        }

        if (layers.Count == 0 && vectors.Count > 0)
            throw Unplaced(vectors.Values.First(), path, "belongs to no weight matrix");
        if (layers.Count == 0)
            throw new InvalidFileException(
                "NoLayers", path, "tensors", "No tensor is a weight matrix (two extents, floating point).",
                "Save the network's state dict.");

        // If some matrices are named weights, the others are something else: a gain, a covariance, a mean stored as a row.
        LayerTensors[] other = [.. layers.Where(static l => !LayerNames.BiasNames(l.Name).Any())];
        var unplaced = vectors.Values.ToList();
        if (other.Length < layers.Count)
        {
            unplaced.AddRange(other.Select(static l => l.Weight));
            layers.RemoveAll(static l => !LayerNames.BiasNames(l.Name).Any());
        }

        return new(layers, unplaced);
    }

    /// <summary>Refuses tensors that belong to no layer: they may be a part of the function.</summary>
    /// <exception cref="InvalidFileException">There are some.</exception>
    public void RequireAllPlaced(string path)
    {
        if (unplaced.Count > 0)
            throw Unplaced(unplaced[0], path, "belongs to no weight matrix");
    }

    private static void RequireSupported(TensorEntry tensor, string path, bool anyName)
    {
        string last = tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..];
        if (tensor.Name.StartsWith("parametrizations.", StringComparison.Ordinal)
            || tensor.Name.Contains(".parametrizations.", StringComparison.Ordinal))
            throw Computed(tensor, path, "a parametrization", "torch.nn.utils.parametrize.remove_parametrizations(layer, 'weight')");
        if (last is "weight_g" or "weight_v")
            throw Computed(
                tensor, path, "weight or spectral normalisation",
                "torch.nn.utils.remove_weight_norm(layer) or remove_spectral_norm(layer)");
        if (last is "weight_u" or "weight_orig" or "bias_orig")
            throw Computed(
                tensor, path, "spectral normalisation or pruning",
                "torch.nn.utils.remove_spectral_norm(layer) or torch.nn.utils.prune.remove(layer, 'weight')");
        if (tensor.Shape.Length is 3 or 4 or 5 && tensor.IsFloating)
            throw new InvalidFileException(
                "ConvolutionUnsupported", path, NameText.Short(tensor.Name),
                $"The tensor has the shape {tensor.ShapeText}: it is a convolution's, and a file of weights alone states neither strides, "
                    + "padding, pooling nor activations, nor the height and width of the input, so several networks have these weights.",
                "Export the network to ONNX with torch.onnx.export, or save a Sequential whole with torch.save(model, path) and read it "
                    + "with -InputShape.", unsupported: true);
        if (tensor.Shape.Length is not (1 or 2) || !tensor.IsFloating)
            throw Unplaced(tensor, path, tensor.IsFloating ? $"has the shape {tensor.ShapeText}" : "is not floating point");
        if (last is "running_mean" or "running_var" or "weight_mask" or "bias_mask" or "in_proj_weight" or "in_proj_bias"
            || last.StartsWith("weight_ih", StringComparison.Ordinal) || last.StartsWith("weight_hh", StringComparison.Ordinal))
            throw Unplaced(tensor, path, "belongs to a layer that is not a plain fully connected one");
        if (!anyName && NameWords.Of(tensor.Name).FirstOrDefault(OtherModules.Contains) is { } word)
            throw new InvalidFileException(
                "StateDictUnsupportedTensor", path, NameText.Short(tensor.Name),
                $"The name says '{word}': such a module is no layer of a chain.",
                "If all layers are plain ones that follow one another, say so with -Order File or -Order Names.", unsupported: true);
    }

    private static InvalidFileException Computed(TensorEntry tensor, string path, string what, string advice) =>
        new("StateDictUnsupportedTensor", path, NameText.Short(tensor.Name),
            $"The tensor is not the weight that the layer uses, but what {what} computes it from.",
            $"Before saving, put the weight itself in its place: {advice}.", unsupported: true);

    private static InvalidFileException Unplaced(TensorEntry tensor, string path, string problem) =>
        new("StateDictUnsupportedTensor", path, NameText.Short(tensor.Name),
            $"The tensor {problem}; only the weights (outputs x inputs) and biases of fully connected layers are read from this format.",
            "Export the network to ONNX instead, where normalisation layers are understood, or leave tensors that are no part of the "
                + "function out with -Prefix.", unsupported: true);
}
