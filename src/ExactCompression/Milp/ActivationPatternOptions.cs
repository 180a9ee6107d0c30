namespace ExactCompression.Milp;

/// <summary>How activation patterns are enumerated.</summary>
public sealed record ActivationPatternOptions
{
    /// <summary>The solver's name; null for <see cref="MilpSolvers.Default"/>.</summary>
    public string? Solver { get; init; }

    /// <summary>At most this many patterns.</summary>
    public int Count { get; init; } = int.MaxValue;

    /// <summary>After this long the enumeration ends; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Threads to use; 0 for all cores.</summary>
    public int Threads { get; init; }
}

/// <summary>Why an enumeration of activation patterns ended.</summary>
public enum ActivationPatternEnd
{
    /// <summary>It has not.</summary>
    Running,

    /// <summary>The solver says that there is no other pattern, thinner regions than its tolerance aside.</summary>
    Complete,

    /// <summary>As many as asked for were found.</summary>
    CountReached,

    /// <summary>The time limit was reached, or it was cancelled.</summary>
    TimeReached,

    /// <summary>The solver failed.</summary>
    SolverFailed,
}
