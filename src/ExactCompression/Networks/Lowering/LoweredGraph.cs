using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// A network as bounds, witnesses, trees and solvers see it: layers that are sums of linear maps, with rectifiers, a smooth function or
/// nothing above them. All piecewise-linear units are made of these: <c>leaky(z) = a z + (1 - a) max(0, z)</c>,
/// <c>max(x, y) = y + max(0, x - y)</c>. What depends on an opaque node is left out. Immutable.
/// </summary>
internal sealed class LoweredGraph
{
    private readonly int[] rectifiers;
    private readonly int[] numbers;
    private readonly bool[] isSmooth;

    /// <summary>Makes a graph.</summary>
    /// <param name="input">The network's input.</param>
    /// <param name="layers">The layers, each after those whose values it takes.</param>
    /// <param name="scores">The values that are the network's outputs, in their order; null where they depend on opaque nodes.</param>
    /// <param name="hidden">How many layers are searched, from the first on; null for all.</param>
    /// <param name="heads">For each output, the softmax that gives it of that value, or null for none; null where none has one.</param>
    public LoweredGraph(
        MapShape input, IReadOnlyList<LoweredLayer> layers, IReadOnlyList<int>? scores, int? hidden = null,
        IReadOnlyList<SoftmaxFunction?>? heads = null)
    {
        (Input, Layers, Scores) = (input, layers, scores);
        Heads = heads?.Any(static head => head is not null) == true ? heads : null;
        rectifiers = [.. Enumerable.Range(0, hidden ?? layers.Count).Where(i => layers[i].IsRectifier)];
        numbers = new int[layers.Count + 1];
        for (int number = 1; number <= rectifiers.Length; number++)
            numbers[rectifiers[number - 1] + 1] = number;
        isSmooth = new bool[layers.Count + 1];
        for (int l = 0; l < layers.Count; l++)
        {
            bool isBehind = layers[l].Terms.Any(term => isSmooth[term.Source]);
            isSmooth[l + 1] = isBehind || layers[l].Smooth is not null;
            IsPiecewiseLinear &= !isBehind || numbers[l + 1] == 0;
            foreach (LinearTerm term in layers[l].Terms)
            {
                if (term.Source > l || term.Map.Input.Count != ShapeOf(term.Source).Count || term.Map.Output.Count != layers[l].Width)
                    throw new ArgumentException($"A term of {layers[l]} does not fit.", nameof(layers));
            }
        }
    }

    /// <summary>Arrangement of the network's input.</summary>
    public MapShape Input { get; }

    /// <summary>The layers, each after those whose values it takes. The value of the first has number 1: 0 is the input.</summary>
    public IReadOnlyList<LoweredLayer> Layers { get; }

    /// <summary>
    /// The values that are the network's outputs, in their order; null where some depend on opaque nodes, a softmax included.
    /// </summary>
    public IReadOnlyList<int>? Outputs => Heads is null ? Scores : null;

    /// <summary>
    /// The outputs' values before their <see cref="Heads"/>, in their order: all that it takes to evaluate the network. Null where some
    /// outputs depend on other opaque nodes.
    /// </summary>
    public IReadOnlyList<int>? Scores { get; }

    /// <summary>For each output, the softmax that gives it of its score, or null for none; null where none has one.</summary>
    public IReadOnlyList<SoftmaxFunction?>? Heads { get; }

    /// <summary>Number of layers with rectifiers; one that rectifies the outputs of a dense network does not count.</summary>
    public int Rectifiers => rectifiers.Length;

    /// <summary>Whether no rectifier lies behind a smooth function: all pre-activations are piecewise-linear functions of the
    /// input.</summary>
    public bool IsPiecewiseLinear { get; } = true;

    /// <summary>The graph of a dense network.</summary>
    /// <param name="layers">Its layers; all but the last are rectified.</param>
    /// <param name="isHidden">Whether the last is rectified too, and is one of those that are searched.</param>
    public static LoweredGraph Of(IReadOnlyList<AffineLayer> layers, bool isHidden = false) => new(
        MapShape.Vector(layers[0].Inputs), [.. layers.Select(static (layer, l) => LoweredLayer.Of(layer, l + 1))], [layers.Count],
        isHidden ? layers.Count : layers.Count - 1);

    /// <summary>The layer that the rectifiers of a number are in.</summary>
    /// <param name="number">1-based, in the order of the layers.</param>
    public LoweredLayer Rectifier(int number) => Layers[rectifiers[number - 1]];

    /// <summary>The value that the rectifiers of a number give.</summary>
    /// <param name="number">1-based, in the order of the layers.</param>
    public int ValueOf(int number) => rectifiers[number - 1] + 1;

    /// <summary>The weights of all layers up to one, convolutions unrolled.</summary>
    /// <param name="number">1-based number of the layer, among those with rectifiers.</param>
    public long WeightsTo(int number) => Layers.Take(ValueOf(number)).Sum(static l => l.Weights);

    /// <summary>The values that are the network's outputs, in their order.</summary>
    /// <param name="name">The network's name.</param>
    /// <exception cref="InvalidInputException">They depend on opaque nodes, a softmax included.</exception>
    public IReadOnlyList<int> RequireOutputs(string name) => Scores is null || Heads is null ? RequireScores(name)
        : throw new InvalidInputException(
            "OutputsNotLinear", $"The outputs of '{name}' are a softmax, which is no piecewise-linear function.",
            "Export the network with its scores as outputs, before the softmax: the largest is the same.");

    /// <summary>The outputs' values before their heads, in their order.</summary>
    /// <param name="name">The network's name.</param>
    /// <exception cref="InvalidInputException">They depend on opaque nodes that are no heads.</exception>
    public IReadOnlyList<int> RequireScores(string name) => Scores ?? throw new InvalidInputException(
        "OutputsNotComputed", $"The outputs of '{name}' depend on nodes that cannot be evaluated here.",
        "Its piecewise-linear layers before such nodes can be analysed; run the network itself in ONNX Runtime.");

    /// <summary>The same graph with other weights.</summary>
    /// <param name="replacements">A layer for each, of the same width and unit.</param>
    public LoweredGraph With(IReadOnlyList<LoweredLayer> replacements) =>
        new(Input, replacements, Scores, rectifiers.Length == 0 ? 0 : rectifiers[^1] + 1, Heads);

    /// <summary>The arrangement of a value.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public MapShape ShapeOf(int value) => value == 0 ? Input : Layers[value - 1].Shape;

    /// <summary>Whether a value depends on a smooth function.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public bool IsSmooth(int value) => isSmooth[value];

    /// <summary>The number of the layer whose rectifiers give a value, 1-based; 0 where none do.</summary>
    /// <param name="value">The value.</param>
    public int NumberOf(int value) => numbers[value];
}
