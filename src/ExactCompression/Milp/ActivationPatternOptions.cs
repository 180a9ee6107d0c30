namespace ExactCompression.Milp;

/// <summary>How activation patterns are enumerated.</summary>
public sealed record ActivationPatternOptions
{
    /// <summary>
    /// The solver's name; null for none where the regions can be enumerated exactly, else <see cref="MilpSolvers.Default"/>.
    /// </summary>
    public string? Solver { get; init; }

    /// <summary>At most this many patterns.</summary>
    public int Count { get; init; } = int.MaxValue;

    /// <summary>After this long the enumeration ends; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Threads for the solver; 0 for all cores. Exact enumeration takes one.</summary>
    public int Threads { get; init; }
}

/// <summary>Why an enumeration of activation patterns ended.</summary>
public enum ActivationPatternEnd
{
    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>All patterns were found: it is proven that there is no other.</summary>
    Complete,

    /// <summary>As many as requested were found.</summary>
    CountReached,

    /// <summary>The time limit was reached, or it was cancelled.</summary>
    TimeReached,

    /// <summary>The solver failed.</summary>
    SolverFailed,

    /// <summary>
    /// The solver claims that there is no other pattern, which is not proven: regions thinner than its tolerance can be missing.
    /// </summary>
    Unproven,
}
