using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// A few points before anything else, for searches that may end before bounds do: those of large networks take many seconds, and
/// evaluating points, which shows most neurons unstable, takes one.
/// </summary>
internal static class FirstPoints
{
    /// <summary>Points in all, and in one pass.</summary>
    private const int Count = 64, Together = 8;

    /// <summary>With fewer weights, bounds are done in a fraction of a second.</summary>
    private const long LeastWeights = 1 << 20;

    /// <summary>Evaluates points of the data and of the box on a large network, where the time is limited.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="data">Rows to take some of, or null.</param>
    /// <param name="options">The seed of the box's points.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Show(VerdictLedger ledger, InputData? data, SearchOptions options, SearchClock clock)
    {
        if (ledger.Decided == ledger.Count || clock.Remaining is null || clock.Expired)
            return;
        long weights = ledger.Graph.WeightsTo(ledger.Graph.Rectifiers);
        if (weights >= LeastWeights)
            clock.Run(SearchStage.Sampling, () => Evaluate(ledger, data, options, clock));
    }

    private static void Evaluate(VerdictLedger ledger, InputData? data, SearchOptions options, SearchClock clock)
    {
        data?.RequireColumns(ledger.Network.InputSize);
        InputDomain domain = ledger.Domain;
        var pool = new SamplePool(domain, CornerPoints.None(domain), data, Count / 2, options.Seed);
        using var check = new WitnessCheck(ledger.Network, domain, clock.Parallel);
        int count = Math.Min(Count, pool.Count);
        float[] points = new float[Together * pool.Inputs];
        for (int at = 0; at < count; at += Together)
        {
            clock.ThrowIfExpired();
            int rows = Math.Min(Together, count - at);
            for (int r = 0; r < rows; r++)
                pool.Copy(at + r, points.AsSpan(r * pool.Inputs, pool.Inputs));
            check.Credit(check.IntoDomain(points, rows), ledger);
        }
    }
}
