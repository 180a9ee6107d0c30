namespace ExactCompression;

/// <summary>
/// A network of linear maps and piecewise-linear units: a graph of operators. Its layers are the nodes with units, in the order of the
/// graph. Many networks are chains of dense layers, <c>a_0 = x</c>, <c>z_l = W_l a_(l-1) + b_l</c>, <c>a_l = max(0, z_l)</c> for
/// the hidden layers <c>l = 1..L</c>, and an output layer that is linear (or, in some files, followed by a ReLU too). Immutable; safe
/// to share between threads.
/// </summary>
public sealed class ReluNetwork
{
    private readonly AffineLayer[]? dense;
    private readonly Lazy<Networks.NetworkGraph>? sourceGraph;
    private readonly Lazy<Networks.LoweredGraph> lowered;
    private Networks.LoweredGraph? joined;

    /// <summary>Makes a network from its layers, input first, output last.</summary>
    /// <param name="layers">At least one; each takes as many inputs as the one before has outputs; all but the last are
    /// <see cref="Activation.Relu"/>.</param>
    /// <param name="name">A short name for tables, usually the file's name without extension.</param>
    /// <param name="path">The file it came from, or null.</param>
    /// <param name="format">The format it came from (<c>Onnx</c>, <c>NNet</c>, ...), or null.</param>
    /// <param name="statedDomain">The input range that the file itself states (<c>.nnet</c>), or null.</param>
    /// <param name="training">How it was trained, if by this module; or null.</param>
    /// <param name="model">What its file states beside the function, or null.</param>
    /// <exception cref="ArgumentException">The layers do not fit together, or not with what is stated.</exception>
    public ReluNetwork(
        IEnumerable<AffineLayer> layers,
        string name = "network",
        string? path = null,
        string? format = null,
        InputDomain? statedDomain = null,
        TrainingHistory? training = null,
        ModelInterface? model = null)
    {
        dense = [.. layers];
        Layers = Array.AsReadOnly<NetworkLayer>([.. dense]); // the array itself could be written to
        if (dense.Length == 0)
            throw new ArgumentException("A network has at least its output layer.", nameof(layers));
        for (int i = 1; i < dense.Length; i++)
        {
            if (dense[i].Inputs != dense[i - 1].Outputs)
                throw new ArgumentException(
                    $"Layer {i + 1} takes {dense[i].Inputs} values, but layer {i} has {dense[i - 1].Outputs} outputs.", nameof(layers));
            if (dense[i - 1].Activation != Activation.Relu)
                throw new ArgumentException($"Layer {i} is linear: join it with layer {i + 1} first.", nameof(layers));
        }

        DenseLayers = Array.AsReadOnly(dense);
        InputShape = new(dense[0].Inputs);
        if (statedDomain is { Size: { } size } && size != InputSize)
            throw new ArgumentException($"The stated domain has {size} inputs, the network {InputSize}.", nameof(statedDomain));

        if (model is not null && (model.Input.Count != InputSize || model.Output.Count != OutputSize))
            throw new ArgumentException($"The model {model} does not fit the network, {Architecture}.", nameof(model));

        Name = name;
        Path = path;
        Format = format;
        StatedDomain = statedDomain;
        Training = training;
        Interface = model;
        lowered = new(() => Networks.LoweredGraph.Of(dense));
    }

    /// <summary>Makes a network from a graph that is no chain of dense layers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="name">A short name for tables.</param>
    /// <param name="path">The file it came from, or null.</param>
    /// <param name="format">The format it came from, or null.</param>
    /// <param name="statedDomain">The input range that the file itself states, or null.</param>
    /// <param name="model">What its file states beside the function, or null.</param>
    /// <param name="training">How it was trained, if by this module; or null.</param>
    internal ReluNetwork(
        Networks.NetworkGraph graph,
        string name = "network",
        string? path = null,
        string? format = null,
        InputDomain? statedDomain = null,
        ModelInterface? model = null,
        TrainingHistory? training = null)
    {
        Graph = graph;
        Layers = Networks.GraphLayer.Of(graph);
        InputShape = graph.Inputs is [var only] ? only.Shape : new(graph.Inputs.Sum(static i => i.Shape.Elements));
        (Name, Path, Format, StatedDomain, Interface, Training) = (name, path, format, statedDomain, model, training);
        lowered = new(() => Networks.GraphLowering.Lower(graph));
    }

