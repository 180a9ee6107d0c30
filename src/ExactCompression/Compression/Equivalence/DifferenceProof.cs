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
        DifferenceRange[] ranges = [.. Enumerable.Repeat(DifferenceRange.Of(tolerance), first.OutputSize)];
        DeviationBound found = Search(first, second, domain, data, ranges, options, cancellation);
        return (found.Bound, found.Counterexample);
    }

    /// <summary>Searches until it is decided whether the difference of each output stays within its range, or the time is over.</summary>
    /// <returns>A proven bound of the difference, infinity where none is known; whether all stay within; and an input where one seems not
    /// to, or null.</returns>
    public static DeviationBound Search(
        ReluNetwork first,
        ReluNetwork second,
        InputDomain domain,
        InputData? data,
        IReadOnlyList<DifferenceRange> ranges,
        SearchOptions options,
        CancellationToken cancellation)
    {
        double least = ranges.Min(static r => r.Least);
        if (Merged(() => DifferenceNetwork.Of(first, second, domain), first, second, domain, 0.5 * least, options, cancellation)
            is not var (network, moved))
            return new(double.PositiveInfinity, EquivalenceEvidence.DifferenceNetwork);

        // The network's outputs are f - g, ranges are of g - f.
        (double Above, double Below)[] limits = [.. ranges.Select(r => (Left(-r.Lower, moved), Left(r.Upper, moved)))];
        (double[] lower, double[] upper) = OutputBounds.Of(network, domain, cancellation);
        double bound = UpperBound.Add(moved, UpperBound.Known(Math.Max(upper.Max(), -lower.Min())));
        bool isWithin = !limits.Where((l, o) => !(upper[o] <= l.Above && -lower[o] <= l.Below)).Any();
        (int From, int Sign, double Limit)[] sides = DifferenceNetwork.SidesOf(limits);
        if (isWithin || bound <= least || sides.Length == 0 || Array.Exists(sides, static s => !(s.Limit >= 0)))
            return new(bound, EquivalenceEvidence.DifferenceNetwork) { IsEnough = isWithin };

        ReluNetwork question = DifferenceNetwork.WithSides(network, limits);
        (double above, double[]? witness) = Decide(question, domain, data, options, cancellation);
        double most = ranges.Max(static r => Math.Max(-r.Lower, r.Upper));
        return new(Math.Min(bound, above <= 0 ? most : UpperBound.Add(most, above)), EquivalenceEvidence.DifferenceNetwork, witness)
        {
            IsEnough = above <= 0,
        };
    }

    /// <summary>Two networks in parallel, with what they have in common merged.</summary>
    /// <param name="make">Makes the network.</param>
    /// <param name="first">One of the two.</param>
    /// <param name="second">The other.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="tolerance">How far merging may move an output.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>The network and a bound on how far merging moves its outputs; null if it is too large, or the tolerance is not finite.
    /// </returns>
    public static (ReluNetwork Network, double Moved)? Merged(
        Func<ReluNetwork> make, ReluNetwork first, ReluNetwork second, InputDomain domain, double tolerance, SearchOptions options,
        CancellationToken cancellation)
    {
        if (!double.IsFinite(tolerance)
            || first.DenseLayers.Zip(second.DenseLayers).Any(
                static p => (long)(p.First.Outputs + p.Second.Outputs) * (p.First.Inputs + p.Second.Inputs) > MostWeights))
            return null;
        StabilityTable known = Bounded(StabilityTable.Undecided(make(), domain), options, cancellation);
        CompressionResult merged = LeoCompression.Compress(
            known,
            new() { Level = CompressionLevel.Maximal, Objective = CompressionObjective.Neurons, Precision = WeightPrecision.Float64,
                Tolerance = Math.Max(0, tolerance) },
            cancellation);
        return double.IsFinite(merged.ProvenDeviation) ? (merged.Compressed, merged.ProvenDeviation) : null;
    }

    /// <summary>Searches until it is decided whether the neurons of the last hidden layer are inactive.</summary>
    /// <param name="question">The network.</param>
    /// <param name="domain">The domain, of its size.</param>
    /// <param name="data">Rows that help to decide neurons, or null.</param>
    /// <param name="options">Limits.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>A proven bound of these neurons, whatever the verdicts, and an input where one is positive, or null.</returns>
    public static (double Above, double[]? Witness) Decide(
        ReluNetwork question, InputDomain domain, InputData? data, SearchOptions options, CancellationToken cancellation)
    {
        StabilityTable table = Bounded(StabilityTable.Undecided(question, domain), options, cancellation);
        if (Above(table) > 0)
            table = StabilityAnalysis.FindStable(table, data, options with { WithoutSolvers = true }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        return (Above(table), table.NeuronsOf(question.Depth).Select(static n => n.PositiveWitness).FirstOrDefault(
            static w => w is not null));
    }

    /// <summary>What is left of a limit, rounded down.</summary>
    private static double Left(double limit, double moved) =>
        moved == 0 || double.IsPositiveInfinity(limit) ? limit : Rounding.AddDown(limit, -moved);

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

    /// <summary>The proven upper bound of the hidden neurons that replace the outputs; a verdict is a proof here.</summary>
    private static double Above(StabilityTable table) =>
        UpperBound.Known(
            table.NeuronsOf(table.Network.Depth).Max(
                static n => n.State == NeuronState.StablyInactive ? Math.Min(0, n.UpperBound) : n.UpperBound));
}
