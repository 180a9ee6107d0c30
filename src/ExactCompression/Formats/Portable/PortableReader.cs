using System.Runtime.InteropServices;
using System.Text;
using ExactCompression.Networks;

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
    private const int LeastBytesOfStep = 1 + 4 + 4 + 1 + 4;

    private readonly BinaryReader reader = new(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);

    /// <summary>Reads a network.</summary>
    public ReluNetwork Network()
    {
        string name = reader.ReadString();
        string? path = Text(), format = Text();
        InputDomain? stated = Flag() ? Domain() : null;
        var layers = new AffineLayer[Count(LeastBytesOfLayer)];
        for (int l = 0; l < layers.Length; l++)
        {
            int outputs = reader.ReadInt32(), inputs = reader.ReadInt32();
            var activation = Choice<Activation>();
            var precision = Choice<WeightPrecision>();
            double[] weights = Numbers(), bias = Numbers();
            AffinePart[] parts = Parts();
            bool isExact = Flag();
            layers[l] = isExact
                ? new(weights, bias, outputs, inputs, activation, precision)
                : new(weights, bias, outputs, inputs, activation, precision, Numbers() is { Length: > 0 } w ? w : null,
                    Numbers() is { Length: > 0 } b ? b : null);
            if (parts.Length == 0)
                continue;
            layers[l] = layers[l].WithParts(parts);
            Require(LayerParts.CanBeOf(parts, layers[l], MostWorkOfParts),
                "The operations beside a layer's weights are not those that the weights were made of.");
        }

        return new(layers, name, path, format, stated, Flag() ? Training() : null, Flag() ? Interface() : null);
    }

    private ModelInterface Interface() => new(Tensor(), Tensor())
    {
        GraphName = reader.ReadString(),
        Producer = reader.ReadString(),
        ProducerVersion = reader.ReadString(),
        Domain = reader.ReadString(),
        Version = reader.ReadInt64(),
        Description = reader.ReadString(),
        Metadata = Array.AsReadOnly(
            [.. Enumerable.Range(0, Count(LeastBytesOfEntry)).Select(_ => KeyValuePair.Create(reader.ReadString(), reader.ReadString()))]),
    };

    private ModelTensor Tensor()
    {
        string name = reader.ReadString();
        ModelDimension[] shape = [.. Enumerable.Range(0, Count(LeastBytesOfDimension)).Select(
            _ => new ModelDimension(reader.ReadInt32(), Text()))];
        Require(Array.TrueForAll(shape, static d => d.Size > 0), "A dimension of the model's input or output is not positive.");
        return new(name, Array.AsReadOnly(shape));
    }

    /// <summary>Reads how a network was trained.</summary>
    public TrainingHistory Training()
    {
        var options = new ClassifierOptions
        {
            Hidden = Values<int>(reader.ReadInt32()),
            L1 = reader.ReadDouble(),
            Epochs = reader.ReadInt32(),
            BatchSize = reader.ReadInt32(),
            LearningRate = reader.ReadDouble(),
            Momentum = reader.ReadDouble(),
            LearningRateDecay = reader.ReadDouble(),
            Seed = reader.ReadInt32(),
            Optimizer = Choice<TrainingOptimizer>(),
            L1Mode = Choice<L1Mode>(),
            ValidationFraction = reader.ReadDouble(),
            Threads = reader.ReadInt32(),
        };
        string data = reader.ReadString();
        int trainRows = reader.ReadInt32(), validationRows = reader.ReadInt32();
        long steps = reader.ReadInt64();
        bool completed = Flag();
        var epochs = new TrainingEpoch[Count(LeastBytesOfEpoch)];
        for (int i = 0; i < epochs.Length; i++)
        {
            epochs[i] = new(
                reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble() is var a && double.IsNaN(a) ? null : a,
                reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble())
            {
                Epochs = options.Epochs,
            };
        }

        return new(options, data, trainRows, validationRows, epochs, steps, completed);
    }

    /// <summary>Reads a domain.</summary>
    public InputDomain Domain()
    {
        bool hasSize = Flag();
        string name = reader.ReadString();
        double[] lower = Numbers(), upper = Numbers();
        if (hasSize)
            return new(lower, upper, name);
        Require(lower.Length == 1 && upper.Length == 1, "A domain for any number of inputs has one end on each side.");
        return InputDomain.Uniform(lower[0], upper[0]);
    }

    /// <summary>Reads rows of data.</summary>
    public InputData Data()
    {
        string name = reader.ReadString();
        int rows = reader.ReadInt32(), columns = reader.ReadInt32();
        double scale = reader.ReadDouble();
        bool hasLabels = Flag();
        float[] values = Values<float>(checked((long)rows * columns));
        int[]? labels = hasLabels ? Values<int>(rows) : null;
        return new(values, rows, columns, labels, name, scale) { Ranges = Flag() ? Ranges(columns) : null };
    }

    /// <summary>Reads verdicts with their network. They are claims, whatever they were at their source: bytes can be changed.</summary>
    public StabilityTable Table()
    {
        ReluNetwork network = Network();
        InputDomain domain = Domain().For(network.InputSize);
        TimeSpan elapsed = Time();
        string? device = Text();
        var stages = new StageReport[Count(LeastBytesOfStage)];
        for (int i = 0; i < stages.Length; i++)
            stages[i] = new(SearchStage.Parse(reader.ReadString()), Time(), reader.ReadInt32());
        RequireLeft(network.NeuronCount, LeastBytesOfNeuron);
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
        double deviation = reader.ReadDouble();
        Require(deviation >= 0, "The proven deviation is invalid.");
        int unconfirmed = reader.ReadInt32();
        Require(unconfirmed >= 0 && unconfirmed <= table.Neurons.Count, "The number of unconfirmed neurons is invalid.");
        var steps = new CompressionStep[Count(LeastBytesOfStep)];
        for (int i = 0; i < steps.Length; i++)
        {
            var kind = Choice<CompressionStepKind>();
            int layer = reader.ReadInt32();
            int[] neurons = Values<int>(reader.ReadInt32());
            Require(layer >= 0 && layer <= table.Network.Layers.Count && Array.TrueForAll(neurons, static n => n >= 0),
                "A step is about a layer or a neuron that does not exist.");
            steps[i] = new(kind, layer, neurons, reader.ReadString()) { Added = reader.ReadInt32() };
        }

        return new() { Original = table.Network, Compressed = compressed, Domain = table.Domain, Table = table, Steps = steps,
            ProvenDeviation = deviation, Unconfirmed = unconfirmed };
    }

    /// <summary>Fails if anything follows.</summary>
    public void RequireEnd() => Require(reader.BaseStream.Position == reader.BaseStream.Length, "More follows than belongs to the object.");

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private NeuronStability Verdict(int layer, int neuron, InputDomain domain)
    {
        var verdict = new NeuronStability
        {
            Layer = layer,
            Neuron = neuron,
            State = Choice<NeuronState>(),
            LowerBound = reader.ReadDouble(),
            UpperBound = reader.ReadDouble(),
            Evidence = reader.ReadString(),
            PositiveWitness = Witness(domain),
            NegativeWitness = Witness(domain),
        };
        Require(!double.IsNaN(verdict.LowerBound) && !double.IsNaN(verdict.UpperBound) && !StabilityTableRow.Contradicts(verdict),
            "A verdict contradicts its bounds.");
        return verdict;
    }

    private (ReadOnlyMemory<double> Lower, ReadOnlyMemory<double> Upper) Ranges(int columns)
    {
        double[] lower = Numbers(), upper = Numbers();
        bool each = lower.Length == columns && upper.Length == columns;
        Require(each && lower.Zip(upper).All(static end => end.First <= end.Second), "The ranges of the columns are invalid.");
        return (lower, upper);
    }

    private AffinePart[] Parts()
    {
        var parts = new AffinePart[Count(1)];
        for (int k = 0; k < parts.Length; k++)
        {
            AffinePartKind kind = Choice<AffinePartKind>();
            int outputs = reader.ReadInt32(), inputs = reader.ReadInt32();
            WeightPrecision precision = Choice<WeightPrecision>();
            double epsilon = reader.ReadDouble();
            var values = new double[Count(1)][];
            for (int i = 0; i < values.Length; i++)
                values[i] = Numbers();
            parts[k] = AffinePart.Of(kind, outputs, inputs, precision, epsilon, values);
        }

        return parts;
    }

    private double[]? Witness(InputDomain domain)
    {
        if (!Flag())
            return null;
        double[] point = Numbers();
        Require(domain.Contains(point), "A witness lies outside the domain.");
        return point;
    }

    private string? Text() => Flag() ? reader.ReadString() : null;

    private TimeSpan Time()
    {
        long ticks = reader.ReadInt64();
        Require(ticks >= 0, "A time is negative.");
        return new(ticks);
    }

    private bool Flag()
    {
        byte value = reader.ReadByte();
        Require(value <= 1, "A choice of two is neither.");
        return value == 1;
    }

    private T Choice<T>()
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), reader.ReadByte());
        Require(Enum.IsDefined(value), $"There is no such {typeof(T).Name}.");
        return value;
    }

    private double[] Numbers()
    {
        int count = reader.ReadInt32();
        return Flag() ? Array.ConvertAll(Values<float>(count), static v => (double)v) : Values<double>(count);
    }

    private unsafe T[] Values<T>(long count)
        where T : unmanaged
    {
        RequireLeft(count, sizeof(T));
        var values = new T[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>A number of items that follow, each of at least some bytes.</summary>
    private int Count(int bytesEach)
    {
        int count = reader.ReadInt32();
        RequireLeft(count, bytesEach);
        return count;
    }

    private void RequireLeft(long count, int bytesEach)
    {
        if (count < 0 || count > (reader.BaseStream.Length - reader.BaseStream.Position) / bytesEach)
            throw new InvalidDataException($"{count} values do not follow.");
    }

    private static void Require(bool holds, string problem)
    {
        if (!holds)
            throw new InvalidDataException(problem);
    }
}
