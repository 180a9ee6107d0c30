using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The common frame of every search for stable or unstable neurons around its own stages: it opens a ledger with what a table knows, checks
/// imported witnesses, keeps time, and at the end compares claims with proofs and creates the table.
/// </summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to evaluate on the network first, or null.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
internal abstract class StabilitySearch(StabilityTable table, InputData? data, SearchOptions options)
{
    /// <summary>What is computed after time has run out, a few hundredths of a second.</summary>
    private const long ProductsAfterwards = 1 << 25;

    /// <summary>What was known at the start.</summary>
    protected StabilityTable Table => table;

    /// <summary>Rows to evaluate on the network first, or null.</summary>
    protected InputData? Data => data;

    /// <summary>Limits, threads, seed, progress.</summary>
    protected SearchOptions Options => options;

    /// <summary>Where witnesses were searched, if the table should name it.</summary>
    protected virtual string? Device => null;

    /// <summary>Runs the search.</summary>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network, or an imported verdict is refuted and no handler is
    /// registered.</exception>
    /// <exception cref="ContradictionException">A solver's claim is refuted, and no handler is registered.</exception>
    public StabilityTable Run(CancellationToken cancellation)
    {
        data?.RequireColumns(table.Network.InputSize);
        VerdictLedger ledger = OpenLedger();
        using var clock = new SearchClock(ledger, options, cancellation);
        try
        {
            ImportedWitnesses.Check(table, ledger, clock.Parallel);
            RunStages(ledger, clock);
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            // Time is over or the user stopped: what is decided stays decided.
        }

        Conclude(ledger, clock);
        ledger.Close(options);
        return ledger.ToTable(clock.Elapsed, clock.Stages, Device);
    }

    /// <summary>The ledger of the search.</summary>
    protected virtual VerdictLedger OpenLedger() => new(table);

    /// <summary>The search's own stages, cheapest evidence first. They end early by an exception when time runs out.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    protected abstract void RunStages(VerdictLedger ledger, SearchClock clock);

    /// <summary>
    /// What takes next to no time, and is done even after time has run out: neurons that are never below 0 are often above it.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Whether time has run out.</param>
    protected virtual void Conclude(VerdictLedger ledger, SearchClock clock) =>
        ZeroTies.Show(ledger, most: clock.Expired ? ProductsAfterwards : long.MaxValue);
}