    private ReluNetwork(ReluNetwork like, Networks.LoweredGraph graph)
    {
        dense = like.dense;
        Graph = like.Graph;
        Layers = like.Layers;
        if (dense is not null)
            DenseLayers = Array.AsReadOnly(dense);
        InputShape = like.InputShape;
        (Name, Path, Format, StatedDomain, Training, Interface) =
            (like.Name, like.Path, like.Format, like.StatedDomain, like.Training, like.Interface);
        lowered = new(graph);
    }

    /// <summary>A short name for tables.</summary>
    public string Name { get; }

    /// <summary>The file it came from, or null.</summary>
    public string? Path { get; }

    /// <summary>The format it came from, or null.</summary>
    public string? Format { get; }

    /// <summary>The input range that the file itself states, or null.</summary>
    public InputDomain? StatedDomain { get; }

    /// <summary>How the network was trained, if by <see cref="ClassifierTraining"/>; else null.</summary>
    public TrainingHistory? Training { get; }

    /// <summary>
    /// What its file states beside the function, such as the names and shapes of input and output; null if it states nothing of the kind.
    /// </summary>
    public ModelInterface? Interface { get; }

    /// <summary>Shape of the input for one row; the sum of all inputs as a vector where there are several.</summary>
    public TensorShape InputShape { get; }

    /// <summary>Number of inputs.</summary>
    public int InputSize => InputShape.Elements;

    /// <summary>Number of outputs.</summary>
    public int OutputSize => Layers[^1].Outputs;

    /// <summary>Number of hidden layers, <c>L</c>.</summary>
    public int Depth => Layers.Count - 1;

    /// <summary>All layers in the order of the network; the last one is the output layer.</summary>
    public IReadOnlyList<NetworkLayer> Layers { get; }

    /// <summary>Whether the network is a chain of dense layers.</summary>
    public bool IsDense => dense is not null;

    /// <summary>All layers of a network that is a chain of dense layers, input first; the last one is the output layer.</summary>
    /// <exception cref="InvalidInputException">The network is another graph.</exception>
    public IReadOnlyList<AffineLayer> DenseLayers
    {
        get => field ?? throw new InvalidInputException(
            "NetworkNotDense", $"{Name} is a graph, not a chain of dense layers.", "This works on chains of dense layers alone.");
        private init;
    }

    /// <summary>The network as a graph of operators; null for one that was made of dense layers.</summary>
    internal Networks.NetworkGraph? Graph { get; }

    /// <summary>
    /// The graph of the file that a chain of dense layers was read from, before its nodes were joined; null where there is none.
    /// </summary>
    internal Networks.NetworkGraph? SourceGraph => ChainEdit is null ? sourceGraph?.Value : null;

    /// <summary>
    /// The graph of the file that a chain of dense layers was made from, with the chain's changes made to it; null where there is none, or
    /// the changes cannot be made to it.
    /// </summary>
    internal Networks.NetworkGraph? EditedGraph => ChainEdit is { } edit && (ModuleGraph ?? sourceGraph?.Value) is { } graph
        ? Networks.ChainRewrite.TryState(graph, edit, DenseLayers) : null;

    /// <summary>The modules that a chain of dense layers was made from, before they were joined; null where there are none.</summary>
    internal Networks.NetworkGraph? ModuleGraph { get; init; }

