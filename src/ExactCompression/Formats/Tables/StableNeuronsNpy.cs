namespace ExactCompression.Formats;

/// <summary>
/// The reference's <c>stable_neurons.npy</c>: a NumPy array of one Python object, a dict of two integer arrays <c>stably_active</c> and
/// <c>stably_inactive</c>, each n x 2 x 1 with the layer (from 1) and the neuron (from 0).
/// </summary>
internal sealed class StableNeuronsNpy : ITableFormat
{
    private static readonly (string Key, NeuronState State)[] Lists = [("stably_active", NeuronState.StablyActive),
        ("stably_inactive", NeuronState.StablyInactive)];

    /// <inheritdoc/>
    public string Extension => ".npy";

    /// <inheritdoc/>
    public string Purpose => "for the paper's code";

    /// <inheritdoc/>
    public bool HoldsEvidence => false;

    /// <inheritdoc/>
    public bool HoldsPrecision => false;

    /// <inheritdoc/>
    public bool Matches(ReadOnlySpan<byte> head, string path) => head.StartsWith(NpyHeader.Magic);

    /// <inheritdoc/>
    public StabilityTable Read(TableInput input)
    {
        (byte[] bytes, string path, InputDomain? domain) = (input.Bytes, input.Path, input.Domain);
        ReluNetwork network = input.Network ?? throw StabilityTableOrigin.NeedsNetwork(path);
        NpyArray array = NpyArray.Parse(bytes, path);
        if (array.Type is not null)
            throw new InvalidFileException(
                "StableNeuronsUnknown", path, "header", "The array holds numbers, not the dict of stably active and inactive neurons.",
                "Give a stable_neurons.npy.");
        if (PickleReader.Read(array.DataCursor(path), "pickle") is not PickledArray { Objects: [PickleDict dict] })
            throw new InvalidFileException(
                "StableNeuronsUnknown", path, "pickle", "The array contains something other than one dict.", "Give a stable_neurons.npy.");

        NeuronStability[] verdicts = [.. StabilityTable.Undecided(network, domain).Neurons];
        var places = new Dictionary<(int, int), int>();
        for (int i = 0; i < verdicts.Length; i++)
            places[(verdicts[i].Layer, verdicts[i].Neuron)] = i;
        foreach ((string key, NeuronState state) in Lists)
        {
            if (!dict.TryGet(key, out object? value) || value is not PickledArray list)
                throw new InvalidFileException(
                    "StableNeuronsUnknown", path, key, "The dict has no array of that name.", "Give a stable_neurons.npy.");
            double[] pairs = Pairs(list, path, key);
            for (int i = 0; i < pairs.Length; i += 2)
            {
                if (!(pairs[i] is >= 1 and <= int.MaxValue && pairs[i + 1] is >= 0 and <= int.MaxValue)
                    || !places.TryGetValue(((int)pairs[i], (int)pairs[i + 1]), out int place))
                    throw new InvalidFileException(
                        "TableRowUnknown", path, $"{key}, entry {i / 2}",
                        $"The network {network.Architecture} has no neuron {pairs[i + 1]} in layer {pairs[i]}.",
                        "Give the network that the file was made for.");
                if (verdicts[place].State != NeuronState.Undetermined)
                    throw new InvalidFileException(
                        "TableRowDuplicate", path, $"{key}, entry {i / 2}",
                        $"Layer {pairs[i]}, neuron {pairs[i + 1]} is listed a second time.", "The file is damaged.");
                verdicts[place] = new() { Layer = verdicts[place].Layer, Neuron = verdicts[place].Neuron, State = state };
            }
        }

        return new(network, domain ?? network.StatedDomain ?? InputDomain.Unit, verdicts);
    }

    /// <inheritdoc/>
    public void Write(StabilityTable table, Stream stream, string path, WeightPrecision precision)
    {
        stream.Write(NpyHeader.Format("|O", []));
        var pickle = new NumpyPickleWriter(stream);
        pickle.BeginObjectArray();
        foreach ((string key, NeuronState state) in Lists)
        {
            NeuronStability[] neurons = [.. table.Neurons.Where(n => n.State == state)];
            pickle.Int64Entry(key, [neurons.Length, 2, 1], neurons.SelectMany(static n => (long[])[n.Layer, n.Neuron]));
        }

        pickle.EndObjectArray();
    }

    private static double[] Pairs(PickledArray list, string path, string key)
    {
        int[] shape = list.Shape;
        bool pairs = shape.Length is 2 or 3 && shape[1] == 2 && (shape.Length == 2 || shape[2] == 1);
        if (list.Type?.Type is not { } type || type.IsFloating() || list.Bytes is null || !(pairs || shape is [0]))
            throw new InvalidFileException(
                "StableNeuronsUnknown", path, key,
                $"An array of shape ({string.Join(", ", shape)}) of {list.Type?.Name} is not a list of (layer, neuron).",
                "Give a stable_neurons.npy.");
        var values = new double[list.Bytes.Length / type.Size()];
        ElementDecoding.Decode(list.Bytes, type, list.Type.BigEndian, values);
        return list.FortranOrder ? NpyArray.RowMajor(values, shape) : values;
    }
}
