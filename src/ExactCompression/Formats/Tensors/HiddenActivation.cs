namespace ExactCompression.Formats;

/// <summary>
/// The activation of hidden layers in a file that contains only weights. If none is stated, ReLU is assumed, with a warning; a file that is
/// known to have another one is refused.
/// </summary>
internal static class HiddenActivation
{
    /// <summary>How our own files state it, if their format can.</summary>
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

    /// <summary>Whether a key of a file's metadata states the activation.</summary>
    public static bool IsKey(string key) => Keys.Contains(key.ToLowerInvariant());

    /// <summary>Fails unless ReLU may follow the hidden layers.</summary>
    /// <param name="source">The file.</param>
    /// <param name="tensors">Those tensors of it that are read.</param>
    /// <param name="layers">How many layers the network has.</param>
    /// <param name="options">The user's option.</param>
    /// <returns>The warning if ReLU is only assumed; else null.</returns>
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
                    + $"there is nothing to decide.", "Leave -Activation out, or say Relu.");
    }

    /// <summary>Warns that the option is not used, for a file whose operators state what follows each layer.</summary>
    public static void WarnOfUnused(ImportOptions options)
    {
        if (options.Activation is not null)
            options.Warning?.Invoke(
                $"The file itself states what follows each of its layers, so -Activation {options.Activation} is not used.");
    }
}