    /// <summary>Reads the file's graph again where it is asked for.</summary>
    internal Lazy<Networks.NetworkGraph>? SourceReading
    {
        init => sourceGraph = value;
    }

    /// <summary>The model that it was read from, if its format keeps it; null for a network that is not what its file states.</summary>
    internal Networks.ModelSource? Source { get; init; }

    /// <summary>
    /// Tells how many bytes the file of a network takes that was made from the model of <see cref="Source"/>, or of the model itself; null
    /// where that cannot be written.
    /// </summary>
    internal Func<ReluNetwork, CancellationToken, long?>? FileSize { get; init; }

    /// <summary>How it was made from the model of <see cref="Source"/>; null for the network that the model states.</summary>
    internal Networks.GraphEdit? Edit { get; init; }

    /// <summary>How a chain of dense layers was made from that of <see cref="Source"/>; null for the network that the model
    /// states.</summary>
    internal Networks.ChainEdit? ChainEdit { get; init; }

    /// <summary>Sentences on what of the file is not analysed, such as nodes of unknown operators; nothing is claimed of what depends on
    /// them.</summary>
    public IReadOnlyList<string> Remarks { get; internal init; } = [];

    /// <summary>Whether layers depend on nodes that are not analysed: nothing will be found out about their neurons.</summary>
    public bool HasOpaqueLayers => Graph is not null && Networks.OpaqueReach.HasUnits(Graph);

    /// <summary>Whether all that is not linear in the network is nodes that are not analysed: there is nothing to find in it.</summary>
    internal bool HasNoKnownLayers => Depth == 0 && Graph is not null && Graph.Nodes.Any(static n => n.Operator is Networks.OpaqueOperator);

    /// <summary>The network as searches see it.</summary>
    internal Networks.LoweredGraph Lowered => lowered.Value;

    /// <summary>
    /// The graph that bounds are propagated through: the same function and the same rectifiers as in <see cref="Lowered"/>, but more values
    /// between where <see cref="Networks.OpposedRectifiers"/> are joined.
    /// </summary>
    internal Networks.LoweredGraph Joined =>
        LazyInitializer.EnsureInitialized(ref joined, () => Networks.OpposedRectifiers.Join(Lowered));

    /// <summary>Whether the outputs can be evaluated: they depend on no opaque nodes, but for a softmax that gives them.</summary>
    internal bool IsEvaluated => IsDense || Lowered.Scores is not null;

    /// <summary>Widths from input to output, such as <c>784-100-100-10</c>, or shapes, such as <c>1x28x28-16x14x14-64-10</c>.</summary>
    public string Architecture => string.Join('-', Layers.Select(static l => l.Shape).Prepend(InputShape));

    /// <summary>Number of hidden neurons.</summary>
    public int NeuronCount => Layers.Take(Depth).Sum(static l => l.Outputs);

    /// <summary>Number of weights, zero or not, without biases.</summary>
    public long ConnectionCount => Layers.Sum(static l => l.ConnectionCount);

    /// <summary>Number of weights that are not zero.</summary>
    public long NonZeroConnectionCount => Layers.Sum(static l => l.NonZeroConnectionCount);

    /// <summary>Number of weights and biases.</summary>
    public long ParameterCount => Layers.Sum(static l => l.ParameterCount);

    /// <summary>Multiply-adds for one row of input.</summary>
    public long MultiplyAddCount => Layers.Sum(static l => l.MultiplyAddCount);

    /// <summary>
    /// Bytes of the weights and biases at the precision that they are stored in. A file has its nodes, names and metadata besides.
    /// </summary>
    public long ByteCount => Layers.Sum(static l => l.ByteCount);

    /// <summary>The widest precision that any layer is stored in.</summary>
    public WeightPrecision Precision => dense?.Max(static l => l.Precision) ?? SourcePrecision;

