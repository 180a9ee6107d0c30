using ExactCompression.Branching;
using ExactCompression.Milp;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The search by all that proves something: bounds, witnesses, exact arithmetic and search trees; and a MILP solver last, where the time is
/// limited. What a solver alone has said before is put to the proof again.
/// </summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to run through the network first, or null.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
/// <param name="scope">The neurons to decide, by their index over all layers; null for all.</param>
internal sealed class HybridSearch(StabilityTable table, InputData? data, SearchOptions options, Func<int, bool>? scope)
    : StabilitySearch(table, data, options)
{
    /// <summary>
    /// Data rows beside an attack that targets: more find little that it does not. All rows are run by <see cref="UnstableSearch"/>.
    /// </summary>
    private const int MostRows = 4_096;

    /// <summary>
    /// Decides what takes little: bounds, the corners where they are reached, linear pieces where they are few, a coarse partition, small
    /// trees.
    /// </summary>
    /// <param name="board">What is known, and which neurons are to be decided.</param>
    /// <param name="options">Threads and seed.</param>
    /// <param name="clock">Time and threads.</param>
    public static void DecideQuickly(VerdictLedger board, SearchOptions options, SearchClock clock)
    {
        Dictionary<SignTarget, float[]> hints = BoundPropagation.Run(board, clock);
        if (board.Decided == board.Count)
            return;
        using var device = new SimdWitnessDevice();
        using WitnessSearch search = OpenSearch(board, null, device, options, clock, hints);
        clock.Run(SearchStage.Sampling, search.SampleCorners);
        ExactSigns.DecideFirst(board, clock);
        ZeroTies.Decide(board, clock);
        ZeroTies.Enumerate(board, clock, quickly: true);
        if (board.Decided < board.Count && board.Network.InputSize <= InputBranchAndBound.MostInputs)
            SplittingSchedule.RunQuickly(board, search, clock);
        if (board.Decided < board.Count)
            RefinementSchedule.RunQuickly(board, clock, search, int.MaxValue);
    }

    /// <inheritdoc/>
    protected override VerdictLedger OpenLedger() => new(Table, reopenClaims: true, scope);

    /// <inheritdoc/>
    protected override void RunStages(VerdictLedger board, SearchClock clock)
    {
        Dictionary<SignTarget, float[]> hints = BoundPropagation.Run(board, clock);
        if (hints.Count == 0)
            ZeroTies.Decide(board, clock);
        if (board.Decided < board.Count)
            FindWitnesses(board, clock, hints);
        ZeroTies.Enumerate(board, clock, quickly: false);
        ExactSigns.Show(board, clock);

        // Nothing but time ends a solver, so it is asked only where the time is limited; and last, for what it says is no premise of a
        // proof.
        if (board.Decided < board.Count && Options is { TimeLimit: not null, WithoutSolvers: false })
            clock.Run(SearchStage.Milp, () => NeuronSearch.DecideOpen(board, Options, clock));
    }

    private static WitnessSearch OpenSearch(
        VerdictLedger board, InputData? data, SimdWitnessDevice device, SearchOptions options, SearchClock clock,
        Dictionary<SignTarget, float[]> hints) =>
        new(board, data, device, options, clock, [.. hints.Values.SelectMany(static c => c)], MostRows);

    /// <summary>
    /// Witnesses and proofs for what cheap bounds have left open; last, and only where samples and attacks leave something too, search
    /// trees.
    /// </summary>
    private void FindWitnesses(VerdictLedger board, SearchClock clock, Dictionary<SignTarget, float[]> hints)
    {
        using var device = new SimdWitnessDevice();
        using WitnessSearch search = OpenSearch(board, Data, device, Options, clock, hints);
        WitnessSchedule.Run(board, search, clock);
        if (board.Decided == board.Count)
            return;
        if (board.Network.InputSize <= InputBranchAndBound.MostInputs)
        {
            SplittingSchedule.RunQuickly(board, search, clock);
            ZeroTies.Enumerate(board, clock, quickly: true);
            SplittingSchedule.Run(board, search, clock, Options.Seed);
        }

        RefinementSchedule.Run(board, clock, search, hints);
    }
}
