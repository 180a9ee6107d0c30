namespace ExactCompression.Compression;

/// <summary>The verdicts that a compression may rest on: proven ones. What a table from outside or a MILP solver says is proven first, or counts as undetermined.</summary>
internal static class CompressionPremises
{
    /// <summary>The table to compress by.</summary>
    /// <param name="table">The verdicts as given.</param>
    /// <param name="options">Whether unproven ones count, and how long to search for proofs.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>A table of this search's own, and how many neurons were said to be stable and are no more taken for it.</returns>
    public static (StabilityTable Table, int Unconfirmed) Of(StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        if (!table.IsImported && table.UnprovenStable == 0)
            return (table, 0);
        HashSet<int> claimed = [.. Enumerable.Range(0, table.Neurons.Count).Where(i => IsUnprovenStable(table.Neurons[i]))];
        var search = new SearchOptions { TimeLimit = options.ProofTimeLimit, WithoutSolvers = true, Contradiction = options.Contradiction ?? (static _ => { }) };
        StabilityTable proven = StabilityAnalysis.FindStable(table, null, search, claimed.Contains, cancellation);
        cancellation.ThrowIfCancellationRequested();
        StabilityTable used = options.AllowUnproven
            ? proven
            : StabilityTable.Found(proven.Network, proven.Domain, [.. proven.Neurons.Select(WithoutClaim)], proven.Elapsed, proven.Stages, proven.Device);
        return (used, claimed.Count(i => used.Neurons[i].State is not (NeuronState.StablyActive or NeuronState.StablyInactive)));
    }

    private static bool IsUnprovenStable(NeuronStability neuron) => neuron.State is NeuronState.StablyActive or NeuronState.StablyInactive && !neuron.IsProven;

    /// <summary>An unproven stable verdict as an undetermined one; bounds and witnesses are proven, and stay.</summary>
    private static NeuronStability WithoutClaim(NeuronStability neuron) => !IsUnprovenStable(neuron)
        ? neuron
        : new()
        {
            Layer = neuron.Layer,
            Neuron = neuron.Neuron,
            State = NeuronState.Undetermined,
            LowerBound = neuron.LowerBound,
            UpperBound = neuron.UpperBound,
            PositiveWitness = neuron.PositiveWitness,
            NegativeWitness = neuron.NegativeWitness,
        };
}
