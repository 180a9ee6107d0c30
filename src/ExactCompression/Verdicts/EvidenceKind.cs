namespace ExactCompression.Verdicts;

/// <summary>The kind of evidence that a verdict rests on.</summary>
internal enum EvidenceKind
{
    /// <summary>Nothing: the neuron is open.</summary>
    None,

    /// <summary>Proof: interval arithmetic.</summary>
    Interval,

    /// <summary>Proof: backward linear bounds.</summary>
    Crown,

    /// <summary>Proof: backward linear bounds with optimised slopes.</summary>
    AlphaCrown,

    /// <summary>Proof: bounds on every leaf of a branch-and-bound tree over ReLU phases.</summary>
    BranchAndBound,

    /// <summary>Proof: bounds on every subdomain of the input box.</summary>
    InputSplitting,

    /// <summary>Proof: exact arithmetic, point by point or over linear pieces.</summary>
    Enumeration,

    /// <summary>Proof: inputs in the domain where the pre-activation has the given signs.</summary>
    Witness,

    /// <summary>A MILP solver's claim, within its tolerance: not a proof by itself.</summary>
    Solver,

    /// <summary>An imported claim: from a file, a copy from another process, or a caller's own list. Never a premise of a proof.</summary>
    Imported,

    /// <summary>Evidence with an unknown name.</summary>
    Other,
}
