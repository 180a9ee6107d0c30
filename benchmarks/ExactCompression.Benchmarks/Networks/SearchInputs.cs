using ExactCompression.Formats;

namespace ExactCompression.Benchmarks;

/// <summary>The domains and rows of a run, read once; each network takes the first of its size.</summary>
internal sealed class SearchInputs(NetworkOptions options)
{
    private readonly InputDomain[] domains = [.. options.Domains.Select(static path => InputDomainFiles.Read(path))];
    private readonly InputData[] data = [.. options.Data.Select(path => InputDataFiles.Read(path, options.DataOptions(path)))];

    /// <summary>Reads a network, nothing of it decided, with the rows that fit it.</summary>
    public (StabilityTable Undecided, InputData? Data) Read(string file)
    {
        ReluNetwork network = NetworkFormats.Read(file);
        return (StabilityTable.Undecided(network, Array.Find(domains, d => d.Size == network.InputSize)),
            Array.Find(data, d => d.Columns == network.InputSize));
    }
}
