namespace ExactCompression.Formats;

/// <summary>PyTorch's own modules that are read, by their classes; all others are refused by name.</summary>
internal static class TorchModules
{
    private const string Modules = "torch.nn.modules.";

    private static readonly Dictionary<string, Action<TorchLayer, TorchGraph>> Known = new(StringComparer.Ordinal)
    {
        ["linear.Linear"] = TorchWeightModules.Linear,
        ["linear.Identity"] = Nothing,
        ["conv.Conv1d"] = static (l, g) => TorchWeightModules.Convolution(l, g, 1),
        ["conv.Conv2d"] = static (l, g) => TorchWeightModules.Convolution(l, g, 2),
        ["batchnorm.BatchNorm1d"] = static (l, g) => TorchWeightModules.BatchNormalization(l, g, 1),
        ["batchnorm.BatchNorm2d"] = static (l, g) => TorchWeightModules.BatchNormalization(l, g, 2),
        ["activation.ReLU"] = TorchActivations.Relu,
        ["activation.ReLU6"] = TorchActivations.Hardtanh,
        ["activation.Hardtanh"] = TorchActivations.Hardtanh,
        ["activation.LeakyReLU"] = TorchActivations.LeakyRelu,
        ["activation.PReLU"] = TorchActivations.PRelu,
        ["activation.Hardsigmoid"] = TorchActivations.Hardsigmoid,
        ["activation.Sigmoid"] = TorchActivations.Smooth,
        ["activation.Tanh"] = TorchActivations.Smooth,
        ["activation.Softmax"] = TorchActivations.Softmax,
        ["activation.LogSoftmax"] = TorchActivations.Softmax,
        ["pooling.MaxPool1d"] = static (l, g) => TorchPoolings.Maximum(l, g, 1),
        ["pooling.MaxPool2d"] = static (l, g) => TorchPoolings.Maximum(l, g, 2),
        ["pooling.AvgPool1d"] = static (l, g) => TorchPoolings.Mean(l, g, 1),
        ["pooling.AvgPool2d"] = static (l, g) => TorchPoolings.Mean(l, g, 2),
        ["pooling.AdaptiveAvgPool1d"] = static (l, g) => TorchPoolings.Adaptive(l, g, 1),
        ["pooling.AdaptiveAvgPool2d"] = static (l, g) => TorchPoolings.Adaptive(l, g, 2),
        ["flatten.Flatten"] = TorchShapes.Flatten,
        ["flatten.Unflatten"] = TorchShapes.Unflatten,

        // Dropout does nothing in evaluation.
        ["dropout.Dropout"] = Nothing,
        ["dropout.Dropout1d"] = Nothing,
        ["dropout.Dropout2d"] = Nothing,
        ["dropout.AlphaDropout"] = Nothing,
        ["dropout.FeatureAlphaDropout"] = Nothing,
    };

    /// <summary>Appends what a module computes.</summary>
    /// <param name="layer">The module.</param>
    /// <param name="graph">What comes before it.</param>
    /// <exception cref="InvalidFileException">The module is not known, or does not fit.</exception>
    public static void Append(TorchLayer layer, TorchGraph graph)
    {
        string name = layer.ClassName.StartsWith(Modules, StringComparison.Ordinal) ? layer.ClassName[Modules.Length..] : "";
        if (!Known.TryGetValue(name, out Action<TorchLayer, TorchGraph>? append))
            throw layer.Unsupported(
                $"The file holds a {NameText.Short(layer.ClassName)}, and what it computes is not known here: of modules pickled whole, "
                    + "Sequential, Linear, convolutions, batch normalisation, pooling, the usual activations, Flatten and Dropout are "
                    + "read.");
        append(layer, graph);
    }

    private static void Nothing(TorchLayer layer, TorchGraph graph) => layer.RequireOnly([], []);
}
