namespace ExactCompression.Formats;

/// <summary>The part of a checkpoint that is the network.</summary>
/// <param name="Tensors">The named tensors of the state dict, in order; empty if a module was pickled whole.</param>
/// <param name="Module">The module that was pickled whole, or null.</param>
internal sealed record TorchContent(IReadOnlyList<KeyValuePair<string, TorchTensor>> Tensors, TorchModule? Module = null)
{
    /// <summary>Names of what lies beside it and is not read.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>The activation that the checkpoint states, or null.</summary>
    public string? Activation { get; init; }

    /// <summary>The rest of the user's prefix after it selected one of several state dicts; or null.</summary>
    public string? Prefix { get; init; }

    /// <summary>The network of this content.</summary>
    public ReluNetwork ToNetwork(
        string path,
        string format,
        ImportOptions options,
        ImportBudget budget,
        Func<TorchStorage, ReadOnlyMemory<byte>> storageBytes)
    {
        TensorEntry Entry(string name, TorchTensor tensor) => TorchTensors.Entry(name, tensor, path, storageBytes);
        if (Module is not null)
        {
            // A prefix that selected this module among others has been consumed by now.
            (options with { Prefix = Prefix }).RequireNoNames(path, "a module that was pickled whole");
            HiddenActivation.RequireSupported(options.Activation);
            if (options.InputShapes is not null)
                throw new InvalidInputException(
                    "InputShapeNotApplicable", $"'{path}' is a module that was pickled whole, whose input has no name.",
                    "State its shape alone, such as -InputShape 1,28,28.");
            ReluNetwork network = TorchModuleNetwork.Build(Module, new(path, format, budget, Entry), options.InputShape);
            HiddenActivation.WarnOfUnused(options);
            return network;
        }

        options.RequireNoInputShape(path, "a state dict");
        var source = new NamedTensors([.. Tensors.Select(t => Entry(t.Key, t.Value))], path, format)
        {
            Layout = WeightLayout.OutputsFirst,
            KeepsOrder = true,
            StatedActivation = Activation,
            Beside = Beside,
        };
        return StateDictNetwork.Build(source, options with { Prefix = Prefix }, budget);
    }
}
