using ExactCompression.Branching;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// What every search for stable or unstable neurons does around its own stages: it opens a ledger on what a table knows, tries the
/// witnesses that came from outside, keeps time, and at the end puts what was claimed to what was proven and makes the table.
/// </summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to run through the network first, or null.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
internal abstract class StabilitySearch(StabilityTable table, InputData? data, SearchOptions options)
{
    /// <summary>What was known at the start.</summary>
    protected StabilityTable Table => table;

    /// <summary>Rows to run through the network first, or null.</summary>
    protected InputData? Data => data;

    /// <summary>Limits, threads, seed, progress.</summary>
    protected SearchOptions Options => options;

    /// <summary>Where witnesses were searched, if the table is to name it.</summary>
    protected virtual string? Device => null;

    /// <summary>Runs the search.</summary>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network, or a verdict from outside is refuted and no handler is
    /// registered.</exception>
    /// <exception cref="ContradictionException">What a solver said is refuted, and no handler is registered.</exception>
    public StabilityTable Run(CancellationToken cancellation)
    {
        data?.RequireColumns(table.Network.InputSize);
        VerdictLedger ledger = OpenLedger();
        using var clock = new SearchClock(ledger, options, cancellation);
        try
        {
            ImportedWitnesses.Check(table, ledger);
            RunStages(ledger, clock);
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            // Time is over or the user stopped: what is decided stays decided.
        }

        Conclude(ledger);
        ledger.Close(options);
        return ledger.ToTable(clock.Elapsed, clock.Stages, Device);
    }

    /// <summary>The ledger of the search.</summary>
    protected virtual VerdictLedger OpenLedger() => new(table);

    /// <summary>The search's own stages, cheapest evidence first. They end early by an exception where the time is over.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    protected abstract void RunStages(VerdictLedger ledger, SearchClock clock);

    /// <summary>What takes no time, and is done even where that is over: neurons that are never below 0 are often above it.</summary>
    /// <param name="ledger">What is known.</param>
    protected virtual void Conclude(VerdictLedger ledger) => ZeroTies.Show(ledger);
}
