using ExactCompression.Bounds;
using ExactCompression.Branching;
using ExactCompression.Branching.InputSplitting;
using ExactCompression.Milp;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The search by all kinds of proof: bounds, witnesses, exact arithmetic and search trees; and a MILP solver last, where the time is
/// limited. Earlier unconfirmed claims of a solver are checked again.
/// </summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to evaluate on the network first, or null.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
/// <param name="scope">The neurons to decide, by their index over all layers; null for all.</param>
internal sealed class HybridSearch(StabilityTable table, InputData? data, SearchOptions options, Func<int, bool>? scope)
    : StabilitySearch(table, data, options)
{
    /// <summary>
    /// Data rows in addition to a targeted attack: more rows find little that the attack does not. <see cref="UnstableSearch"/> evaluates
    /// all rows.
    /// </summary>
    private const int MostRows = 4_096;

    private readonly RegionSchedule regions = new();

    /// <summary>
    /// Decides what is cheap to decide: bounds, the corners where they are attained, linear pieces where they are few, a coarse partition,
    /// small trees.
    /// </summary>
    /// <param name="ledger">What is known, and which neurons to decide.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time and threads.</param>
    public static void DecideQuickly(VerdictLedger ledger, SearchOptions options, SearchClock clock)
    {
        Dictionary<SignTarget, BoxCorner> hints = BoundPropagation.Run(ledger, clock);
        if (ledger.Decided == ledger.Count)
            return;
        using var device = new SimdWitnessDevice();
        using WitnessSearch search = OpenSearch(ledger, null, device, options, clock, hints);
        clock.Run(SearchStage.Sampling, search.SampleCorners);
        ExactSigns.DecideFirst(ledger, clock);
        ZeroTies.Decide(ledger, clock);
        new RegionSchedule().RunBeforeAttacks(ledger, clock);
        ZeroTies.Enumerate(ledger, clock, quickly: true);
        if (ledger.Decided < ledger.Count && InputBranchAndBound.CanSplit(ledger.Network))
            SplittingSchedule.RunQuickly(ledger, search, clock);
        if (ledger.Decided < ledger.Count)
            RefinementSchedule.RunQuickly(ledger, clock, search, int.MaxValue);
    }

    /// <inheritdoc/>
    protected override VerdictLedger OpenLedger() => new(Table, reopenClaims: true, scope);

    /// <inheritdoc/>
    protected override void RunStages(VerdictLedger ledger, SearchClock clock)
    {
        FirstPoints.Show(ledger, Data, Options, clock);
        Dictionary<SignTarget, BoxCorner> hints = BoundPropagation.Run(ledger, clock);
        if (hints.Count == 0)
            ZeroTies.Decide(ledger, clock);
        if (ledger.Decided < ledger.Count)
            FindWitnesses(ledger, clock, hints);
        regions.RunLast(ledger, clock);
        ZeroTies.Enumerate(ledger, clock, quickly: false);
        ExactSigns.Show(ledger, clock);

        // Only a time limit is sure to end a solver, so it is used only where the time is limited; and last, since its claims are never
        // premises of a proof.
        if (ledger.Decided < ledger.Count && Options is { TimeLimit: not null, WithoutSolvers: false })
            clock.Run(SearchStage.Milp, () => NeuronSearch.DecideOpen(ledger, Options, clock));
    }

    private static WitnessSearch OpenSearch(
        VerdictLedger ledger, InputData? data, SimdWitnessDevice device, SearchOptions options, SearchClock clock,
        Dictionary<SignTarget, BoxCorner> hints) =>
        new(ledger, data, device, options, clock, new(ledger.Domain, hints), MostRows);

    /// <summary>
    /// Witnesses and proofs for what cheap bounds have left open; last, and only where samples and attacks leave neurons open too, search
    /// trees.
    /// </summary>
    private void FindWitnesses(VerdictLedger ledger, SearchClock clock, Dictionary<SignTarget, BoxCorner> hints)
    {
        using var device = new SimdWitnessDevice();
        using WitnessSearch search = OpenSearch(ledger, Data, device, Options, clock, hints);
        WitnessSchedule.Run(ledger, search, clock, regions: regions);
        if (ledger.Decided == ledger.Count)
            return;
        if (InputBranchAndBound.CanSplit(ledger.Network))
        {
            SplittingSchedule.RunQuickly(ledger, search, clock);
            regions.RunBeforeSplitting(ledger, clock);
            ZeroTies.Enumerate(ledger, clock, quickly: true);
            SplittingSchedule.Run(ledger, search, clock, Options.Seed);
        }

        RefinementSchedule.Run(ledger, clock, search, hints);
    }
}
