using ExactCompression.Networks;
using static ExactCompression.Formats.PortableInput;

namespace ExactCompression.Formats;

/// <summary>
/// Reads what <see cref="PortableWriter"/> wrote. All that is read is treated as untrusted: counts are checked against the remaining bytes
/// before anything is allocated, numbers and enumerations against their ranges, verdicts against their bounds.
/// </summary>
/// <param name="stream">Where from.</param>
internal sealed class PortableReader(Stream stream) : IDisposable
{
    // Some seconds of work; a layer of matrices that takes more is refused, because it could not be verified.
    private const long MostWorkOfParts = 1L << 33;

    // The minimum size of an item, so that no count exceeds what the remaining bytes can contain.
    private const int LeastBytesOfLayer = 4 + 4 + 1 + 1 + 5 + 5 + 1;
    private const int LeastBytesOfEpoch = 4 + 5 * 8 + 8;
    private const int LeastBytesOfStage = 1 + 8 + 4;
    private const int LeastBytesOfNeuron = 1 + 8 + 8 + 1 + 1 + 1;
    private const int LeastBytesOfEntry = 1 + 1;
    private const int LeastBytesOfDimension = 4 + 1;
    private const int LeastBytesOfTensor = 1 + 4;
    private const int LeastBytesOfStep = 1 + 4 + 4 + 1 + 4;

    private readonly PortableInput input = new(stream);

    /// <summary>Reads a network.</summary>
    public ReluNetwork Network()
    {
        string name = input.Reader.ReadString();
        string? path = input.Text(), format = input.Text();
        InputDomain? stated = input.Flag() ? Domain() : null;
        var layers = new AffineLayer[input.Count(LeastBytesOfLayer)];
        if (layers.Length == 0)
            return Graph(name, path, format, stated);
        for (int l = 0; l < layers.Length; l++)
        {
            int outputs = input.Reader.ReadInt32(), inputs = input.Reader.ReadInt32();
            var activation = input.Choice<Activation>();
            var precision = input.Choice<WeightPrecision>();
            double[] weights = input.Numbers(), bias = input.Numbers();
            AffinePart[] parts = input.Parts();
            bool isExact = input.Flag();
            layers[l] = isExact
                ? new(weights, bias, outputs, inputs, activation, precision)
                : new(weights, bias, outputs, inputs, activation, precision, input.Numbers() is { Length: > 0 } w ? w : null,
                    input.Numbers() is { Length: > 0 } b ? b : null);
            if (parts.Length == 0)
                continue;
            layers[l] = layers[l].WithParts(parts);
            Require(LayerParts.CanBeOf(parts, layers[l], MostWorkOfParts),
                "The operations beside a layer's weights are not those that the weights were made of.");
        }

        return new(layers, name, path, format, stated, input.Flag() ? Training() : null, input.Flag() ? Interface() : null);
    }

    /// <summary>A network that is a graph stands behind the number of layers of a chain that has none.</summary>
    private ReluNetwork Graph(string name, string? path, string? format, InputDomain? stated)
    {
        if (input.Flag())
            return PortableModel.Read(input.Values<byte>(input.Count(1)), name, path, format);
        NetworkGraph graph = new PortableGraphReader(input).Graph();
        ModelInterface? model = input.Flag() ? Interface() : null;
        string[] remarks = [.. Enumerable.Range(0, input.Count(1)).Select(_ => input.Reader.ReadString())];
        TrainingHistory? training = input.Flag() ? Training() : null;
        var network = new ReluNetwork(graph, name, path, format, stated, model, training) { Remarks = Array.AsReadOnly(remarks) };
        Require(stated?.Size is null || stated.Size == network.InputSize, "The stated domain has another number of inputs.");
        return network;
    }

    private ModelInterface Interface()
    {
        ModelTensor[] inputs = Tensors(), outputs = Tensors();
        return new(inputs[0], outputs[0])
        {
            Inputs = Array.AsReadOnly(inputs),
            Outputs = Array.AsReadOnly(outputs),
            GraphName = input.Reader.ReadString(),
            Producer = input.Reader.ReadString(),
            ProducerVersion = input.Reader.ReadString(),
            Domain = input.Reader.ReadString(),
            Version = input.Reader.ReadInt64(),
            Description = input.Reader.ReadString(),
            Metadata = Array.AsReadOnly(
                [.. Enumerable.Range(0, input.Count(LeastBytesOfEntry)).Select(
                    _ => KeyValuePair.Create(input.Reader.ReadString(), input.Reader.ReadString()))]),
        };
    }

