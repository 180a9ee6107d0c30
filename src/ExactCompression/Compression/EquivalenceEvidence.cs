namespace ExactCompression;

/// <summary>The evidence for the result of a comparison of two networks.</summary>
public enum EquivalenceEvidence
{
    /// <summary>Nothing: neither a proof nor a counterexample is known.</summary>
    None,

    /// <summary>An input where an output differs by more than the tolerance.</summary>
    Counterexample,

    /// <summary>The proof that came with the compression.</summary>
    Compression,

    /// <summary>The weights of both, layer by layer.</summary>
    MatchedLayers,

    /// <summary>The same with the neurons of each layer permuted into the other network's order.</summary>
    MatchedNeurons,

    /// <summary>Interval arithmetic on each network separately.</summary>
    Intervals,

    /// <summary>The larger network compressed again, as the smaller one may have been produced.</summary>
    ReplayedCompression,

    /// <summary>Bounds, attacks and splitting on the network of their difference.</summary>
    DifferenceNetwork,
}
