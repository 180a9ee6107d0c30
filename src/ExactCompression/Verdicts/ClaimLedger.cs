namespace ExactCompression.Verdicts;

/// <summary>
/// The claims that a search tries to prove or refute, and the contradictions that it finds between what a solver or a file claims and what
/// is proven.
/// </summary>
/// <param name="network">The network's name, for messages.</param>
internal sealed class ClaimLedger(string network)
{
    private readonly List<(ContradictionException Contradiction, bool Imported)> contradictions = [];
    private readonly Dictionary<int, (NeuronState State, Evidence Claim)> reopened = [];

    /// <summary>The reopened claims, by the neuron's index.</summary>
    public IEnumerable<KeyValuePair<int, (NeuronState State, Evidence Claim)>> Reopened => reopened;

    /// <summary>Reopens a claim, to be proven or refuted.</summary>
    public void Reopen(int index, NeuronState state, Evidence claim) => reopened[index] = (state, claim);

    /// <summary>Notes that a proof refutes a claim.</summary>
    /// <param name="place">1-based hidden layer and 0-based neuron.</param>
    /// <param name="claimed">The state claimed.</param>
    /// <param name="claim">The evidence of the claim.</param>
    /// <param name="proof">What refutes it.</param>
    public void Contradict((int Layer, int Neuron) place, NeuronState claimed, Evidence claim, string proof) =>
        contradictions.Add((new(network, place.Layer, place.Neuron, $"{claimed}, {claim}", proof), claim.IsImported));

    /// <summary>Reports the contradictions.</summary>
    /// <exception cref="ContradictionException">A solver's claim is refuted, and no handler is registered.</exception>
    /// <exception cref="InvalidInputException">An imported verdict is refuted, and no handler is registered: the table does not belong to
    /// this network and domain, or it is wrong.</exception>
    public void Report(SearchOptions options)
    {
        foreach ((ContradictionException contradiction, bool imported) in contradictions)
        {
            if (options.Contradiction is { } handler)
                handler(contradiction);
            else if (imported)
                throw new InvalidInputException(
                    contradiction.ErrorId, contradiction.Message,
                    "Check that the table belongs to this network and domain; find the stable neurons again from the network.");
            else
                throw contradiction;
        }
    }

    /// <summary>What becomes of a claim at the end of a search.</summary>
    /// <param name="claimed">The state claimed.</param>
    /// <param name="claim">Its evidence.</param>
    /// <param name="found">The state found since; undetermined where nothing was.</param>
    /// <param name="evidence">Its evidence.</param>
    /// <param name="refuted">Whether proven bounds or witnesses exclude the claim.</param>
    /// <returns>The state and the evidence that are left.</returns>
    public static (NeuronState State, Evidence Evidence) Settle(
        NeuronState claimed, Evidence claim, NeuronState found, Evidence evidence, bool refuted)
    {
        if (refuted)
            return (found, found == NeuronState.Undetermined ? claim.Refuted() : evidence.After(claim.Refuted()));
        if (found == NeuronState.Undetermined)
            return (claimed, claim);
        if (claim.IsImported || !evidence.IsSolverAlone)
            return (found, claim.IsImported ? evidence : evidence.After(claim));

        // Two solvers' claims: if they agree, they count as one; if they contradict each other, neither counts.
        return claimed == found ? (claimed, claim) : (NeuronState.Undetermined, claim.Refuted());
    }
}
