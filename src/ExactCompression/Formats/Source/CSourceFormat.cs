using System.Text;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>
/// C99 source without dependencies: one function over static arrays, for chains of dense layers and for graphs that consist of linear maps and
/// rectifiers once they are lowered. It is written, not read.
/// </summary>
internal sealed class CSourceFormat : IWritableNetworkFormat
{
    private const int Buffer = 1 << 16;

    public string Name => "C";

    public IReadOnlyList<string> Extensions { get; } = [".c"];

    public bool CanWrite(ReluNetwork network) => true; // what it cannot is said by what stands in the way

    public bool Holds(ReluNetwork network, WeightPrecision precision)
    {
        LoweredGraph graph = network.Lowered;
        var order = new ForwardOrder(graph, graph.RequireOutputs(network.Name).Where(static value => value > 0));
        return order.Values.Select(value => graph.Layers[value - 1]).All(
            layer => layer.IsExact && (precision == WeightPrecision.Float64 || AllNumbers(layer, static w => (float)w == w)));
    }

    public ReluNetwork? Written(ReluNetwork network, WeightPrecision precision) => !network.IsDense ? null : new(
        [.. network.DenseLayers.Select(layer => new AffineLayer(
            Rounded(layer.Weights, precision), Rounded(layer.Bias, precision), layer.Outputs, layer.Inputs, layer.Activation, precision))],
        network.Name);

    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision) =>
        Write(network, stream, precision, network.Name, new());

    /// <summary>Writes a network with what is known of it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="fileName">The file's name without extension, which the function's comes from.</param>
    /// <param name="options">What is stated beside the function.</param>
    /// <exception cref="InvalidInputException">The network has units that take a mathematics library, its outputs are a softmax or cannot
    /// be computed, a weight is too large for the precision, or there is no domain to check.</exception>
    public void Write(ReluNetwork network, Stream stream, WeightPrecision precision, string fileName, CSourceOptions options)
    {
        LoweredGraph graph = network.Lowered;
        IReadOnlyList<int> scores = graph.RequireOutputs(network.Name);
        RequireWritable(network, scores, precision);
        InputDomain? domain = options.DomainOf(network);
        if (options.InputCheck && domain is null)
            throw new InvalidInputException(
                "InputCheckWithoutDomain", $"'{network.Name}' is no compression, and its file states no domain that inputs could be checked for.",
                "Export the result of Invoke-LeoCompression, or leave -InputCheck out.");
        string name = CIdentifier.Of(fileName);
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), Buffer, leaveOpen: true) { NewLine = "\n" };
        var source = new CSourceWriter(writer, graph, scores, name, precision);
        CHeader.Write(writer, network, name, fileName, precision, source.BufferElements, options, CancellableOutput.TokenOf(stream));
        source.WritePrototypes(options.InputCheck);
        if (options.InputCheck)
            source.WriteInputCheck(domain!);
        source.WriteFunction();
    }

    private static void RequireWritable(ReluNetwork network, IReadOnlyList<int> scores, WeightPrecision precision)
    {
        LoweredGraph graph = network.Lowered;
        var order = new ForwardOrder(graph, scores.Where(static value => value > 0));
        foreach (LoweredLayer layer in order.Values.Select(value => graph.Layers[value - 1]))
        {
            if (layer.Smooth is not null)
                throw new InvalidInputException(
                    "UnitNeedsLibrary",
                    $"'{network.Name}' has sigmoid or tanh units, which take a mathematics library; the C source does without one.",
                    "Write it as .onnx.");
            if (precision == WeightPrecision.Float32 && !AllNumbers(layer, static w => float.IsFinite((float)w)))
                throw new InvalidInputException(
                    "WeightOverflow", $"A weight of '{network.Name}' is too large for float32.",
                    "Write the network with Float64 precision.");
        }
    }

    private static double[] Rounded(ReadOnlyMemory<double> values, WeightPrecision precision) =>
        precision == WeightPrecision.Float64 ? values.ToArray() : Array.ConvertAll(values.ToArray(), static w => (double)(float)w);

    /// <summary>Whether all weights and biases of a layer are of a kind.</summary>
    private static bool AllNumbers(LoweredLayer layer, Predicate<double> isSo) =>
        Array.TrueForAll(layer.Bias.ToArray(), isSo) && layer.Terms.All(term => AllNumbers(term.Map, isSo));

    private static bool AllNumbers(ILinearMap map, Predicate<double> isSo)
    {
        if (map is ConvolutionMap convolution)
            return Array.TrueForAll(convolution.Filters.ToArray(), isSo);
        var row = new SparseRow();
        for (int i = 0; i < map.Output.Count; i++)
        {
            map.ReadRow(i, row);
            foreach (double weight in row.Weights)
            {
                if (!isSo(weight))
                    return false;
            }
        }

        return true;
    }
}
