using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Formats;

/// <summary>
/// Joins what several searches found about one network over one domain. What was proven here is taken over; the witnesses of imported
/// tables are evaluated again, which proves what they show; other imported verdicts stay claims.
/// </summary>
public static class StabilityTableJoin
{
    /// <summary>Joins tables.</summary>
    /// <param name="tables">At least one; all of the same network, perhaps read several times, over the same domain.</param>
    /// <param name="contradiction">Called where a proof in one table refutes a MILP solver's claim in another; null to throw the
    /// exception. It must not throw.</param>
    /// <returns>One table with all that any of them proves or claims: the tightest proven bounds, all witnesses, all verdicts.</returns>
    /// <exception cref="InvalidInputException">There is no table, they are of different networks or domains, or they contradict one
    /// another.</exception>
    /// <exception cref="ContradictionException">A proof refutes a solver's claim, and <paramref name="contradiction"/> is null.</exception>
    public static StabilityTable Join(IReadOnlyList<StabilityTable> tables, Action<ContradictionException>? contradiction = null)
    {
        if (tables.Count == 0)
            throw new InvalidInputException("NoTables", "There are no tables to join.", "Pipe stability tables to it.");
        StabilityTable first = tables[0];
        RequireSame(tables);

        // A table of another object for the same network has the same neurons in the same order.
        var ledger = new VerdictLedger(StabilityTable.Undecided(first.Network, first.Domain));
        foreach (StabilityTable table in tables)
        {
            if (!table.IsImported)
                Replay(table, ledger);
        }

        foreach (StabilityTable table in tables)
            ImportedWitnesses.Check(table, ledger);
        ledger.Close(new() { Contradiction = contradiction });
        NeuronStability[] joined = [.. ledger.ToTable(default, [], null).Neurons];
        foreach (StabilityTable table in tables)
            TakeClaims(table, joined);
        return StabilityTable.Found(
            first.Network, first.Domain, joined, tables.Aggregate(TimeSpan.Zero, static (sum, t) => sum + t.Elapsed),
            [.. tables.SelectMany(static t => t.Stages)], Devices(tables));
    }

    private static void RequireSame(IReadOnlyList<StabilityTable> tables)
    {
        StabilityTable first = tables[0];
        Lazy<string> network = new(() => Fingerprint.Of(first.Network)), domain = new(() => Fingerprint.Of(first.Domain));
        foreach (StabilityTable table in tables)
        {
            if (table.Network != first.Network && Fingerprint.Of(table.Network) != network.Value)
                throw new InvalidInputException(
                    "NetworkMismatch", $"A table is of '{table.Network.Name}', another of '{first.Network.Name}', which has other weights.",
                    "Join tables of one network.");
            if (table.Domain != first.Domain && Fingerprint.Of(table.Domain) != domain.Value)
                throw new InvalidInputException(
                    "DomainMismatch",
                    $"A table of '{table.Network.Name}' holds over {table.Domain}, another over {first.Domain}: verdicts over one domain "
                        + "say nothing about another.",
                    "Join tables over one domain.");
        }
    }

    /// <summary>Takes over what a search here has proven, and the claims of its solvers.</summary>
    private static void Replay(StabilityTable table, VerdictLedger ledger)
    {
        for (int i = 0; i < ledger.Count; i++)
        {
            if (ledger.TableIndexOf(i) is not (>= 0 and var place))
                continue;
            NeuronStability neuron = table.Neurons[place];

            // Bounds of a neuron without a verdict decide it only together with a witness, which is then what settles it.
            Evidence by = neuron.IsProven ? neuron.Basis : Evidence.Witness;
            ledger.Bound(i, neuron.LowerBound, neuron.UpperBound, by);
            Show(ledger, i, true, neuron.PositiveWitness);
            Show(ledger, i, false, neuron.NegativeWitness);
            if (neuron is { State: NeuronState.StablyActive, IsProven: true })
                ledger.ShowPositive(i, neuron.Basis);
            if (neuron.Basis.IsSolverAlone)
                ledger.Claim(i, neuron.State == NeuronState.StablyActive, neuron.Basis);
        }
    }

    private static void Show(VerdictLedger ledger, int index, bool above, double[]? witness)
    {
        if (witness is null)
            return;
        ledger.Check(index, above, witness);
        ledger.Credit(index, above, witness);
    }

    /// <summary>Takes verdicts on neurons that nothing so far decides.</summary>
    private static void TakeClaims(StabilityTable table, NeuronStability[] joined)
    {
        for (int i = 0; i < joined.Length; i++)
        {
            (NeuronStability claim, NeuronStability known) = (table.Neurons[i], joined[i]);
            if (claim.State == NeuronState.Undetermined || claim.State == known.State || claim.Basis.IsSolverAlone
                || IsZero(claim, known))
                continue;
            if (known.State != NeuronState.Undetermined || IsExcluded(claim.State, known))
                throw new InvalidInputException(
                    "ContradictingTables",
                    $"Layer {known.Layer}, neuron {known.Neuron} of '{table.Network.Name}' is {claim.State} in one table "
                        + $"({claim.Evidence}), which contradicts what another has: {Facts(known)}.",
                    "Leave out the table that is wrong.");
            joined[i] = known.With(claim.State, claim.Basis);
        }
    }

    /// <summary>A neuron that is 0 everywhere counts as inactive, though it is never below 0 either.</summary>
    private static bool IsZero(NeuronStability claim, NeuronStability known) =>
        claim.State == NeuronState.StablyActive && known is { State: NeuronState.StablyInactive, LowerBound: >= 0 };

    private static bool IsExcluded(NeuronState state, NeuronStability known) => ProvenFacts.Exclude(
        state, known.LowerBound, known.UpperBound, known.PositiveWitness is not null, known.NegativeWitness is not null);

    private static string Facts(NeuronStability known) => known.State != NeuronState.Undetermined
        ? $"{known.State} ({known.Evidence})"
        : FormattableString.Invariant($"bounds [{known.LowerBound}, {known.UpperBound}]")
            + (known.PositiveWitness is null ? "" : ", an input where it is above 0")
            + (known.NegativeWitness is null ? "" : ", an input where it is below 0");

    private static string? Devices(IReadOnlyList<StabilityTable> tables)
    {
        string[] names = [.. tables.Select(static t => t.Device).OfType<string>().Distinct()];
        return names.Length == 0 ? null : string.Join(", ", names);
    }
}
