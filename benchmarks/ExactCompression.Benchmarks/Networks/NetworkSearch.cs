using System.Runtime;
using System.Text.Json;

namespace ExactCompression.Benchmarks;

/// <summary>The command <c>search</c>: searches in this process, each one's result as a line of JSON.</summary>
internal static class NetworkSearch
{
    public static int Run(NetworkOptions options)
    {
        SearchWarmUp.Begin(); // as the import of the module does
        var inputs = new SearchInputs(options);
        var search = new SearchOptions
        {
            Threads = options.Threads,
            TimeLimit = options.TimeLimit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        foreach (string file in options.Files)
        {
            (StabilityTable undecided, InputData? data) = inputs.Read(file);
            TimeSpan before = JitInfo.GetCompilationTime();
            StabilityTable table = StabilityAnalysis.FindStable(undecided, data, search, CancellationToken.None);
            Console.WriteLine(JsonSerializer.Serialize(NetworkResult.Of(table, JitInfo.GetCompilationTime() - before)));
        }

        return 0;
    }
}
