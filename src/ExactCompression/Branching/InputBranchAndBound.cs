using System.Collections.Concurrent;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Splits the input box where inputs are few: one partition serves many open neurons of a layer. In each part the layers up to it are
/// bounded anew, which settles most neurons there; a part is split again as long as a neuron is open in it. A side is proven when it is
/// settled in every part.
/// </summary>
/// <remarks>
/// The parts that were split last are taken first, so that only few wait at any time. Batches do not depend on the number of threads, so
/// neither do verdicts. Work can stop after any batch and go on later.
/// </remarks>
internal sealed class InputBranchAndBound : IDisposable
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    public const int MostInputs = 12;

    private const int Batch = 64;

    /// <summary>A bound this close to 0, relative to that on the whole box, may be a tie that rounding keeps open.</summary>
    private const double Tie = 1e-9;

    private readonly VerdictLedger ledger;
    private readonly WitnessSearch search;
    private readonly SearchClock clock;
    private readonly int layer;
    private readonly SubdomainNetwork network;
    private readonly ConcurrentBag<SubdomainBounds> bounders = [];
    private readonly Stack<Subdomain> open = new();
    private readonly Dictionary<SignTarget, int> parts = [];
    private readonly HashSet<SignTarget> stuck = [];

    /// <summary>Begins with the whole box.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="layer">1-based hidden layer of the open sides.</param>
    /// <param name="targets">The sides that are to be settled.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public InputBranchAndBound(VerdictLedger ledger, int layer, SignTarget[] targets, WitnessSearch search, SearchClock clock)
    {
        this.ledger = ledger;
        this.search = search;
        this.clock = clock;
        this.layer = layer;
        network = new(ledger, layer);
        foreach (SignTarget target in targets)
            parts[target] = 1;
        open.Push(
            new(
                [.. ledger.Domain.Lower.Span], [.. ledger.Domain.Upper.Span],
                SubdomainPhases.OfWholeBox(network, ledger.Offsets[layer - 1]), targets));
    }

    /// <summary>Parts bounded so far.</summary>
    public long Bounded { get; private set; }

    /// <summary>Goes on until nothing is open or so many parts have been bounded.</summary>
    /// <param name="most">Parts to bound in all calls together.</param>
    public void RunTo(long most)
    {
        while (Bounded < most && open.Count > 0)
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.InputSplitting, layer);
            var batch = new List<Subdomain>(Batch);
            while (batch.Count < Batch && open.TryPop(out Subdomain? part))
            {
                SignTarget[] wanted = Array.FindAll(part.Targets, IsWanted);
                if (wanted.Length > 0)
                    batch.Add(wanted.Length == part.Targets.Length ? part : part with { Targets = wanted });
            }

            var outcomes = new SubdomainResult[batch.Count];
            Parallel.For(
                0,
                batch.Count,
                clock.Parallel,
                () => bounders.TryTake(out SubdomainBounds? bounder) ? bounder : new(network, layer),
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

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SubdomainBounds bounder in bounders)
            bounder.Dispose();
        network.Dispose();
    }

    private bool IsWanted(SignTarget target) => search.IsOpen(target) && !stuck.Contains(target);

    private void Take(Subdomain part, SubdomainResult outcome)
    {
        SignTarget[] left = Array.FindAll(outcome.Open, IsWanted);
        if (left.Length > 0 && !(outcome.Worst > Tie))
            left = Array.FindAll(left, new ExactSubdomain(ledger, part, clock.Parallel).LeavesOpen);
        int pieces = outcome.Pieces.Length;
        foreach (SignTarget target in part.Targets)
        {
            bool stays = left.Contains(target);
            if (stays && pieces == 0)
                stuck.Add(target);
            parts[target] += (stays ? pieces : 0) - 1;
            if (parts[target] != 0 || !IsWanted(target))
                continue;
            if (target.Above)
                ledger.Bound(target.Index, double.NegativeInfinity, 0, Evidence.InputSplitting);
            else
                ledger.Bound(target.Index, 0, double.PositiveInfinity, Evidence.InputSplitting);
        }

        if (left.Length == 0)
            return;
        foreach (Subdomain piece in outcome.Pieces)
        {
            // What holds where one of several sides is open does not depend on which; so a side alone may go on from there, and only it
            // makes use of that.
            if (piece.Targets.Length == left.Length)
                open.Push(piece);
            else
                open.Push(piece with { Targets = left });
        }
    }
}
