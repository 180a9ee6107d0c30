namespace ExactCompression.Formats;

/// <summary>Makes a network from the layers that a file lists; a misfit is an error that names file and tensor.</summary>
internal sealed class LayerAssembly(string path, string format)
{
    private readonly List<(string Name, double[] Weights, double[] Bias, int Outputs, int Inputs, WeightPrecision Precision)> layers = [];

    /// <summary>Adds the next layer; its activation follows from its place.</summary>
    public void Add(string name, double[] weights, double[] bias, int outputs, int inputs, WeightPrecision precision)
    {
        if (outputs < 1 || inputs < 1)
            throw new InvalidFileException("LayerShapeMismatch", path, name, $"A layer of {outputs} outputs and {inputs} inputs is empty.");
        if (bias.Length != outputs)
            throw new InvalidFileException("LayerShapeMismatch", path, name, $"The layer has {outputs} outputs but {bias.Length} biases.");
        if (layers.Count > 0 && layers[^1].Outputs != inputs)
            throw new InvalidFileException(
                "LayerShapeMismatch", path, name,
                $"The layer takes {inputs} values, but the one before, '{layers[^1].Name}', gives {layers[^1].Outputs}.",
                "Only networks whose layers follow one another are read.");
        RequireFinite(weights, inputs, name, "weight");
        RequireFinite(bias, 1, name, "bias");
        layers.Add((name, weights, bias, outputs, inputs, precision));
    }

    /// <summary>The network: ReLU after every layer but the last, which has the activation of the output.</summary>
    public ReluNetwork ToNetwork(InputDomain? statedDomain = null, Activation output = Activation.Identity)
    {
        if (layers.Count == 0)
            throw new InvalidFileException("NoLayers", path, "file", "The file holds no layer.");
        return new(
            layers.Select((l, i) =>
                new AffineLayer(l.Weights, l.Bias, l.Outputs, l.Inputs, i == layers.Count - 1 ? output : Activation.Relu, l.Precision)),
            Path.GetFileNameWithoutExtension(path),
            path,
            format,
            statedDomain);
    }

    private void RequireFinite(double[] values, int columns, string name, string what)
    {
        int bad = Array.FindIndex(values, static v => !double.IsFinite(v));
        if (bad < 0)
            return;
        string place = what == "bias" ? $"{name}, neuron {bad}" : $"{name}, neuron {bad / columns}, input {bad % columns}";
        throw new InvalidFileException(
            "WeightNotFinite", path, place, $"The {what} is {(double.IsNaN(values[bad]) ? "not a number" : "infinite")}.",
            "Nothing can be proven of such a network: train or export it again.");
    }
}