    private ModelTensor[] Tensors()
    {
        ModelTensor[] tensors = [.. Enumerable.Range(0, input.Count(LeastBytesOfTensor)).Select(_ => Tensor())];
        Require(tensors.Length > 0, "A model has no input or no output.");
        return tensors;
    }

    private ModelTensor Tensor()
    {
        string name = input.Reader.ReadString();
        ModelDimension[] shape = [.. Enumerable.Range(0, input.Count(LeastBytesOfDimension)).Select(
            _ => new ModelDimension(input.Reader.ReadInt32(), input.Text()))];
        Require(Array.TrueForAll(shape, static d => d.Size > 0), "A dimension of the model's input or output is not positive.");
        return new(name, Array.AsReadOnly(shape));
    }

    /// <summary>Reads how a network was trained.</summary>
    public TrainingHistory Training()
    {
        var options = new ClassifierOptions
        {
            Hidden = input.Values<int>(input.Reader.ReadInt32()),
            L1 = input.Reader.ReadDouble(),
            Epochs = input.Reader.ReadInt32(),
            BatchSize = input.Reader.ReadInt32(),
            LearningRate = input.Reader.ReadDouble(),
            Momentum = input.Reader.ReadDouble(),
            LearningRateDecay = input.Reader.ReadDouble(),
            Seed = input.Reader.ReadInt32(),
            Optimizer = input.Choice<TrainingOptimizer>(),
            L1Mode = input.Choice<L1Mode>(),
            Stability = input.Numbers(),
            StabilityMode = input.Choice<StabilityMode>(),
            StabilityRadius = input.Reader.ReadDouble(),
            Architecture = input.Reader.ReadString(),
            InputShape = input.Values<int>(input.Reader.ReadInt32()),
            BatchNormalization = input.Flag(),
            FilterPenalty = input.Reader.ReadDouble(),
            ScalePenalty = input.Reader.ReadDouble(),
            ValidationFraction = input.Reader.ReadDouble(),
            Threads = input.Reader.ReadInt32(),
        };
        string data = input.Reader.ReadString();
        int trainRows = input.Reader.ReadInt32(), validationRows = input.Reader.ReadInt32();
        long steps = input.Reader.ReadInt64();
        bool completed = input.Flag();
        var epochs = new TrainingEpoch[input.Count(LeastBytesOfEpoch)];
        for (int i = 0; i < epochs.Length; i++)
        {
            epochs[i] = new(
                input.Reader.ReadInt32(), input.Reader.ReadDouble(), input.Reader.ReadDouble(),
                input.Reader.ReadDouble() is var a && double.IsNaN(a) ? null : a,
                input.Reader.ReadInt64(), input.Reader.ReadDouble(), input.Reader.ReadDouble())
            {
                Epochs = options.Epochs,
            };
        }

        return new(options, data, trainRows, validationRows, epochs, steps, completed);
    }

    /// <summary>Reads a domain.</summary>
    public InputDomain Domain()
    {
        bool hasSize = input.Flag();
        string name = input.Reader.ReadString();
        double[] lower = input.Numbers(), upper = input.Numbers();
        if (hasSize)
            return new(lower, upper, name);
        Require(lower.Length == 1 && upper.Length == 1, "A domain for any number of inputs has one end on each side.");
        return InputDomain.Uniform(lower[0], upper[0]);
    }

    /// <summary>Reads rows of data.</summary>
    public InputData Data()
    {
        string name = input.Reader.ReadString();
        int rows = input.Reader.ReadInt32(), columns = input.Reader.ReadInt32();
        double scale = input.Reader.ReadDouble();
        bool hasLabels = input.Flag();
        float[] values = input.Values<float>(checked((long)rows * columns));
        int[]? labels = hasLabels ? input.Values<int>(rows) : null;
        return new(values, rows, columns, labels, name, scale) { Ranges = input.Flag() ? Ranges(columns) : null };
    }

