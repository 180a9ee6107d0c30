using System.Diagnostics;
using System.Globalization;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>compressions</c>: what each level leaves of each network, as a table in Markdown.</summary>
internal static class CompressionTable
{
    private const string Heading =
        "| network | level | channels and neurons | parameters | multiply-adds | bytes of the file | differs by at most | search s "
            + "| compression s |";

    public static int Run(NetworkOptions options)
    {
        Console.WriteLine(Heading);
        Console.WriteLine("| --- | --- | --- | --: | --: | --: | --: | --: | --: |");
        var inputs = new SearchInputs(options);
        foreach (string file in options.Files)
        {
            (StabilityTable undecided, InputData? data) = inputs.Read(file);
            var search = new SearchOptions
            {
                Threads = options.Threads,
                TimeLimit = options.TimeLimit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Warning = Console.Error.WriteLine,
            };
            var clock = Stopwatch.StartNew();
            StabilityTable table = StabilityAnalysis.FindStable(undecided, data, search, CancellationToken.None);
            TimeSpan searched = clock.Elapsed;
            Print(undecided.Network, "", Shapes(undecided.Network), new FileInfo(file).Length, "", Seconds(searched), "");
            foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
            {
                clock.Restart();
                CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
                TimeSpan compressed = clock.Elapsed;
                string deviation = result.ProvenDeviation.ToString("0.0e-00", CultureInfo.InvariantCulture);
                Print(
                    result.Compressed, level.ToString(), Shapes(result.Compressed), Bytes(result.Compressed),
                    result.ProvenDeviation == 0 ? "0" : deviation, "", Seconds(compressed));
            }
        }

        return 0;
    }

    private static void Print(
        ReluNetwork network, string level, string shapes, long bytes, string deviation, string searched, string compressed) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {(level.Length == 0 ? network.Name : "")} | {level} | {shapes} | {network.ParameterCount:N0} "
                + $"| {network.MultiplyAddCount:N0} | {bytes:N0} | {deviation} | {searched} | {compressed} |"));

    /// <summary>Channels of each layer, or neurons of one without channels.</summary>
    private static string Shapes(ReluNetwork network) =>
        string.Join('-', network.Layers.SkipLast(1).Select(static l => l.Shape.Count > 0 ? l.Shape[0] : 1));

    private static long Bytes(ReluNetwork network)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            NetworkFormats.Write(network, path);
            return new FileInfo(path).Length;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);
}
