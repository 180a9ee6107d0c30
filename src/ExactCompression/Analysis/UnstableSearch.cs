using ExactCompression.Bounds;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>The search for unstable neurons only: witnesses on a device, and no bound becomes a verdict.</summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to evaluate on the network first, or null.</param>
/// <param name="device">Where to compute.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
internal sealed class UnstableSearch(StabilityTable table, InputData? data, IWitnessDevice device, SearchOptions options)
    : StabilitySearch(table, data, options)
{
    /// <summary>
    /// If more signs than this are left open by the first attacks, they are often out of reach; a device evaluates all data sooner than the
    /// CPU bounds more neurons.
    /// </summary>
    private const int FewOpen = 32;

    private string used = device.Name;

    /// <inheritdoc/>
    protected override string? Device => used;

    /// <inheritdoc/>
    protected override void RunStages(VerdictLedger ledger, SearchClock clock)
    {
        // Bounds exclude many signs, and a search for those would evaluate all points of the data in vain. But they are not verdicts here:
        // only the witnesses are kept.
        var outlook = new VerdictLedger(Table) { Witnesses = ledger };
        Dictionary<SignTarget, BoxCorner> hints = BoundPropagation.Run(outlook, clock);
        using var search = new WitnessSearch(outlook, Data, device, Options, clock, new(outlook.Domain, hints));
        try
        {
            WitnessSchedule.Run(outlook, search, clock, FewOpen);
        }
        finally
        {
            used = search.DeviceName;
        }
    }

    /// <inheritdoc/>
    protected override void Conclude(VerdictLedger ledger, SearchClock clock)
    {
        // That a neuron is never below 0 is a bound, and no verdict here rests on bounds.
    }
}
