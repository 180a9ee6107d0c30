using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// Makes a network from a module that was pickled whole: nested <c>Sequential</c>s of PyTorch's own modules, whose meaning is known without
/// running anything. Every other class is refused by name.
/// </summary>
internal sealed class TorchModuleNetwork
{
    private const int MaximalDepth = 32, MaximalModules = 100_000;
    private const string Sequential = "torch.nn.modules.container.Sequential";

    private static readonly string[] Hooks = ["_forward_hooks", "_forward_pre_hooks"];

    private readonly TorchSource source;
    private readonly List<TorchLayer> layers = [];
    private int modules;

    private TorchModuleNetwork(TorchSource source) => this.source = source;

    /// <summary>Makes the network.</summary>
    /// <param name="module">The module.</param>
    /// <param name="source">The file.</param>
    /// <param name="input">Shape of the input as the user states it, or null.</param>
    /// <exception cref="InvalidFileException">The modules are not known, or do not fit one another.</exception>
    public static ReluNetwork Build(TorchModule module, TorchSource source, TensorShape? input)
    {
        var network = new TorchModuleNetwork(source);
        network.Visit(module, "", 0);
        if (network.layers.SelectMany(static l => l.Tensors).Any(static t => t.Storage.Type is ElementType.Float64))
            source.Precision = WeightPrecision.Float64;
        var graph = new TorchGraph(input ?? TorchInputShape.Of(network.layers, source), source);
        foreach (TorchLayer layer in network.layers)
        {
            source.Budget.ThrowIfCancelled();
            TorchModules.Append(layer, graph);
        }

        return network.Network(graph.Build(), input);
    }

    private ReluNetwork Network(NetworkGraph graph, TensorShape? stated)
    {
        string name = Path.GetFileNameWithoutExtension(source.Path);
        if (graph.Nodes.Count == 0)
            throw new InvalidFileException("NoLayers", source.Path, "module", "The modules in the file compute nothing.");
        if (DenseChain.TryJoin(graph, source.Precision, source.Budget.TryTake, source.Budget.Cancellation) is not { } chain)
            return new(graph, name, source.Path, source.Format);
        ModelInterface? model = stated is not { Count: > 1 } ? null : new(
            Rows(TorchGraph.InputName, stated), Rows(TorchGraph.OutputName, graph.ShapeOf(graph.Outputs[0].Value)));
        return new(chain.Layers, name, source.Path, source.Format, model: model) { ModuleGraph = graph };
    }

    private static ModelTensor Rows(string name, TensorShape shape) =>
        new(name, [new(1, "batch"), .. shape.Select(static d => new ModelDimension(d))]);

    private void Visit(TorchModule module, string name, int depth)
    {
        if (depth > MaximalDepth || ++modules > MaximalModules)
            throw source.Unsupported(name, "Its modules are nested or repeated more than any network needs.");
        if (Hooks.Any(hook => module.Dict(hook).Count > 0))
            throw source.Unsupported(name, "The module has hooks: functions that may change what it computes.");
        if (module.ClassName != Sequential)
        {
            layers.Add(new(module, name, source));
            return;
        }

        foreach ((object? key, object? child) in module.Children)
        {
            TorchModule inner = child as TorchModule ?? throw source.Unsupported(name, "A submodule is not a module.");
            Visit(inner, name.Length > 0 ? $"{name}.{key}" : $"{key}", depth + 1);
        }
    }
}
