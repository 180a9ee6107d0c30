using System.Runtime;
using System.Text.Json;
using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>search</c>: searches in this process, each one's result as a line of JSON.</summary>
internal static class NetworkSearch
{
    public static int Run(NetworkOptions options)
    {
        SearchWarmUp.Begin(); // as the import of the module does
        InputDomain[] domains = [.. options.Domains.Select(InputDomainFiles.Read)];
        InputData[] data = [.. options.Data.Select(path => InputDataFiles.Read(path, options.DataOptions(path)))];
        var search = new SearchOptions
        {
            Threads = options.Threads,
            TimeLimit = options.TimeLimit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        foreach (string file in options.Files)
        {
            ReluNetwork network = NetworkFormats.Read(file);
            var undecided = StabilityTable.Undecided(network, Array.Find(domains, d => d.Size == network.InputSize));
            TimeSpan before = JitInfo.GetCompilationTime();
            StabilityTable table = StabilityAnalysis.FindStable(undecided, Array.Find(data, d => d.Columns == network.InputSize), search, CancellationToken.None);
            Console.WriteLine(JsonSerializer.Serialize(NetworkResult.Of(table, JitInfo.GetCompilationTime() - before)));
        }

        return 0;
    }
}
