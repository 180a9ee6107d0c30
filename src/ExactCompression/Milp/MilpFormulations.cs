namespace ExactCompression.Milp;

/// <summary>Maps each formulation to its method of <c>Find-StableNeurons</c> and its stage of a search.</summary>
public static class MilpFormulations
{
    private static readonly (MilpFormulation Formulation, StabilityMethod Method, SearchStage Stage)[] Known =
    [
        (MilpFormulation.Isa, StabilityMethod.Isa, SearchStage.Isa),
        (MilpFormulation.Layer, StabilityMethod.Layer, SearchStage.Layer),
        (MilpFormulation.Neuron, StabilityMethod.Neuron, SearchStage.Neuron),
        (MilpFormulation.NeuronApproximate, StabilityMethod.NeuronApproximate, SearchStage.NeuronApproximate),
    ];

    /// <summary>The stages of searches that solve programs of these formulations.</summary>
    internal static IEnumerable<SearchStage> Stages => Known.Select(static k => k.Stage);

    /// <summary>The formulation that a method solves.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The formulation; null for <see cref="StabilityMethod.Hybrid"/>, which is not a formulation.</returns>
    /// <exception cref="InvalidInputException">There is no such method.</exception>
    public static MilpFormulation? Of(StabilityMethod method) =>
        method == StabilityMethod.Hybrid
            ? null
            : Array.FindIndex(Known, k => k.Method == method) is >= 0 and var at
                ? Known[at].Formulation
                : throw new InvalidInputException(
                    "UnknownMethod", $"There is no method '{method}'.",
                    $"Use {StabilityMethod.Hybrid}, {string.Join(", ", Known[..^1].Select(static k => k.Method))} or {Known[^1].Method}.");

    /// <summary>The stage of a search that solves programs of a formulation.</summary>
    internal static SearchStage StageOf(MilpFormulation formulation) => Array.Find(Known, k => k.Formulation == formulation).Stage;
}
