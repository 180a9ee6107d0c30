namespace ExactCompression;

/// <summary>
/// A feed-forward ReLU network: <c>a_0 = x</c>, <c>z_l = W_l a_(l-1) + b_l</c>, <c>a_l = max(0, z_l)</c> for the hidden layers <c>l =
/// 1..L</c>, and an output layer that is linear (or, in some files, followed by a ReLU too). Immutable; safe to share between threads.
/// </summary>
public sealed class ReluNetwork
{
    private readonly AffineLayer[] layers;

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
        this.layers = [.. layers];
        Layers = Array.AsReadOnly(this.layers); // the array itself could be written to
        if (this.layers.Length == 0)
            throw new ArgumentException("A network has at least its output layer.", nameof(layers));
        for (int i = 1; i < this.layers.Length; i++)
        {
            if (this.layers[i].Inputs != this.layers[i - 1].Outputs)
                throw new ArgumentException(
                    $"Layer {i + 1} takes {this.layers[i].Inputs} values, but layer {i} has {this.layers[i - 1].Outputs} outputs.",
                    nameof(layers));
            if (this.layers[i - 1].Activation != Activation.Relu)
                throw new ArgumentException($"Layer {i} is linear: join it with layer {i + 1} first.", nameof(layers));
        }

        if (statedDomain is { Size: { } size } && size != this.layers[0].Inputs)
            throw new ArgumentException($"The stated domain has {size} inputs, the network {this.layers[0].Inputs}.", nameof(statedDomain));

        if (model is not null && (model.Input.Count != this.layers[0].Inputs || model.Output.Count != this.layers[^1].Outputs))
            throw new ArgumentException($"The model {model} does not fit the network, {Architecture}.", nameof(model));

        Name = name;
        Path = path;
        Format = format;
        StatedDomain = statedDomain;
        Training = training;
        Interface = model;
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

    /// <summary>Number of inputs.</summary>
    public int InputSize => layers[0].Inputs;

    /// <summary>Number of outputs.</summary>
    public int OutputSize => layers[^1].Outputs;

    /// <summary>Number of hidden layers, <c>L</c>.</summary>
    public int Depth => layers.Length - 1;

    /// <summary>All layers, input first; the last one is the output layer.</summary>
    public IReadOnlyList<AffineLayer> Layers { get; }

    /// <summary>Widths from input to output, such as <c>784-100-100-10</c>.</summary>
    public string Architecture => string.Join('-', layers.Select(static l => l.Outputs).Prepend(InputSize));

    /// <summary>Number of hidden neurons.</summary>
    public int NeuronCount => layers.AsSpan(0, Depth).ToArray().Sum(static l => l.Outputs);

    /// <summary>Number of weights, zero or not, without biases.</summary>
    public long ConnectionCount => layers.Sum(static l => l.ConnectionCount);

    /// <summary>Number of weights that are not zero.</summary>
    public long NonZeroConnectionCount => layers.Sum(static l => l.NonZeroConnectionCount);

    /// <summary>Number of weights and biases.</summary>
    public long ParameterCount => ConnectionCount + layers.Sum(static l => (long)l.Outputs);

    /// <summary>The widest precision that any layer is stored in.</summary>
    public WeightPrecision Precision => layers.Max(static l => l.Precision);

    /// <summary>
    /// The widest precision that the file's own tensors had: below <see cref="Precision"/> where joining nodes produced weights that it
    /// cannot hold.
    /// </summary>
    public WeightPrecision SourcePrecision => layers.Max(static l => l.SourcePrecision);

    /// <summary>Neurons of a hidden layer.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    public int WidthOf(int layer) => HiddenLayer(layer).Outputs;

    /// <summary>A hidden layer by its number.</summary>
    /// <param name="layer">1-based hidden layer.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such hidden layer.</exception>
    public AffineLayer HiddenLayer(int layer)
    {
        if (layer < 1 || layer > Depth)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The hidden layers are 1 to {Depth}.");
        return layers[layer - 1];
    }

    /// <summary>The same layers under another name and path.</summary>
    /// <param name="name">A short name for tables.</param>
    /// <param name="path">The file, or null.</param>
    public ReluNetwork Renamed(string name, string? path = null) => new(layers, name, path, Format, StatedDomain, Training, Interface);

    /// <summary>Runs one input through the network in double.</summary>
    /// <param name="input">Length <see cref="InputSize"/>.</param>
    /// <returns>Length <see cref="OutputSize"/>.</returns>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    public double[] Evaluate(ReadOnlySpan<double> input)
    {
        if (input.Length != InputSize)
            throw new ArgumentException($"The network takes {InputSize} values, not {input.Length}.", nameof(input));
        double[] values = input.ToArray();
        foreach (AffineLayer layer in layers)
            values = Networks.AffineEvaluation.Apply(layer, values);
        return values;
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of($"{Name} ({Architecture})");
}
