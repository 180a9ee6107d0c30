using ExactCompression.Branching.InputSplitting;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>How far the input box is split, and for which neurons first: only where inputs are few.</summary>
internal static class SplittingSchedule
{
    /// <summary>
    /// The maximum number of subdomains of the input box for a layer, times the number of weights up to it: about ten minutes on two cores
    /// for one neuron.
    /// </summary>
    private const long Effort = 800_000_000_000;

    /// <summary>One part in this many of that effort is spent first, before local search: most neurons need no more.</summary>
    private const long QuickShare = 256;

    /// <summary>One part in this many is what every group may use at first, hard or easy: estimates can be far too low.</summary>
    private const long FirstShare = 64;

    /// <summary>What is still open then gets this many times more.</summary>
    private const long Growth = 4;

    /// <summary>Walkers for each open neuron in the first local search; later as many times more as the subdomains.</summary>
    private const int Walkers = 128;

    /// <summary>Random dives that estimate the size of a neuron's partition.</summary>
    private const int Dives = 100, DivesOfGraph = 4;

    /// <summary>
    /// Splits the input box a little for all open targets of one layer after another: what is settled below tightens the bounds above.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Checks of points.</param>
    /// <param name="clock">Time and threads.</param>
    public static void RunQuickly(VerdictLedger ledger, WitnessSearch search, SearchClock clock)
    {
        for (int layer = 1; layer <= ledger.DeepestOpen(); layer++)
        {
            int current = layer;
            if (ledger.HasOpen(layer))
                clock.Run(
                    SearchStage.InputSplitting,
                    () => Split(current, [.. search.Open(current)], Effort / QuickShare, ledger, search, clock));
        }
    }

    /// <summary>
    /// Splits the input box for what is still open, easy groups first, and in rounds: the estimates can be far too low. Between rounds a
    /// local search searches longer for witnesses.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Checks of points.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="seed">Seed of the dives and walks.</param>
    public static void Run(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int seed)
    {
        int walkers = Walkers, dives = ledger.Network.IsDense ? Dives : DivesOfGraph;
        clock.Run(SearchStage.Attack, () => LocalSearch.Run(ledger, search, clock, walkers, seed));
        List<(SplittingGroup Group, InputBranchAndBound Splitting)> work = [];
        clock.Run(SearchStage.InputSplitting, () =>
        {
            foreach (SplittingGroup group in BranchingEstimate.Groups(ledger, search, clock, dives, seed))
                work.Add((group, new InputBranchAndBound(ledger, group.Layer, group.Targets, search, clock)));
        });
        for (long effort = Effort / FirstShare; effort <= Effort && ledger.Decided < ledger.Count; effort *= Growth)
        {
            foreach ((SplittingGroup group, InputBranchAndBound splitting) in work)
                clock.Run(SearchStage.InputSplitting, () => splitting.RunTo(effort / SubdomainSource.CostOf(ledger, group.Layer)));
            walkers *= (int)Growth;
            clock.Run(SearchStage.Attack, () => LocalSearch.Run(ledger, search, clock, walkers, seed));
        }
    }

    private static void Split(int layer, SignTarget[] targets, long effort, VerdictLedger ledger, WitnessSearch search, SearchClock clock)
    {
        var splitting = new InputBranchAndBound(ledger, layer, targets, search, clock);
        splitting.RunTo(Math.Max(1, effort / SubdomainSource.CostOf(ledger, layer)));
    }
}
