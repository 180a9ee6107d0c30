using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>
/// What bounds the subdomains of an input box up to a layer: shared arrays where the network is a chain of dense layers, linear
/// bounds over the graph where it is not. Threads share it.
/// </summary>
internal sealed class SubdomainSource
{
    /// <summary>
    /// The minimum cost of a subdomain, in weights: without it a tie that rounding leaves open would be split for days in a network of a
    /// few neurons. Over a graph, a subdomain takes about as long as thousands over a small chain.
    /// </summary>
    private const long LeastCost = 2_000, LeastCostOfGraph = 4_000_000;

    /// <summary>How many times as long as a weight of a chain one of a graph takes.</summary>
    private const long CostOfGraph = 64;

    private readonly VerdictLedger ledger;
    private readonly int layer;
    private readonly SubdomainNetwork? chain;
    private readonly CancellationToken cancellation;

    /// <summary>Prepares the layers up to one.</summary>
    /// <param name="ledger">What is known on the whole box; not modified.</param>
    /// <param name="layer">1-based layer of the targets, among those with rectifiers.</param>
    /// <param name="cancellation">Ends long bounds with <see cref="OperationCanceledException"/>.</param>
    public SubdomainSource(VerdictLedger ledger, int layer, CancellationToken cancellation)
    {
        (this.ledger, this.layer, this.cancellation) = (ledger, layer, cancellation);
        chain = ledger.Network.IsDense ? new(ledger, layer) : null;
    }

    /// <summary>What one subdomain costs, in weights of a chain.</summary>
    /// <param name="ledger">The network.</param>
    /// <param name="layer">1-based layer of the targets.</param>
    public static long CostOf(VerdictLedger ledger, int layer)
    {
        long weights = ledger.Graph.WeightsTo(layer);
        return ledger.Network.IsDense ? Math.Max(LeastCost, weights) : Math.Max(LeastCostOfGraph, CostOfGraph * weights);
    }

    /// <summary>The whole box.</summary>
    /// <param name="targets">The open targets.</param>
    public Subdomain Whole(SignTarget[] targets)
    {
        int count = ledger.Offsets[layer - 1];
        return new(
            [.. ledger.Domain.Lower.Span], [.. ledger.Domain.Upper.Span],
            chain is null ? SubdomainPhases.OfWholeBox(ledger.Lower, ledger.Upper, count) : SubdomainPhases.OfWholeBox(chain, count),
            targets);
    }

    /// <summary>Bounds for one thread.</summary>
    public ISubdomainBounds Open() =>
        chain is null ? new GraphSubdomainBounds(ledger, layer, cancellation) : new SubdomainBounds(chain, layer);
}
