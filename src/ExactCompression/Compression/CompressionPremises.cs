namespace ExactCompression.Compression;

/// <summary>
/// The verdicts that a compression may rest on: proven ones. Imported verdicts and a MILP solver's claims are proven first, or count as
/// undetermined.
/// </summary>
internal static class CompressionPremises
{
    /// <summary>The table to compress with.</summary>
    /// <param name="table">The verdicts as given.</param>
    /// <param name="options">Whether unproven ones count, and how long to search for proofs.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>A table of proven verdicts, and how many neurons were claimed to be stable and are no longer treated as such.</returns>
    public static (StabilityTable Table, int Unconfirmed) Of(
        StabilityTable table, CompressionOptions options, CancellationToken cancellation)
    {
        if (!table.IsImported && table.UnprovenStable == 0)
            return (table, 0);
        HashSet<int> claimed = [.. Enumerable.Range(0, table.Neurons.Count).Where(
            i => IsStable(table.Neurons[i]) && (table.IsImported || !table.Neurons[i].IsProven))];
        var search = new SearchOptions { TimeLimit = options.ProofTimeLimit, WithoutSolvers = true,
            Contradiction = options.Contradiction ?? (static _ => { }) };
        StabilityTable found = StabilityAnalysis.FindStable(table, null, search, claimed.Contains, cancellation);
        cancellation.ThrowIfCancellationRequested();

        // A neuron that the given table leaves open stays open, whatever the search has found.
        NeuronStability[] used = [.. found.Neurons.Select(
            (n, i) => !IsStable(n) || (IsStable(table.Neurons[i]) && (n.IsProven || options.AllowUnproven)) ? n : Undetermined(n))];
        return (StabilityTable.Found(found.Network, found.Domain, used, found.Elapsed, found.Stages, found.Device),
            claimed.Count(i => !IsStable(used[i])));
    }

    private static bool IsStable(NeuronStability neuron) => neuron.State is NeuronState.StablyActive or NeuronState.StablyInactive;

    /// <summary>A stable verdict as an undetermined one; its bounds and witnesses are proven, and are kept.</summary>
    private static NeuronStability Undetermined(NeuronStability neuron) => new()
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
