namespace ExactCompression.Formats;

/// <summary>
/// Makes a network from a module that was pickled whole: a <c>Sequential</c> of <c>Linear</c> and <c>ReLU</c>, whose meaning is known
/// without running anything. Every other class is refused by name.
/// </summary>
internal sealed class TorchModuleNetwork
{
    private const int MaximalDepth = 32, MaximalModules = 100_000;

    private static readonly string[] Hooks = ["_forward_hooks", "_forward_pre_hooks"];

    private readonly string path;
    private readonly ImportBudget budget;
    private readonly Func<string, TorchTensor, TensorEntry> entry;
    private readonly LayerAssembly assembly;
    private int modules;
    private int layers;
    private bool rectified;

    private TorchModuleNetwork(string path, string format, ImportBudget budget, Func<string, TorchTensor, TensorEntry> entry)
    {
        (this.path, this.budget, this.entry) = (path, budget, entry);
        assembly = new(path, format);
    }

    /// <summary>Makes the network.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="format">The format's name.</param>
    /// <param name="budget">The import's limits.</param>
    /// <param name="entry">Makes a readable tensor from a name and a view.</param>
    /// <exception cref="InvalidFileException">The module is not a chain of Linear and ReLU.</exception>
    public static ReluNetwork Build(
        TorchModule module,
        string path,
        string format,
        ImportBudget budget,
        Func<string, TorchTensor, TensorEntry> entry)
    {
        var network = new TorchModuleNetwork(path, format, budget, entry);
        network.Visit(module, "", 0);
        return network.assembly.ToNetwork(output: network.rectified ? Activation.Relu : Activation.Identity);
    }

    private void Visit(TorchModule module, string name, int depth)
    {
        if (depth > MaximalDepth || ++modules > MaximalModules)
            throw Unsupported(name, "Its modules are nested or repeated more than any network needs.");
        if (Hooks.Any(hook => module.Dict(hook).Count > 0))
            throw Unsupported(name, "The module has hooks: functions that may change what it computes.");
        switch (module.ClassName)
        {
            case "torch.nn.modules.container.Sequential":
                foreach ((object? key, object? child) in module.Children)
                {
                    TorchModule inner = child as TorchModule ?? throw Unsupported(name, "A submodule is not a module.");
                    Visit(inner, name.Length > 0 ? $"{name}.{key}" : $"{key}", depth + 1);
                }

                break;
            case "torch.nn.modules.linear.Linear":
                AddLinear(module, name);
                break;
            case "torch.nn.modules.activation.ReLU":
                if (layers == 0)
                    throw Unsupported(name, "A ReLU comes before the first Linear.");
                rectified = true;
                break;
            case "torch.nn.modules.linear.Identity" or "torch.nn.modules.dropout.Dropout":
                break; // dropout does nothing in evaluation
            case "torch.nn.modules.flatten.Flatten" when module.Attribute("start_dim") is 1L && module.Attribute("end_dim") is -1L:
                break;
            default:
                throw Unsupported(
                    name,
                    $"The file holds a {NameText.Short(module.ClassName)}; of modules pickled whole only Sequential, Linear, ReLU, "
                        + "Flatten, Dropout and Identity are read.");
        }
    }

    private void AddLinear(TorchModule module, string name)
    {
        if (layers > 0 && !rectified)
            throw Unsupported(name, "Two Linear follow one another without a ReLU between them.");
        if (module.Dict("_buffers").Count > 0
            || module.Children.Count > 0
            || module.Dict("_parameters").Any(static p => p.Key is not ("weight" or "bias")))
            throw Unsupported(name, "The Linear has more than a weight and a bias: it is parametrized.");
        TensorEntry weight = Parameter(module, "weight", name) ?? throw Unsupported(name, "The Linear has no weight.");
        TensorEntry? bias = Parameter(module, "bias", name);
        if (weight.Shape.Length != 2 || !weight.IsFloating || bias is { Shape.Length: not 1 } or { IsFloating: false })
            throw Unsupported(name, "The weight of a Linear is a matrix of floating point, its bias a vector.");
        budget.AllocateValues(weight.Count, NameText.Short(weight.Name));
        WeightPrecision precision = weight.Type!.Value.Precision();
        if (bias is not null && bias.Type!.Value.Precision() > precision)
            precision = bias.Type!.Value.Precision();
        (int outputs, int inputs) = (weight.Shape[0], weight.Shape[1]);
        assembly.Add(NameText.Short(weight.Name), weight.Read(), bias?.Read() ?? new double[outputs], outputs, inputs, precision);
        layers++;
        rectified = false;
    }

    private TensorEntry? Parameter(TorchModule module, string parameter, string name) =>
        module.Dict("_parameters").FirstOrDefault(p => p.Key is string key && key == parameter).Value is TorchTensor tensor
            ? entry(name.Length > 0 ? $"{name}.{parameter}" : parameter, tensor)
            : null;

    private InvalidFileException Unsupported(string name, string problem) =>
        new("TorchModuleUnsupported", path, name.Length > 0 ? NameText.Short(name) : "module", problem,
            "Save the state dict, torch.save(model.state_dict(), path), or export the network to ONNX.", unsupported: true);
}
