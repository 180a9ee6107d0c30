using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Estimates how many parts of the input box a side takes to be settled, by random dives: each goes from the whole box into one piece after
/// another at random, and counts a part for as many as there are choices on the way to it. The mean over dives is unbiased (D. E. Knuth,
/// <em>Estimating the Efficiency of Backtrack Programs</em>, Mathematics of Computation 29, 1975).
/// </summary>
/// <remarks>Sides that share a partition are all settled only when the hardest is, so sides go together that take about as much.</remarks>
internal sealed class BranchingEstimate
{
    /// <summary>A dive that goes deeper will not end.</summary>
    private const int MostLevels = 100;

    /// <summary>Sides of one group differ by at most this factor.</summary>
    private const double Spread = 4;

    private readonly VerdictLedger ledger;
    private readonly SubdomainNetwork network;
    private readonly int layer;

    /// <summary>Prepares a layer.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="network">The network up to the layer.</param>
    /// <param name="layer">1-based hidden layer.</param>
    public BranchingEstimate(VerdictLedger ledger, SubdomainNetwork network, int layer)
    {
        this.ledger = ledger;
        this.network = network;
        this.layer = layer;
    }

    /// <summary>
    /// All open sides in groups, each of one layer and of sides that take about as much, the easiest group first: should time run out, most
    /// is decided.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Knows what is open.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="dives">Dives for each side.</param>
    /// <param name="seed">Seed of the dives.</param>
    public static List<SplittingGroup> Groups(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int dives, int seed)
    {
        var groups = new List<SplittingGroup>();
        long weights = 0;
        for (int layer = 1; layer <= ledger.DeepestOpen(); layer++)
        {
            weights += ledger.Network.HiddenLayer(layer).ConnectionCount;
            if (ledger.HasOpen(layer))
                AddGroups(groups, ledger, layer, weights, search, clock, dives, seed);
        }

        return [.. groups.OrderBy(static g => g.Effort)];
    }

    /// <summary>Estimates one side's parts.</summary>
    /// <param name="target">The side.</param>
    /// <param name="dives">How many dives.</param>
    /// <param name="seed">Seed of the dives.</param>
    /// <param name="cancellation">To stop early.</param>
    public double Of(SignTarget target, int dives, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        using var bounder = new SubdomainBounds(network, layer);
        Subdomain whole = new(
            [.. ledger.Domain.Lower.Span], [.. ledger.Domain.Upper.Span], SubdomainPhases.OfWholeBox(network, ledger.Offsets[layer - 1]),
            [target]);
        double sum = 0;
        for (int dive = 0; dive < dives; dive++)
        {
            cancellation.ThrowIfCancellationRequested();
            Subdomain part = whole;
            double choices = 1;
            for (int level = 0; level < MostLevels; level++)
            {
                sum += choices;
                Subdomain[] pieces = bounder.Run(part).Pieces;
                if (pieces.Length == 0)
                    break;
                choices *= pieces.Length;
                part = pieces[random.Next(pieces.Length)];
            }
        }

        return sum / dives;
    }

    private static void AddGroups(
        List<SplittingGroup> groups, VerdictLedger ledger, int layer, long weights, WitnessSearch search, SearchClock clock, int dives,
        int seed)
    {
        SignTarget[] targets = [.. search.Open(layer)];
        using var network = new SubdomainNetwork(ledger, layer);
        var estimate = new BranchingEstimate(ledger, network, layer);
        var parts = new double[targets.Length];
        Parallel.For(
            0, targets.Length, clock.Parallel, k => parts[k] = estimate.Of(targets[k], dives, seed, clock.Parallel.CancellationToken));
        Array.Sort(parts, targets);
        for (int first = 0, end; first < targets.Length; first = end)
        {
            for (end = first + 1; end < targets.Length && parts[end] <= Spread * parts[first];)
                end++;
            groups.Add(new(layer, targets[first..end], parts[end - 1] * weights));
        }
    }
}

/// <summary>Open sides of one layer that share a partition of the input box.</summary>
/// <param name="Layer">1-based hidden layer.</param>
/// <param name="Targets">The sides.</param>
/// <param name="Effort">Parts that they are estimated to take, times the weights up to the layer.</param>
internal sealed record SplittingGroup(int Layer, SignTarget[] Targets, double Effort);
