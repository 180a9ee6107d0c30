namespace ExactCompression;

/// <summary>How a search for stable or unstable neurons runs.</summary>
public sealed record SearchOptions
{
    /// <summary>After this long the search returns what it has; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Threads to use; 0 for all cores. Verdicts do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Seed of the random points; the same seed gives the same verdicts.</summary>
    public int Seed { get; init; }

    /// <summary>Whether to leave out MILP solvers, whose word is no proof.</summary>
    internal bool WithoutSolvers { get; init; }

    /// <summary>Called now and then, on the caller's thread or another; null for silence. It must not throw.</summary>
    public Action<StabilityProgress>? Progress { get; init; }

    /// <summary>
    /// Called with a sentence where something did not go as asked, such as a device that failed; null for silence. It must not throw.
    /// </summary>
    public Action<string>? Warning { get; init; }

    /// <summary>
    /// Called where a proof refutes what a MILP solver said; null to throw it at the end of the search. It must not throw.
    /// </summary>
    public Action<ContradictionException>? Contradiction { get; init; }
}
