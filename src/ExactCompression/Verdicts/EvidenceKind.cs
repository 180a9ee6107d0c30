namespace ExactCompression.Verdicts;

/// <summary>What kind of thing a verdict stands on.</summary>
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

    /// <summary>Proof: bounds on every leaf of a tree over the phases of rectifiers.</summary>
    BranchAndBound,

    /// <summary>Proof: bounds on every part of the input box.</summary>
    InputSplitting,

    /// <summary>Proof: exact arithmetic, point by point or over linear pieces.</summary>
    Enumeration,

    /// <summary>Proof: inputs of the domain, with the signs that they show.</summary>
    Witness,

    /// <summary>A MILP solver's claim, within its tolerance: no proof by itself.</summary>
    Solver,

    /// <summary>A claim from outside: a file, a copy from another process, a caller's own list. No premise of any proof.</summary>
    Imported,

    /// <summary>Evidence by a name that means nothing here.</summary>
    Other,
}
