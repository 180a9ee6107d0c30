using ExactCompression.Branching.Regions;
using ExactCompression.Verdicts;

namespace ExactCompression.Analysis;

/// <summary>
/// When linear regions are enumerated: only where inputs are few, and as soon as the estimated work is less than what searches for
/// witnesses and trees would take for what is open. One enumeration serves all open neurons, so the more of them there are, the sooner.
/// One object serves one search, and remembers estimates.
/// </summary>
internal sealed class RegionSchedule
{
    /// <summary>Work that any network is worth before attacks, in evaluations: some tenths of a second.</summary>
    private const long Least = 2_000_000;

    /// <summary>
    /// Work for each open neuron, in evaluations, of which a core does more than ten million in a second: before attacks, before trees,
    /// before the box is split far, and last.
    /// </summary>
    private const long BeforeAttacks = 500_000, BeforeTrees = 1_000_000, BeforeSplitting = 100_000_000, Last = 2_000_000_000;

    /// <summary>One part in this many of that work may go into the estimate.</summary>
    private const long EstimateShare = 8;

    /// <summary>An estimate can be this many times too low.</summary>
    private const long Margin = 4;

    private double estimated;

    /// <summary>Enumerates the regions of small networks, or where much is open.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public void RunBeforeAttacks(VerdictLedger ledger, SearchClock clock) => Run(ledger, BeforeAttacks, clock);

    /// <summary>Enumerates regions where that costs less than small trees.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public void RunBeforeTrees(VerdictLedger ledger, SearchClock clock) => Run(ledger, BeforeTrees, clock);

    /// <summary>Enumerates regions where that costs less than splitting the box far.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public void RunBeforeSplitting(VerdictLedger ledger, SearchClock clock) => Run(ledger, BeforeSplitting, clock);

    /// <summary>Enumerates regions for what nothing else has decided.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public void RunLast(VerdictLedger ledger, SearchClock clock) => Run(ledger, Last, clock);

    private void Run(VerdictLedger ledger, long each, SearchClock clock)
    {
        long most = Math.Max(Least, each * (ledger.Count - ledger.Decided));
        if (ledger.Decided == ledger.Count || !RegionSearch.HasFewInputs(ledger) || estimated > RegionWalk.FarAbove * (double)most)
            return;
        clock.Run(SearchStage.Enumeration, () =>
        {
            if (RegionSearch.Open(ledger, ledger.DeepestOpen(), clock) is not { } search)
                return;
            double estimate = search.Estimate(most / EstimateShare, most);
            if (double.IsFinite(estimate))
                estimated = estimate;
            if (estimate <= most)
                search.RunTo(Margin * most);
        });
    }
}
