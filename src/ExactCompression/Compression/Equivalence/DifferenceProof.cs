using ExactCompression.Branching;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Bounds the difference of two networks about which nothing is known on the network of their difference. What the two have in common
/// cancels there by merging: neurons that compute the same, or multiples or opposites of it, and linear ones. The rest is bounded, then
/// attacked and split by the search for stable neurons, so that what is not proven may be refuted.
/// </summary>
internal static class DifferenceProof
{
    /// <summary>Weights of a layer of both networks in parallel, above which this is not worth the time.</summary>
    private const long MostWeights = 10_000_000;

    /// <summary>Searches until it is decided whether the difference stays within a tolerance, or the time is over.</summary>
    /// <returns>A proven bound of the difference, infinity where none is known, and an input where the difference seems to exceed the
    /// tolerance, or null.</returns>
    public static (double Bound, double[]? Counterexample) Search(
        ReluNetwork first,
        ReluNetwork second,
        InputDomain domain,
        InputData? data,
        double tolerance,
        SearchOptions options,
        CancellationToken cancellation)
    {
        if (!double.IsFinite(tolerance)
            || first.DenseLayers.Zip(second.DenseLayers).Any(
                static p => (long)(p.First.Outputs + p.Second.Outputs) * (p.First.Inputs + p.Second.Inputs) > MostWeights))
            return (double.PositiveInfinity, null);
        ReluNetwork difference = DifferenceNetwork.Of(first, second, domain);
        StabilityTable known = Bounded(StabilityTable.Undecided(difference, domain), options, cancellation);
        CompressionResult merged = LeoCompression.Compress(
            known,
            new() { Level = CompressionLevel.Maximal, Objective = CompressionObjective.Neurons, Precision = WeightPrecision.Float64,
                Tolerance = 0.5 * tolerance },
            cancellation);
        (double[] lower, double[] upper) = OutputBounds.Of(merged.Compressed, domain, cancellation);
        double bound = UpperBound.Add(merged.ProvenDeviation, UpperBound.Known(Math.Max(upper.Max(), -lower.Min())));
        double left = Rounding.AddDown(tolerance, -merged.ProvenDeviation);
        if (bound <= tolerance || !(left > 0))
            return (bound, null);

        ReluNetwork sides = DifferenceNetwork.WithSides(merged.Compressed, left);
        StabilityTable table = Bounded(StabilityTable.Undecided(sides, domain), options, cancellation);
        if (Above(table) > 0)
            table = StabilityAnalysis.FindStable(table, data, options with { WithoutSolvers = true }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        bound = Math.Min(bound, Above(table) <= 0 ? tolerance : UpperBound.Add(tolerance, Above(table)));
        return (bound, table.NeuronsOf(sides.Depth).Select(static n => n.PositiveWitness).FirstOrDefault(static w => w is not null));
    }

    /// <summary>Intervals and linear bounds; those found so far when time runs out.</summary>
    private static StabilityTable Bounded(StabilityTable table, SearchOptions options, CancellationToken cancellation)
    {
        var ledger = new VerdictLedger(table);
        using var clock = new SearchClock(ledger, options, cancellation);
        try
        {
            BoundPropagation.Run(ledger, clock);
            ZeroTies.Decide(ledger, clock);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time has run out: what is proven stays proven.
        }

        return ledger.ToTable(default, [], null);
    }

    /// <summary>The proven upper bound of the hidden neurons that replace the outputs, whatever the verdicts.</summary>
    private static double Above(StabilityTable table) =>
        UpperBound.Known(table.NeuronsOf(table.Network.Depth).Max(static n => n.UpperBound));
}
