using ExactCompression.Milp;

namespace ExactCompression.Experiments;

/// <summary>What a sweep does: every network, over every domain, by every method.</summary>
public sealed record SweepOptions
{
    /// <summary>The networks.</summary>
    public required IReadOnlyList<SweepNetwork> Networks { get; init; }

    /// <summary>The domains.</summary>
    public IReadOnlyList<SweepDomain> Domains { get; init; } = [SweepDomain.Own];

    /// <summary>How verdicts are reached.</summary>
    public IReadOnlyList<StabilityMethod> Methods { get; init; } = [StabilityMethod.Hybrid];

    /// <summary>The solver of the paper's methods.</summary>
    public string Solver { get; init; } = MilpSolvers.Default;

    /// <summary>Which rows of <see cref="Data"/> are run through the network first; without data, none are.</summary>
    public IReadOnlyList<MilpPreprocess> Preprocess { get; init; } = [MilpPreprocess.All];

    /// <summary>How far compression goes; each level on its own.</summary>
    public IReadOnlyList<CompressionLevel> Levels { get; init; } = [CompressionLevel.DeleteOnly, CompressionLevel.LeoPlusPlus,
        CompressionLevel.Maximal];

    /// <summary>Rows to run through the network first, or null.</summary>
    public InputData? Data { get; init; }

    /// <summary>Rows to measure accuracy on, or null.</summary>
    public InputData? TestData { get; init; }

    /// <summary>How long each stage of a cell may take: training, search, each level of compression; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Threads for all cells together; 0 for all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Cells at once; 0 for as many as threads.</summary>
    public int ThrottleLimit { get; init; }

    /// <summary>Which share of the work to do, from 0.</summary>
    public int ShardIndex { get; init; }

    /// <summary>How many shares there are.</summary>
    public int ShardCount { get; init; } = 1;

    /// <summary>The CSV that rows are appended to, and whose rows are not computed again; null for none.</summary>
    public string? Path { get; init; }

    /// <summary>Other CSVs whose rows are not computed again.</summary>
    public IReadOnlyList<string> SkipPaths { get; init; } = [];

    /// <summary>Whether cells whose row has an error are computed again.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>A folder that trained networks are written to, or null.</summary>
    public string? NetworkFolder { get; init; }

    /// <summary>Receives each row as soon as it is ready, on the thread that computed it, one at a time.</summary>
    public Action<SweepRow>? Row { get; init; }

    /// <summary>Receives rows of this sweep that the CSV already had.</summary>
    public Action<SweepRow>? Skipped { get; init; }

    /// <summary>Receives the progress of the sweep.</summary>
    public Action<SweepProgress>? Progress { get; init; }

    /// <summary>Receives warnings.</summary>
    public Action<string>? Warning { get; init; }
}
