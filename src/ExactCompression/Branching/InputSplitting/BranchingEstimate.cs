using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Estimates into how many subdomains the input box must be split to settle a target, by random dives: each descends from the whole box
/// into one child after another at random, and weights each subdomain by the number of choices on the way to it. The mean over dives is
/// unbiased (D. E. Knuth, <em>Estimating the Efficiency of Backtrack Programs</em>, Mathematics of Computation 29, 1975).
/// </summary>
/// <remarks>Targets that share a partition are all settled only when the hardest is, so targets of similar effort are grouped.</remarks>
internal sealed class BranchingEstimate
{
    /// <summary>A dive that goes deeper is cut off, since it may not end.</summary>
    private const int MostLevels = 100;

    /// <summary>The estimates within one group differ by at most this factor.</summary>
    private const double Spread = 16;

    private readonly SubdomainSource source;

    /// <summary>Prepares a layer.</summary>
    /// <param name="source">The network up to the layer.</param>
    public BranchingEstimate(SubdomainSource source) => this.source = source;

    /// <summary>
    /// All open targets in groups, each of one layer and of targets of similar effort, the easiest group first: if time runs out, most are
    /// decided.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Knows what is open.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="dives">Dives for each target.</param>
    /// <param name="seed">Seed of the dives.</param>
    public static List<SplittingGroup> Groups(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int dives, int seed)
    {
        var groups = new List<SplittingGroup>();
        for (int layer = 1; layer <= ledger.DeepestOpen(); layer++)
        {
            if (ledger.HasOpen(layer))
                AddGroups(groups, ledger, layer, search, clock, dives, seed);
        }

        return [.. groups.OrderBy(static g => g.Effort)];
    }

    /// <summary>Estimates the number of subdomains for one target.</summary>
    /// <param name="target">The target.</param>
    /// <param name="dives">How many dives.</param>
    /// <param name="seed">Seed of the dives.</param>
    /// <param name="cancellation">To stop early.</param>
    public double Of(SignTarget target, int dives, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        ISubdomainBounds bounder = source.Open();
        Subdomain whole = source.Whole([target]);
        double sum = 0;
        for (int dive = 0; dive < dives; dive++)
        {
            cancellation.ThrowIfCancellationRequested();
            Subdomain subdomain = whole;
            double choices = 1;
            for (int level = 0; level < MostLevels; level++)
            {
                sum += choices;
                Subdomain[] children = bounder.Run(subdomain).Children;
                if (children.Length == 0)
                    break;
                choices *= children.Length;
                subdomain = children[random.Next(children.Length)];
            }
        }

        return sum / dives;
    }

    private static void AddGroups(
        List<SplittingGroup> groups, VerdictLedger ledger, int layer, WitnessSearch search, SearchClock clock, int dives, int seed)
    {
        SignTarget[] targets = [.. search.Open(layer)];
        var source = new SubdomainSource(ledger, layer, clock.Parallel.CancellationToken);
        var estimate = new BranchingEstimate(source);
        long weights = ledger.Graph.WeightsTo(layer);
        var estimates = new double[targets.Length];
        Parallel.For(
            0, targets.Length, clock.Parallel, k => estimates[k] = estimate.Of(targets[k], dives, seed, clock.Parallel.CancellationToken));
        Array.Sort(estimates, targets);
        for (int first = 0, end; first < targets.Length; first = end)
        {
            for (end = first + 1; end < targets.Length && estimates[end] <= Spread * estimates[first];)
                end++;
            groups.Add(new(layer, targets[first..end], estimates[end - 1] * weights));
        }
    }
}

/// <summary>Open targets of one layer that share a partition of the input box.</summary>
/// <param name="Layer">1-based hidden layer.</param>
/// <param name="Targets">The targets.</param>
/// <param name="Effort">The estimated number of subdomains, times the number of weights up to the layer.</param>
internal sealed record SplittingGroup(int Layer, SignTarget[] Targets, double Effort);
