namespace ExactCompression.Benchmarks;

/// <summary>What one search found in one network, and how long it took.</summary>
internal sealed record NetworkResult(
    string Architecture,
    string Domain,
    int Active,
    int Inactive,
    int Unstable,
    int Open,
    double Seconds,
    double CompilationSeconds,
    double PeakMebibytes,
    IReadOnlyList<StageResult> Stages)
{
    /// <summary>Summarises a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="compilation">Time that the search spent on compiling code, over all threads.</param>
    public static NetworkResult Of(StabilityTable table, TimeSpan compilation)
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new(
            table.Network.Architecture,
            table.Domain.ToString(),
            table.StablyActive,
            table.StablyInactive,
            table.Unstable,
            table.Undetermined,
            table.Elapsed.TotalSeconds,
            compilation.TotalSeconds,
            process.PeakWorkingSet64 / 1048576.0,
            [.. table.Stages.Select(static s => new StageResult(s.Name, s.Elapsed.TotalSeconds, s.Decided))]);
    }
}

/// <summary>One kind of evidence: its time, and how many neurons it settled.</summary>
internal sealed record StageResult(string Name, double Seconds, int Decided);
