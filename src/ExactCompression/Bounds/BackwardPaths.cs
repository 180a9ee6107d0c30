using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>
/// What of a relaxed graph the elements of one layer depend on, and what a backward pass from them is charged. Immutable; threads share it.
/// </summary>
internal sealed class BackwardPaths
{
    private readonly SourceRange[] sources;
    private readonly bool[] reached;
    private readonly int[] contributions;
    private readonly LoweredGraph graph;
    private readonly Lazy<bool> isExact;

    /// <summary>Finds what a layer depends on.</summary>
    /// <param name="start">The layer.</param>
    /// <param name="below">The layers of the graph below it.</param>
    /// <param name="network">The graph.</param>
    public BackwardPaths(LoweredLayer start, LayerRelaxation[] below, RelaxedGraph network)
    {
        (Start, Layers, graph) = (start, below, network.Graph);
        sources = [.. Enumerable.Range(0, below.Length + 1).Select(network.SourceOf)];
        reached = new bool[below.Length + 1];
        contributions = new int[below.Length + 1];
        Offsets = new int[below.Length + 1];
        Reach(start);
        long outputs = 0;
        for (int l = below.Length - 1; l >= 0; l--)
        {
            if (!reached[l + 1])
                continue;
            Reach(below[l].Layer);
            outputs += below[l].Layer.Width;
        }

        for (int l = 0; l < below.Length; l++)
        {
            Offsets[l + 1] = Offsets[l] + (below[l].Layer.IsLinear ? 0 : below[l].Layer.Width);
            Loss += reached[l + 1] ? below[l].Loss : 0;
        }

        Gamma = Rounding.Gamma((network.SummandsOfUnit * outputs) + network.Domain.Size!.Value + 2);
        Lower = RowPadding.Padded(network.Domain.Lower.Span);
        Upper = RowPadding.Padded(network.Domain.Upper.Span);
        isExact = new(() => start.IsExact && Reached.All(l => below[l] is { Layer: { IsExact: true, Smooth: null }, IsFinite: true }));
    }

    /// <summary>The layer whose elements are bounded.</summary>
    public LoweredLayer Start { get; }

    /// <summary>All layers below it.</summary>
    public LayerRelaxation[] Layers { get; }

    /// <summary>The 0-based numbers of the layers that it depends on, the last one first.</summary>
    public IEnumerable<int> Reached => Enumerable.Range(0, Layers.Length).Reverse().Where(l => reached[l + 1]);

    /// <summary>
    /// Where each layer's units, rectifiers or smooth functions, begin among those of all layers below, whether these are reached or not;
    /// and last, their number.
    /// </summary>
    public int[] Offsets { get; }

    /// <summary>Lower ends of the input box, with padding.</summary>
    public double[] Lower { get; }

    /// <summary>Upper ends of the input box, with padding.</summary>
    public double[] Upper { get; }

    /// <summary>Relative rounding error of the sum that makes up a row's constant.</summary>
    public double Gamma { get; }

    /// <summary>What a row can lose to underflow.</summary>
    public double Loss { get; }

    /// <summary>Whether all weights on the way are exact, all bounds finite, and all units rectifiers.</summary>
    public bool IsExact => isExact.Value;

    /// <summary>The arrangement of a value.</summary>
    /// <param name="value">0 for the input, else a layer's 1-based place.</param>
    public MapShape ShapeOf(int value) => graph.ShapeOf(value);

    /// <summary>The range of a value, and the rounding of coefficients over it.</summary>
    /// <param name="value">The value.</param>
    public SourceRange SourceOf(int value) => sources[value];

    /// <summary>Whether a row over a value has nothing added to what the start gives it, so that it is exact.</summary>
    /// <param name="value">A value that the start takes.</param>
    public bool IsCopied(int value) => contributions[value] == 1;

    /// <summary>The window of a value that a term takes from.</summary>
    /// <param name="term">The term.</param>
    /// <param name="window">A window of the term's layer, not empty.</param>
    /// <param name="shape">The layer's arrangement.</param>
    public Window Below(LinearTerm term, Window window, MapShape shape)
    {
        MapShape source = ShapeOf(term.Source);
        return term.Map.Input == source && term.Map.Output == shape ? term.Map.Below(window) : Window.Whole(source);
    }

    /// <summary>The window of a layer in which its coefficients are held, given that in which they are not 0.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="window">The window, not empty.</param>
    /// <remarks>A window that is nearly the whole is not worth the trouble.</remarks>
    public static Window Held(LoweredLayer layer, Window window)
    {
        bool whole = 4 * window.Plane >= 3 * layer.Shape.Plane
            || layer.Terms.Any(term => term.Map is DenseMap || term.Map.Output != layer.Shape);
        return whole ? Window.Whole(layer.Shape) : window;
    }

    private void Reach(LoweredLayer layer)
    {
        foreach (LinearTerm term in layer.Terms)
        {
            reached[term.Source] = true;
            contributions[term.Source]++;
        }
    }
}
