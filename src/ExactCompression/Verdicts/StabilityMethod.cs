namespace ExactCompression;

/// <summary>How <c>Find-StableNeurons</c> reaches its verdicts.</summary>
public enum StabilityMethod
{
    /// <summary>Cheapest evidence first: data and attack witness unstable neurons, rigorous linear bounds prove stable ones.</summary>
    Hybrid,

    /// <summary>The paper's: one mixed-integer program for the whole network, solved repeatedly until it refutes nothing.</summary>
    Isa,

    /// <summary>The same with one program for each layer.</summary>
    Layer,

    /// <summary>Two programs for each neuron, each to its optimum.</summary>
    Neuron,

    /// <summary>Two programs for each neuron, each until the sign is settled.</summary>
    NeuronApproximate,
}
