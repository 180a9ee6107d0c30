namespace ExactCompression;

/// <summary>What the answer of a comparison of two networks stands on.</summary>
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

    /// <summary>The same with the neurons of each layer brought into the other network's order.</summary>
    MatchedNeurons,

    /// <summary>Interval arithmetic on each network by itself.</summary>
    Intervals,

    /// <summary>The larger network compressed anew, as the smaller may have been made.</summary>
    ReplayedCompression,

    /// <summary>Bounds, attacks and splitting on the network of their difference.</summary>
    DifferenceNetwork,
}
