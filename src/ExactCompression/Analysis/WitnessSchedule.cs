using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The order in which witnesses are searched, cheapest first: the corners where linear bounds are attained are witnesses for most unstable
/// neurons at once; attacks from the best of them, and optimised bounds, often settle the few others. Only then do the many points of the
/// pool pay off.
/// </summary>
internal static class WitnessSchedule
{
    /// <summary>Samples and attacks until nothing is open.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">The search for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="mostToBound">With more signs open than this, the pool comes before optimised bounds.</param>
    /// <param name="regions">Enumerates linear regions where that is cheaper; null where they are not enumerated.</param>
    public static void Run(
        VerdictLedger ledger, WitnessSearch search, SearchClock clock, int mostToBound = int.MaxValue, RegionSchedule? regions = null)
    {
        clock.Run(SearchStage.Sampling, search.SampleCorners);
        ExactSigns.DecideFirst(ledger, clock);
        ZeroTies.Decide(ledger, clock);
        regions?.RunBeforeAttacks(ledger, clock);
        Attack(ledger, search, clock);
        regions?.RunBeforeTrees(ledger, clock);
        if (search.Open(0).Count <= mostToBound)
            RefinementSchedule.RunQuickly(ledger, clock, search);
        if (ledger.Decided == ledger.Count)
            return;
        clock.Run(SearchStage.Sampling, search.SampleAll);
        Attack(ledger, search, clock);
    }

    private static void Attack(VerdictLedger ledger, WitnessSearch search, SearchClock clock)
    {
        for (int layer = 2; layer <= ledger.Graph.Rectifiers; layer++)
        {
            int current = layer;
            if (ledger.HasOpen(current))
                clock.Run(SearchStage.Attack, () => AttackSchedule.Shared(search, current, ledger.Network.InputSize));
        }
    }
}
