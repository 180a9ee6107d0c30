namespace ExactCompression.Formats;

/// <summary>
/// What follows the hidden layers of a file that only has their weights. Where nothing is stated ReLU is assumed, and said so; what is
/// known to be something else is refused.
/// </summary>
internal static class HiddenActivation
{
    /// <summary>How our own files state it, where their format has a place for it.</summary>
    public const string Key = "activation", Relu = "relu";

    private static readonly HashSet<string> Keys = new(StringComparer.Ordinal)
    {
        Key, "activations", "hidden_activation", "activation_fn", "activation_function", "act", "act_fn", "nonlinearity", "non_linearity",
    };

    private static readonly HashSet<string> Others = new(StringComparer.Ordinal)
    {
        "sigmoid", "logsigmoid", "hardsigmoid", "tanh", "hardtanh", "elu", "selu", "celu", "gelu", "silu", "swish", "hardswish", "mish",
        "softplus", "softsign", "prelu", "rrelu", "leaky", "leakyrelu", "siren", "sine", "maxout", "glu", "sigmoids", "tanhs",
    };

    /// <summary>Whether a key of a file's metadata tells the activation.</summary>
    public static bool IsKey(string key) => Keys.Contains(key.ToLowerInvariant());

    /// <summary>Fails unless ReLU may follow the hidden layers.</summary>
    /// <param name="source">The file.</param>
    /// <param name="tensors">Those tensors of it that are read.</param>
    /// <param name="layers">How many layers the network has.</param>
    /// <param name="options">What the user says.</param>
    /// <returns>What to warn of where ReLU is only assumed; else null.</returns>
    /// <exception cref="InvalidFileException">The file is known to have another activation.</exception>
    /// <exception cref="InvalidInputException">The user asks for one that is not supported.</exception>
    public static string? Require(NamedTensors source, IReadOnlyList<TensorEntry> tensors, int layers, ImportOptions options)
    {
        if (layers < 2)
            return null; // nothing is hidden
        string? stated = source.StatedActivation is { } text ? string.Concat(NameWords.Of(text)) : null;
        if (stated is not (null or Relu))
            throw new InvalidFileException(
                "ActivationUnsupported", source.Path, "activation",
                $"The file states the activation '{NameText.Short(source.StatedActivation!)}'; only ReLU is supported.",
                "Use a network with ReLU between its layers.", unsupported: true);
        RequireSupported(options.Activation);
        if (options.Activation is not null || stated is not null)
            return null;
        foreach (string name in tensors.Select(static t => t.Name).Prepend(Path.GetFileNameWithoutExtension(source.Path)))
        {
            if (NameWords.Of(name).FirstOrDefault(Others.Contains) is { } word)
                throw new InvalidFileException(
                    "ActivationUnsupported", source.Path, NameText.Short(name),
                    $"The name says '{word}', and only ReLU is supported between layers.",
                    "If ReLU follows the hidden layers all the same, say so with -Activation Relu.", unsupported: true);
        }

        return "The file has weights only and names no activation: ReLU is assumed after each layer but the last. "
            + "If so, -Activation Relu confirms it.";
    }

    /// <summary>Refuses activations of hidden layers that the module does not support.</summary>
    /// <exception cref="InvalidInputException">It is one of them.</exception>
    public static void RequireSupported(Activation? activation)
    {
        if (activation is not (null or Activation.Relu))
            throw new InvalidInputException(
                "ActivationUnsupported",
                $"The activation {activation} after hidden layers is not supported: without ReLU the layers are one affine map, and "
                    + $"nothing is left to decide.", "Leave -Activation out, or say Relu.");
    }

    /// <summary>Says that the user's word is not used, for a file whose operators say what follows each layer.</summary>
    public static void WarnOfUnused(ImportOptions options)
    {
        if (options.Activation is not null)
            options.Warning?.Invoke(
                $"The file itself states what follows each of its layers, so -Activation {options.Activation} is not used.");
    }
}