    /// <summary>Reads verdicts with their network. They are claims, whatever they were at their source: bytes can be changed.</summary>
    public StabilityTable Table()
    {
        ReluNetwork network = Network();
        InputDomain domain = Domain().For(network.InputSize);
        TimeSpan elapsed = input.Time();
        string? device = input.Text();
        var stages = new StageReport[input.Count(LeastBytesOfStage)];
        for (int i = 0; i < stages.Length; i++)
            stages[i] = new(SearchStage.Parse(input.Reader.ReadString()), input.Time(), input.Reader.ReadInt32());
        input.RequireLeft(network.NeuronCount, LeastBytesOfNeuron);
        var neurons = new List<NeuronStability>(network.NeuronCount);
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++)
                neurons.Add(Verdict(layer, neuron, domain));
        }

        return new(network, domain, neurons, elapsed, stages, device);
    }

    /// <summary>Reads a compression with the verdicts it rests on; like those, it is a claim.</summary>
    public CompressionResult Compression()
    {
        StabilityTable table = Table();
        ReluNetwork compressed = Network();
        Require(compressed.InputSize == table.Network.InputSize && compressed.OutputSize == table.Network.OutputSize,
            "The compressed network has other inputs or outputs.");
        double deviation = input.Reader.ReadDouble();
        Require(deviation >= 0, "The proven deviation is invalid.");
        int unconfirmed = input.Reader.ReadInt32();
        Require(unconfirmed >= 0 && unconfirmed <= table.Neurons.Count, "The number of unconfirmed neurons is invalid.");
        var steps = new CompressionStep[input.Count(LeastBytesOfStep)];
        for (int i = 0; i < steps.Length; i++)
        {
            var kind = input.Choice<CompressionStepKind>();
            int layer = input.Reader.ReadInt32();
            int[] neurons = input.Values<int>(input.Reader.ReadInt32());
            Require(layer >= 0 && layer <= table.Network.Layers.Count && Array.TrueForAll(neurons, static n => n >= 0),
                "A step is about a layer or a neuron that does not exist.");
            steps[i] = new(kind, layer, neurons, input.Reader.ReadString()) { Added = input.Reader.ReadInt32() };
        }

        return new() { Original = table.Network, Compressed = compressed, Domain = table.Domain, Table = table, Steps = steps,
            ProvenDeviation = deviation, Unconfirmed = unconfirmed };
    }

    /// <summary>Fails if anything follows.</summary>
    public void RequireEnd() =>
        Require(input.Reader.BaseStream.Position == input.Reader.BaseStream.Length, "More follows than belongs to the object.");

    /// <inheritdoc/>
    public void Dispose() => input.Dispose();

    private NeuronStability Verdict(int layer, int neuron, InputDomain domain)
    {
        var verdict = new NeuronStability
        {
            Layer = layer,
            Neuron = neuron,
            State = input.Choice<NeuronState>(),
            LowerBound = input.Reader.ReadDouble(),
            UpperBound = input.Reader.ReadDouble(),
            Evidence = input.Reader.ReadString(),
            PositiveWitness = Witness(domain),
            NegativeWitness = Witness(domain),
        };
        Require(!double.IsNaN(verdict.LowerBound) && !double.IsNaN(verdict.UpperBound) && !StabilityTableRow.Contradicts(verdict),
            "A verdict contradicts its bounds.");
        return verdict;
    }

    private (ReadOnlyMemory<double> Lower, ReadOnlyMemory<double> Upper) Ranges(int columns)
    {
        double[] lower = input.Numbers(), upper = input.Numbers();
        bool each = lower.Length == columns && upper.Length == columns;
        Require(each && lower.Zip(upper).All(static end => end.First <= end.Second), "The ranges of the columns are invalid.");
        return (lower, upper);
    }

    private double[]? Witness(InputDomain domain)
    {
        if (!input.Flag())
            return null;
        double[] point = input.Numbers();
        Require(domain.Contains(point), "A witness lies outside the domain.");
        return point;
    }
}
