using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// C99 source without dependencies: one function over static arrays, for chains of dense layers and for graphs that consist of linear maps
/// and rectifiers once they are lowered. It is written, not read.
/// </summary>
internal sealed class CSourceFormat : IWritableNetworkFormat
{
    private const int Buffer = 1 << 16;

    public string Name => "C";

    public IReadOnlyList<string> Extensions { get; } = [".c"];

    public bool CanWrite(ReluNetwork network) => true; // what it cannot is said by what stands in the way

    public bool Holds(ReluNetwork network, WeightPrecision precision) => CPrecision.Holds(network, precision);

    public ReluNetwork? Written(ReluNetwork network, WeightPrecision precision) => CPrecision.Rounded(network, precision);

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
    public static void Write(
        ReluNetwork network, Stream stream, WeightPrecision precision, string fileName, CSourceOptions options)
    {
        LoweredGraph graph = network.Lowered;
        IReadOnlyList<int> scores = graph.RequireOutputs(network.Name);
        CPrecision.RequireWritable(network, precision);
        InputDomain? domain = options.DomainOf(network);
        if (options.InputCheck && domain is null)
            throw new InvalidInputException(
                "InputCheckWithoutDomain",
                $"'{network.Name}' is no compression, and its file states no domain that inputs could be checked for.",
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
}