    /// <summary>
    /// The widest precision that the file's own tensors had: below <see cref="Precision"/> where joining nodes produced weights that it
    /// cannot hold.
    /// </summary>
    public WeightPrecision SourcePrecision =>
        dense?.Max(static l => l.SourcePrecision) ?? Graph!.Nodes.Max(static n => n.Operator.Precision) ?? WeightPrecision.Float32;

    /// <summary>Neurons of a hidden layer.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such hidden layer.</exception>
    public int WidthOf(int layer) => Layers[RequireHidden(layer) - 1].Outputs;

    /// <summary>A hidden layer of a chain of dense layers, by its number.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such hidden layer.</exception>
    /// <exception cref="InvalidInputException">The network is another graph.</exception>
    public AffineLayer HiddenLayer(int layer) => DenseLayers[RequireHidden(layer) - 1];

    /// <summary>The same layers under another name and path.</summary>
    /// <param name="name">A short name for tables.</param>
    /// <param name="path">The file, or null.</param>
    public ReluNetwork Renamed(string name, string? path = null) => dense is not null
        ? new(dense, name, path, Format, StatedDomain, Training, Interface)
        {
            Source = Source, FileSize = FileSize, ChainEdit = ChainEdit, Remarks = Remarks, SourceReading = sourceGraph,
            ModuleGraph = ModuleGraph,
        }
        : new(Graph!, name, path, Format, StatedDomain, Interface, Training)
        {
            Source = Source, FileSize = FileSize, Edit = Edit, Remarks = Remarks,
        };

    /// <summary>The network of an edited graph; it can still be written as its file with only what changed changed.</summary>
    /// <param name="edit">An edit of <see cref="Graph"/>.</param>
    internal ReluNetwork With(Networks.GraphEdit edit) => new(edit.Edited, Name, null, null, StatedDomain, Interface)
    {
        Source = Source, FileSize = FileSize, Edit = Edit?.Then(edit) ?? edit, Remarks = Remarks,
    };

    /// <summary>A chain of fewer or other dense layers; it can still be written as its file with only what changed changed.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="edit">How they came from this network's.</param>
    internal ReluNetwork With(IReadOnlyList<AffineLayer> layers, Networks.ChainEdit edit) =>
        new(layers, Name, statedDomain: StatedDomain, model: Interface)
        {
            Source = Source, FileSize = FileSize, ChainEdit = ChainEdit?.Then(edit) ?? edit, Remarks = Remarks, SourceReading = sourceGraph,
            ModuleGraph = ModuleGraph,
        };

    /// <summary>Refuses a graph for work that is not done on graphs yet.</summary>
    /// <param name="work">What the work is, to begin a sentence.</param>
    /// <param name="advice">What to do instead, as a sentence.</param>
    /// <exception cref="InvalidInputException">The network is no chain of dense layers.</exception>
    internal void RequireDense(string work, string advice)
    {
        if (dense is null)
            throw new InvalidInputException(
                "NetworkNotDense", $"{work} works on chains of dense layers alone so far, and '{Name}' is a graph.", advice);
    }

    /// <summary>The same network, which searches see with other weights.</summary>
    /// <param name="graph">What they see.</param>
    internal ReluNetwork With(Networks.LoweredGraph graph) => new(this, graph);

    /// <summary>Runs one input through the network in double.</summary>
    /// <param name="input">Length <see cref="InputSize"/>.</param>
    /// <returns>Length <see cref="OutputSize"/>.</returns>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    /// <exception cref="InvalidInputException">The outputs depend on nodes that cannot be evaluated.</exception>
    public double[] Evaluate(ReadOnlySpan<double> input)
    {
        if (input.Length != InputSize)
            throw new ArgumentException($"The network takes {InputSize} values, not {input.Length}.", nameof(input));
        return Networks.LoweredEvaluation.Outputs(Lowered, input, Name);
    }

    private int RequireHidden(int layer)
    {
        if (layer < 1 || layer > Depth)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The hidden layers are 1 to {Depth}.");
        return layer;
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Name} ({Architecture})");
}
