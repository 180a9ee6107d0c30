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

    /// <summary>
    /// The neurons to decide; null for all. What is proven about others on the way is kept. Only searches for stable neurons look at it.
    /// </summary>
    public NeuronSelection? Neurons { get; init; }

    /// <summary>Whether to leave out MILP solvers, whose claims are not proofs.</summary>
    internal bool WithoutSolvers { get; init; }

    /// <summary>Called from time to time, on the caller's thread or another; null for none. It must not throw.</summary>
    public Action<StabilityProgress>? Progress { get; init; }

    /// <summary>
    /// Called with a sentence where something did not go as requested, such as a device that failed; null for none. It must not throw.
    /// </summary>
    public Action<string>? Warning { get; init; }

    /// <summary>
    /// Called where a proof refutes a MILP solver's claim; null to throw the exception at the end of the search. It must not throw.
    /// </summary>
    public Action<ContradictionException>? Contradiction { get; init; }

    /// <summary>The neurons to decide, by their place in a network's table; null for all.</summary>
    /// <param name="network">The network.</param>
    /// <exception cref="InvalidInputException">The network does not have one of them.</exception>
    internal Func<int, bool>? ScopeIn(ReluNetwork network)
    {
        if (Neurons?.In(network) is not { } selected)
            return null;
        return index => selected[index];
    }
}
