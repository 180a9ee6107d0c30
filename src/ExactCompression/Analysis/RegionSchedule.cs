using ExactCompression.Branching.Regions;
using ExactCompression.Verdicts;

namespace ExactCompression.Analysis;

/// <summary>How much effort the enumeration of linear regions gets, and when: only where inputs are few.</summary>
internal static class RegionSchedule
{
    /// <summary>The work before box splitting, and after it.</summary>
    private static readonly long QuickEffort = long.Parse(Environment.GetEnvironmentVariable("REGQ") ?? "100000000");

    /// <summary>Searches a little.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void RunQuickly(VerdictLedger ledger, SearchClock clock)
    {
        if (ledger.Decided < ledger.Count)
            clock.Run(SearchStage.Enumeration, () =>
            {
                var sw = System.Diagnostics.Stopwatch.StartNew();
                var s = RegionSearch.Open(ledger, ledger.DeepestOpen(), clock);
                if (s is null) { Console.WriteLine("no regions"); return; }
                try { s.RunTo(QuickEffort); } finally {
                Console.WriteLine($"regions: done {s.IsDone} effort {s.Effort} in {sw.ElapsedMilliseconds} ms, {s.Linear} linear, {s.Cuts} cuts, {s.Exacts} exact, open {ledger.Count-ledger.Decided}"); }
            });
    }
}
