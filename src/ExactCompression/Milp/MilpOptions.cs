namespace ExactCompression.Milp;

/// <summary>The formulations of the paper and of earlier work.</summary>
public enum MilpFormulation
{
    /// <summary>One program for all neurons of the network: every solution refutes what it can, until none refutes anything.</summary>
    Isa,

    /// <summary>The same with one program for each layer.</summary>
    Layer,

    /// <summary>Two programs for each neuron, each solved to its optimum.</summary>
    Neuron,

    /// <summary>Two programs for each neuron, each solved until a solution or the bound settles the sign: the earlier LEO.</summary>
    NeuronApproximate,
}

/// <summary>Which rows of data are evaluated on the network before any program is solved.</summary>
public enum MilpPreprocess
{
    /// <summary>All rows.</summary>
    All,

    /// <summary>A tenth of the rows, spread evenly.</summary>
    Partial,

    /// <summary>No row.</summary>
    None,
}

/// <summary>Which points are evaluated on the network between solves, and passed to the solver as hints where it takes any.</summary>
public enum MilpInjection
{
    /// <summary>The inputs of the linear relaxation's optima.</summary>
    Relaxation,

    /// <summary>Random points of the domain.</summary>
    Random,

    /// <summary>None.</summary>
    Off,
}

/// <summary>Where the constants of the program, the ranges of the pre-activations, come from.</summary>
public enum MilpBounds
{
    /// <summary>Interval arithmetic, as in the paper.</summary>
    Interval,

    /// <summary>Backward linear bounds.</summary>
    Crown,
}

/// <summary>The options of a search by mixed-integer programs.</summary>
public sealed record MilpOptions
{
    /// <summary>The formulation.</summary>
    public MilpFormulation Formulation { get; init; }

    /// <summary>The solver's name, as in <see cref="MilpSolvers.List"/>; null for <see cref="MilpSolvers.Default"/>.</summary>
    public string? Solver { get; init; }

    /// <summary>Which rows of data are evaluated on the network first.</summary>
    public MilpPreprocess Preprocess { get; init; }

    /// <summary>Which points are tried between solves.</summary>
    public MilpInjection Injection { get; init; }

    /// <summary>Where the constants come from.</summary>
    public MilpBounds Bounds { get; init; }
}
