using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// Checks a solver's claims against proofs before they are reported: intervals, linear bounds, and linear bounds with optimised slopes for
/// the claimed neurons alone; what these leave gets a short search for a proof or a witness, exact where linear pieces are few.
/// </summary>
internal static class ClaimComparison
{
    /// <summary>Bounds the claimed neurons; a bound that decides one confirms the claim, or refutes it.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="options">How the search runs.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Run(VerdictLedger ledger, SearchOptions options, SearchClock clock)
    {
        if (!Enumerable.Range(0, ledger.Count).Any(ledger.IsClaim))
            return;

        // On a separate ledger: bounds of neurons that are not claimed do not belong to the requested formulation. Its time ends with the
        // search's.
        var bounded = new VerdictLedger(StabilityTable.Undecided(ledger.Network, ledger.Domain));
        SearchOptions quiet = options with { TimeLimit = null, Progress = null };
        using var inner = new SearchClock(bounded, quiet, clock.Parallel.CancellationToken);
        BoundPropagation.Run(bounded, inner);
        OptimizeSlopes(ledger, bounded, clock);
        Search(ledger, bounded.ToTable(default, [], null), quiet, clock);
    }

    /// <summary>Applies the bounds to the claims, and optimises the slopes for those that remain.</summary>
    private static void OptimizeSlopes(VerdictLedger ledger, VerdictLedger bounded, SearchClock clock)
    {
        using var below = new RelaxedGraph(ledger.Domain, ledger.Network.Joined);
        for (int layer = 1; layer <= ledger.Graph.Rectifiers; layer++)
        {
            LoweredLayer map = CrownBounds.Advance(below, layer, clock.Parallel);
            int first = ledger.Offsets[layer - 1];
            int[] claimed = [.. Enumerable.Range(first, map.Width).Where(ledger.IsClaim)];
            foreach (int index in claimed)
                ledger.Bound(index, bounded.Lower[index], bounded.Upper[index], Evidence.Crown);
            if (layer > 1)
                OptimizeSlopes(ledger, map, first, [.. claimed.Where(ledger.IsClaim)], below, clock);
            below.Add(bounded.LowerOf(layer), bounded.UpperOf(layer));
        }
    }

    /// <summary>Searches for a proof or a witness for the remaining claims.</summary>
    private static void Search(VerdictLedger ledger, StabilityTable bounded, SearchOptions options, SearchClock clock)
    {
        int[] claimed = [.. Enumerable.Range(0, ledger.Count).Where(ledger.IsClaim)];
        if (claimed.Length == 0)
            return;
        var searched = new VerdictLedger(bounded, scope: claimed.Select(ledger.TableIndexOf).ToHashSet().Contains);
        using var inner = new SearchClock(searched, options, clock.Parallel.CancellationToken);
        try
        {
            HybridSearch.DecideQuickly(searched, options, inner);
        }
        finally
        {
            StabilityTable found = searched.ToTable(default, [], null);
            foreach (int index in claimed)
            {
                NeuronStability neuron = found.Neurons[ledger.TableIndexOf(index)];
                if (neuron.PositiveWitness is { } above)
                    ledger.Learn(index, above: true, above);
                if (neuron.NegativeWitness is { } below)
                    ledger.Learn(index, above: false, below);
                ledger.Bound(
                    index, neuron.LowerBound, neuron.UpperBound, neuron.State == NeuronState.Undetermined ? Evidence.Crown : neuron.Basis);
            }
        }
    }

    private static void OptimizeSlopes(
        VerdictLedger ledger, LoweredLayer map, int first, int[] claimed, RelaxedGraph below, SearchClock clock)
    {
        if (claimed.Length == 0)
            return;
        var bounds = new AlphaBetaCrown(map, below);
        float[] slopes = bounds.PlainSlopes();
        foreach (int[] some in claimed.Chunk(bounds.MostAtWork))
        {
            CrownSubproblem[] problems = [.. some.Select(
                index => CrownSubproblem.Root(index - first, ledger.StateOf(index) == NeuronState.StablyInactive, slopes))];
            bounds.Optimize(problems, AdamSchedule.FromPlainSlopes, clock.Parallel);
            foreach (CrownSubproblem problem in problems)
                problem.Report(ledger, first);
        }
    }
}
