using ExactCompression.Formats;
using ExactCompression.Tests.Certificates;

namespace ExactCompression.Tests.Formats.Writing;

/// <summary>All writers of the library, with something small to write.</summary>
internal static class Exports
{
    private static readonly Lazy<CompressionResult> Compression = new(static () => Made.Compression(Network("net")));

    /// <summary>File names, of which each has a writer of its own.</summary>
    public static IEnumerable<string> Names { get; } =
        ["a.onnx", "a.npz", "a.safetensors", "a.nnet", "weights.dat", "a.c", "table.csv", "table.json", "table.npz",
            "stable_neurons.npy", "certificate.json", "certificate.json.gz", "states.svg", "states.png", "report.html"];

    /// <summary>Writes what a file of that name holds.</summary>
    public static void Write(string path)
    {
        string name = Path.GetFileName(path);
        if (name.StartsWith("table.", StringComparison.Ordinal) || name.EndsWith(".npy", StringComparison.Ordinal))
            StabilityTableFiles.Write(Compression.Value.Table, path);
        else if (name.StartsWith("certificate.", StringComparison.Ordinal))
            CompressionCertificate.Write(Compression.Value, path);
        else if (name.StartsWith("states.", StringComparison.Ordinal))
            StabilityPlot.States(Compression.Value.Table).Write(path, new() { Width = 300, Height = 250 });
        else if (name.StartsWith("report.", StringComparison.Ordinal))
            StabilityReport.Of(Compression.Value).Write(path);
        else
            NetworkFormats.Write(Compression.Value.Original, path);
    }

    /// <summary>Two inputs, three neurons, of which one is active and one inactive over the unit square.</summary>
    public static ReluNetwork Network(string name, string? path = null) => new(
    [
        new AffineLayer([1, 2, -1, -1, 1, -1], [0.5, -0.25, 0], 3, 2, Activation.Relu),
        new AffineLayer([1, 1, 2, -1, 0.5, 1], [0.25, -1], 2, 3, Activation.Identity),
    ], name, path);
}
