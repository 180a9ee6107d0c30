using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>How much the input box is split, for which neurons first: only where inputs are few.</summary>
internal static class SplittingSchedule
{
    /// <summary>
    /// Parts of the input box that a layer may take, times the weights up to it: about ten minutes on two cores for one neuron.
    /// </summary>
    private const long Effort = 800_000_000_000;

    /// <summary>
    /// What a part costs at least, in weights: without it a tie that rounding leaves open would be split for days in a network of a few
    /// neurons.
    /// </summary>
    private const long LeastPartCost = 2_000;

    /// <summary>The share of that which comes first, before local search: most neurons need no more.</summary>
    private const long QuickShare = 256;

    /// <summary>The share that every group of neurons may take at first, hard or easy: estimates can be far too low.</summary>
    private const long FirstShare = 64;

    /// <summary>What is still open then goes on to this much more.</summary>
    private const long Growth = 4;

    /// <summary>Points that walk for each open neuron in the first local search; then as many times more as the parts are.</summary>
    private const int Walkers = 128;

    /// <summary>Random dives that estimate what a neuron's partition takes.</summary>
    private const int Dives = 100;

    /// <summary>
    /// Splits the input box a little for all open sides of one layer after another: what is settled below tightens the bounds above.
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
    /// local search looks longer for witnesses.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">Checks of points.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="seed">Seed of the dives and walks.</param>
    public static void Run(VerdictLedger ledger, WitnessSearch search, SearchClock clock, int seed)
    {
        int walkers = Walkers;
        clock.Run(SearchStage.Attack, () => LocalSearch.Run(ledger, search, clock, walkers, seed));
        List<(SplittingGroup Group, InputBranchAndBound Splitting)> work = [];
        try
        {
            clock.Run(SearchStage.InputSplitting, () =>
            {
                foreach (SplittingGroup group in BranchingEstimate.Groups(ledger, search, clock, Dives, seed))
                    work.Add((group, new InputBranchAndBound(ledger, group.Layer, group.Targets, search, clock)));
            });
            for (long effort = Effort / FirstShare; effort <= Effort && ledger.Decided < ledger.Count; effort *= Growth)
            {
                foreach ((SplittingGroup group, InputBranchAndBound splitting) in work)
                    clock.Run(SearchStage.InputSplitting, () => splitting.RunTo(effort / PartCost(ledger, group.Layer)));
                walkers *= (int)Growth;
                clock.Run(SearchStage.Attack, () => LocalSearch.Run(ledger, search, clock, walkers, seed));
            }
        }
        finally
        {
            work.ForEach(static w => w.Splitting.Dispose());
        }
    }

    private static void Split(int layer, SignTarget[] targets, long effort, VerdictLedger ledger, WitnessSearch search, SearchClock clock)
    {
        using var splitting = new InputBranchAndBound(ledger, layer, targets, search, clock);
        splitting.RunTo(Math.Max(1, effort / PartCost(ledger, layer)));
    }

    private static long PartCost(VerdictLedger ledger, int layer) =>
        Math.Max(LeastPartCost, Enumerable.Range(1, layer).Sum(l => ledger.Network.HiddenLayer(l).ConnectionCount));
}
