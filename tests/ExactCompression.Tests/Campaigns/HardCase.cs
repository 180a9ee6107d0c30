namespace ExactCompression.Tests.Campaigns;

/// <summary>A small network and a box that some step of the engine may stumble over.</summary>
/// <param name="Family">What makes it hard.</param>
/// <param name="Network">The network.</param>
/// <param name="Lower">Lower ends of the box.</param>
/// <param name="Upper">Upper ends of the box.</param>
internal sealed record HardCase(HardFamily Family, ReluNetwork Network, double[] Lower, double[] Upper)
{
    /// <summary>Some ties that rounding leaves open are split for long; what is decided until then is as good.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(2);

    public InputDomain Domain => new(Lower, Upper);

    /// <summary>The verdicts of the search on one thread.</summary>
    public StabilityTable Table => Search(1).Table;

    /// <summary>The verdicts of the search, and whether it came to its end.</summary>
    public (StabilityTable Table, bool IsWhole) Search(int threads)
    {
        var options = new SearchOptions { Threads = threads, TimeLimit = MostTime, WithoutSolvers = true };
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(Network, Domain), null, options, default);
        return (table, table.Undetermined == 0 || table.Elapsed < MostTime);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Family}: {Show(Network)} over [{string.Join(' ', Lower)}] to [{string.Join(' ', Upper)}]";

    /// <summary>All weights of a network, in digits that read back the same.</summary>
    public static string Show(ReluNetwork network) =>
        $"{network.Architecture} ({network.Precision})"
            + string.Concat(network.DenseLayers.Select(static l =>
            $" | W {string.Join(' ', l.Weights.ToArray())} b {string.Join(' ', l.Bias.ToArray())} {l.Activation}"));
}

/// <summary>What makes a case hard.</summary>
internal enum HardFamily
{
    /// <summary>Halves: ties at 0.</summary>
    Ties,

    /// <summary>Ordinary float32 numbers.</summary>
    Ordinary,

    /// <summary>Sizes from 1e-20 to 1e20.</summary>
    Sizes,

    /// <summary>Large numbers that cancel, with small ones beside them.</summary>
    Cancelling,

    /// <summary>Numbers next to underflow, and subnormal ones.</summary>
    Subnormal,

    /// <summary>Many layers of one or two neurons.</summary>
    DeepChain,

    /// <summary>No hidden layer.</summary>
    NoHiddenLayer,

    /// <summary>One hidden neuron.</summary>
    OneNeuron,

    /// <summary>A layer that is never on.</summary>
    DeadLayer,

    /// <summary>Neurons split, copied, cancelling; dyadic, so that undoing it rounds nothing.</summary>
    Inflated,

    /// <summary>The same in any numbers, so that undoing it rounds.</summary>
    RoughInflated,

    /// <summary>Nearly constant sums that only splitting decides.</summary>
    Split,

    /// <summary>Rows that are all on over the box and depend on each other.</summary>
    Dependent,
}
