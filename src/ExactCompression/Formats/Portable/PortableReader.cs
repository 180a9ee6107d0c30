using System.Runtime.InteropServices;
using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>Reads what <see cref="PortableWriter"/> wrote.</summary>
/// <param name="stream">Where from.</param>
internal sealed class PortableReader(Stream stream) : IDisposable
{
    private readonly BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);

    /// <summary>Reads a network.</summary>
    public ReluNetwork Network()
    {
        string name = reader.ReadString();
        string? path = Text(), format = Text();
        InputDomain? stated = reader.ReadBoolean() ? Domain() : null;
        var layers = new AffineLayer[Count(1)];
        for (int l = 0; l < layers.Length; l++)
        {
            int outputs = reader.ReadInt32(), inputs = reader.ReadInt32();
            var activation = (Activation)reader.ReadByte();
            var precision = (WeightPrecision)reader.ReadByte();
            double[] weights = Numbers(), bias = Numbers();
            AffinePart[] parts = Parts();
            bool isExact = reader.ReadBoolean();
            layers[l] = isExact
                ? new(weights, bias, outputs, inputs, activation, precision)
                : new(weights, bias, outputs, inputs, activation, precision, Numbers() is { Length: > 0 } w ? w : null, Numbers() is { Length: > 0 } b ? b : null);
            if (parts.Length > 0)
                layers[l] = layers[l].WithParts(parts);
        }

        return new(layers, name, path, format, stated, reader.ReadBoolean() ? Training() : null);
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
            Optimizer = (TrainingOptimizer)reader.ReadByte(),
            L1Mode = (L1Mode)reader.ReadByte(),
            ValidationFraction = reader.ReadDouble(),
            Threads = reader.ReadInt32(),
        };
        string data = reader.ReadString();
        int trainRows = reader.ReadInt32(), validationRows = reader.ReadInt32();
        long steps = reader.ReadInt64();
        bool completed = reader.ReadBoolean();
        var epochs = new TrainingEpoch[Count(1)];
        for (int i = 0; i < epochs.Length; i++)
        {
            epochs[i] = new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble() is var a && double.IsNaN(a) ? null : a, reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble())
            {
                Epochs = options.Epochs,
            };
        }

        return new(options, data, trainRows, validationRows, epochs, steps, completed);
    }

    /// <summary>Reads a domain.</summary>
    public InputDomain Domain()
    {
        bool hasSize = reader.ReadBoolean();
        string description = reader.ReadString();
        double[] lower = Numbers(), upper = Numbers();
        return hasSize ? new(lower, upper, description) : InputDomain.Uniform(lower[0], upper[0]);
    }

    /// <summary>Reads rows of data.</summary>
    public InputData Data()
    {
        string name = reader.ReadString();
        int rows = reader.ReadInt32(), columns = reader.ReadInt32();
        double scale = reader.ReadDouble();
        bool hasLabels = reader.ReadBoolean();
        float[] values = Values<float>(checked((long)rows * columns));
        return new(values, rows, columns, hasLabels ? Values<int>(rows) : null, name, scale);
    }

    /// <summary>Reads verdicts with their network.</summary>
    public StabilityTable Table()
    {
        ReluNetwork network = Network();
        InputDomain domain = Domain();
        bool isImported = reader.ReadBoolean();
        var elapsed = new TimeSpan(reader.ReadInt64());
        string? device = Text();
        var stages = new StageReport[Count(1)];
        for (int i = 0; i < stages.Length; i++)
            stages[i] = new(reader.ReadString(), new(reader.ReadInt64()), reader.ReadInt32());
        var neurons = new List<NeuronStability>(network.NeuronCount);
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            for (int neuron = 0; neuron < network.WidthOf(layer); neuron++)
            {
                neurons.Add(new()
                {
                    Layer = layer,
                    Neuron = neuron,
                    State = (NeuronState)reader.ReadByte(),
                    LowerBound = reader.ReadDouble(),
                    UpperBound = reader.ReadDouble(),
                    Evidence = reader.ReadString(),
                    PositiveWitness = Witness(),
                    NegativeWitness = Witness(),
                });
            }
        }

        return new(network, domain, neurons, elapsed, stages, device) { IsImported = isImported };
    }

    /// <summary>Reads a compression with the verdicts it rests on.</summary>
    public CompressionResult Compression()
    {
        StabilityTable table = Table();
        ReluNetwork compressed = Network();
        double deviation = reader.ReadDouble();
        var steps = new CompressionStep[Count(1)];
        for (int i = 0; i < steps.Length; i++)
        {
            var kind = (CompressionStepKind)reader.ReadByte();
            int layer = reader.ReadInt32();
            int[] neurons = Values<int>(reader.ReadInt32());
            steps[i] = new(kind, layer, neurons, reader.ReadString()) { Added = reader.ReadInt32() };
        }

        return new() { Original = table.Network, Compressed = compressed, Domain = table.Domain, Table = table, Steps = steps, ProvenDeviation = deviation };
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private AffinePart[] Parts()
    {
        var parts = new AffinePart[Count(1)];
        for (int k = 0; k < parts.Length; k++)
        {
            var kind = (AffinePartKind)reader.ReadByte();
            int outputs = reader.ReadInt32(), inputs = reader.ReadInt32();
            var precision = (WeightPrecision)reader.ReadByte();
            double epsilon = reader.ReadDouble();
            var values = new double[Count(1)][];
            for (int i = 0; i < values.Length; i++)
                values[i] = Numbers();
            parts[k] = AffinePart.Of(kind, outputs, inputs, precision, epsilon, values);
        }

        return parts;
    }

    private double[]? Witness() => reader.ReadBoolean() ? Numbers() : null;

    private string? Text() => reader.ReadBoolean() ? reader.ReadString() : null;

    private double[] Numbers()
    {
        int count = reader.ReadInt32();
        return reader.ReadBoolean() ? Array.ConvertAll(Values<float>(count), static v => (double)v) : Values<double>(count);
    }

    private unsafe T[] Values<T>(long count)
        where T : unmanaged
    {
        RequireLeft(count, sizeof(T));
        var values = new T[count];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>A number of things, each of at least some bytes, that are still to come.</summary>
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
}
