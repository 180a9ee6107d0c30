using System.Collections.Concurrent;
using System.Globalization;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// Branch and bound over the input box, for networks with few inputs: one partition serves many open neurons of a layer. In each subdomain
/// the layers up to it are bounded again, which settles most neurons there; a subdomain is split further as long as a neuron is open in it.
/// A target is proven unreachable when it is settled in every subdomain.
/// </summary>
/// <remarks>
/// The search is depth-first, so that only few subdomains wait at any time. Batches do not depend on the number of threads, so neither do
/// verdicts. Work can stop after any batch and continue later.
/// </remarks>
internal sealed class InputBranchAndBound
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    private const int MostInputs = 12;

    private const int Batch = 128;

    /// <summary>A bound this close to 0, relative to that on the whole box, may be a tie that rounding keeps open.</summary>
    private const double Tie = 1e-9;

    private readonly VerdictLedger ledger;
    private readonly WitnessSearch search;
    private readonly SearchClock clock;
    private readonly int layer;
    private readonly SubdomainSource source;
    private readonly ConcurrentBag<ISubdomainBounds> bounders = [];
    private readonly Stack<Subdomain> open = new();
    private readonly Dictionary<SignTarget, int> openSubdomains = [];
    private readonly HashSet<SignTarget> stuck = [];

    /// <summary>Starts with the whole box.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based hidden layer of the open targets.</param>
    /// <param name="targets">The targets to settle.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public InputBranchAndBound(VerdictLedger ledger, int layer, SignTarget[] targets, WitnessSearch search, SearchClock clock)
    {
        this.ledger = ledger;
        this.search = search;
        this.clock = clock;
        this.layer = layer;
        source = new(ledger, layer, clock.Parallel.CancellationToken);
        foreach (SignTarget target in targets)
            openSubdomains[target] = 1;
        open.Push(source.Whole(targets));
    }

    /// <summary>
    /// Whether the box of a network is worth splitting: it has few inputs, and is a chain of dense layers, or has smooth functions, which
    /// search trees do not split.
    /// </summary>
    /// <param name="network">The network.</param>
    public static bool CanSplit(ReluNetwork network) =>
        network.InputSize <= MostInputs && (network.IsDense || !network.Lowered.IsPiecewiseLinear);

    /// <summary>Subdomains bounded so far.</summary>
    public long Bounded { get; private set; }

    /// <summary>Continues until nothing is open or this many subdomains have been bounded.</summary>
    /// <param name="most">The number of subdomains to bound in all calls together.</param>
    public void RunTo(long most)
    {
        while (Bounded < most && open.Count > 0)
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.InputSplitting, layer, Progress);
            var batch = new List<Subdomain>(Batch);
            while (batch.Count < Batch && open.TryPop(out Subdomain? subdomain))
            {
                SignTarget[] unsettled = Array.FindAll(subdomain.Targets, IsUnsettled);
                if (unsettled.Length > 0)
                    batch.Add(subdomain.For(unsettled));
            }

            var outcomes = new SubdomainResult[batch.Count];
            Parallel.For(
                0,
                batch.Count,
                clock.Parallel,
                () => bounders.TryTake(out ISubdomainBounds? bounder) ? bounder : source.Open(),
                (i, _, bounder) =>
                {
                    outcomes[i] = bounder.Run(batch[i]);
                    return bounder;
                },
                bounders.Add);
            Bounded += batch.Count;
            search.Try([.. outcomes.SelectMany(static o => o.Corners)], outcomes.Sum(static o => o.Open.Length));
            for (int i = 0; i < batch.Count; i++)
                Take(batch[i], outcomes[i]);
        }
    }

    private string Progress()
    {
        int[] unsettled = [.. openSubdomains.Keys.Where(IsUnsettled).Select(static t => t.Index).Distinct()];
        string neurons = unsettled.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"neuron {ledger.Place(unsettled[0]).Neuron}")
            : string.Create(CultureInfo.InvariantCulture, $"{unsettled.Length} neurons");
        return string.Create(CultureInfo.InvariantCulture, $"{neurons}, {Bounded:N0} subdomains, {open.Count:N0} waiting");
    }

    private bool IsUnsettled(SignTarget target) => search.IsOpen(target) && !stuck.Contains(target);

    private void Take(Subdomain subdomain, SubdomainResult outcome)
    {
        SignTarget[] left = Array.FindAll(outcome.Open, IsUnsettled);
        if (left.Length > 0 && !(outcome.Worst > Tie))
            left = Array.FindAll(left, new ExactSubdomain(ledger, subdomain, clock.Parallel).LeavesOpen);
        int children = outcome.Children.Length;
        foreach (SignTarget target in subdomain.Targets)
        {
            bool stays = left.Contains(target);
            if (stays && children == 0)
                stuck.Add(target);
            openSubdomains[target] += (stays ? children : 0) - 1;
            if (openSubdomains[target] == 0 && IsUnsettled(target))
                ledger.Bound(target.Index, target.Above, 0, Evidence.InputSplitting);
        }

        if (left.Length == 0)
            return;

        // What holds where one of several targets is open does not depend on which; so the search for a single target may continue from
        // there, and only then is this used.
        foreach (Subdomain child in outcome.Children)
            open.Push(child.For(left));
    }
}
