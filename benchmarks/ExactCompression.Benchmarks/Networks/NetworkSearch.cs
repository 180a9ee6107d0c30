using System.Runtime;
using System.Text.Json;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>network</c>: one search in this process, its result as a line of JSON.</summary>
internal static class NetworkSearch
{
    /// <summary>Reads a network with the first domain and the first rows that fit it.</summary>
    public static (ReluNetwork Network, InputDomain? Domain, InputData? Data) Load(NetworkOptions options, string file)
    {
        ReluNetwork network = NetworkFormats.Read(file);
        InputDomain? domain = options.Domains.Select(InputDomainFiles.Read).FirstOrDefault(d => d.Size == network.InputSize);
        InputData? data = options.Data.Select(path => InputDataFiles.Read(path, Options(options, path))).FirstOrDefault(d => d.Columns == network.InputSize);
        return (network, domain, data);
    }

    private static InputDataOptions Options(NetworkOptions options, string path) =>
        path.Contains(".csv", StringComparison.OrdinalIgnoreCase) ? new() { LabelColumn = options.LabelColumn, Scale = options.Scale } : new();

    public static int Run(NetworkOptions options)
    {
        (ReluNetwork network, InputDomain? domain, InputData? data) = Load(options, options.Files[0]);
        var search = new SearchOptions
        {
            Threads = options.Threads,
            TimeLimit = options.TimeLimit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        var undecided = StabilityTable.Undecided(network, domain);
        for (int i = options.Warm ? 0 : 1; i < 2; i++)
        {
            TimeSpan before = JitInfo.GetCompilationTime();
            StabilityTable table = StabilityAnalysis.FindStable(undecided, data, search, CancellationToken.None);
            if (i == 1)
                Console.WriteLine(JsonSerializer.Serialize(NetworkResult.Of(table, JitInfo.GetCompilationTime() - before)));
        }

        return 0;
    }
}
