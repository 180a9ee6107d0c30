namespace ExactCompression;

/// <summary>
/// A stage of a search: the kind of evidence sought. Stages with the same name are equal, and a stage converts from its name, so that
/// scripts can compare it with a string.
/// </summary>
public sealed record SearchStage
{
    /// <summary>The stages of this version. Declared before them, since their initialisers fill it.</summary>
    private static readonly Dictionary<string, SearchStage> Known = new(StringComparer.Ordinal);

    private SearchStage(string name) => Name = name;

    /// <summary>Interval arithmetic.</summary>
    public static SearchStage Interval { get; } = Add(nameof(Interval));

    /// <summary>Backward linear bounds.</summary>
    public static SearchStage Crown { get; } = Add(nameof(Crown));

    /// <summary>Backward linear bounds with optimised slopes.</summary>
    public static SearchStage AlphaCrown { get; } = Add(nameof(AlphaCrown));

    /// <summary>Corners of linear bounds, rows of data and random points, evaluated on the network.</summary>
    public static SearchStage Sampling { get; } = Add(nameof(Sampling));

    /// <summary>Projected gradient ascent and local search.</summary>
    public static SearchStage Attack { get; } = Add(nameof(Attack));

    /// <summary>Branch and bound over ReLU phases.</summary>
    public static SearchStage BranchAndBound { get; } = Add(nameof(BranchAndBound));

    /// <summary>Branch and bound over the input box.</summary>
    public static SearchStage InputSplitting { get; } = Add(nameof(InputSplitting));

    /// <summary>Exact arithmetic, point by point or over linear pieces.</summary>
    public static SearchStage Enumeration { get; } = Add(nameof(Enumeration));

    /// <summary>A MILP solver, for the neurons that all other stages left open.</summary>
    public static SearchStage Milp { get; } = Add(nameof(Milp));

    /// <summary>The paper's formulation: one program for the whole network.</summary>
    public static SearchStage Isa { get; } = Add(nameof(Isa));

    /// <summary>The formulation with one program for each layer.</summary>
    public static SearchStage Layer { get; } = Add(nameof(Layer));

    /// <summary>The formulation with two programs for each neuron, each to its optimum.</summary>
    public static SearchStage Neuron { get; } = Add(nameof(Neuron));

    /// <summary>The formulation with two programs for each neuron, each until the sign is settled.</summary>
    public static SearchStage NeuronApproximate { get; } = Add(nameof(NeuronApproximate));

    /// <summary>Proof or refutation of a MILP solver's claims.</summary>
    public static SearchStage Comparison { get; } = Add(nameof(Comparison));

    /// <summary>The name, as views, progress and files show it.</summary>
    public string Name { get; }

    /// <summary>
    /// The stage with a given name. A name that this version does not know, as a copy from another version may have, gives a stage of its
    /// own.
    /// </summary>
    /// <param name="name">The name.</param>
    public static SearchStage Parse(string name) => Known.GetValueOrDefault(name) ?? new(name);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static SearchStage Add(string name)
    {
        var stage = new SearchStage(name);
        Known.Add(name, stage);
        return stage;
    }
}
