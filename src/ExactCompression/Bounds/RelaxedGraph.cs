using ExactCompression.Networks;

namespace ExactCompression.Bounds;

/// <summary>
/// The layers of a lowered graph below some layer as linear bound propagation sees them over one box: a <see cref="LayerRelaxation"/> for
/// each, in the order of the graph. It grows layer by layer, since the bounds of a layer depend on those of the layers before, and owns the
/// memory of the packed weights. <see cref="CrownBounds"/> and <see cref="AlphaBetaCrown"/> take the layers that it has when they are
/// constructed; they must not be used after it is disposed of.
/// </summary>
internal sealed class RelaxedGraph : IDisposable
{
    private readonly List<LayerRelaxation> layers = [];
    private readonly SourceRange[] sources;
    private readonly bool mayHaveEnvelopes;
    private bool isDisposed;

    /// <summary>Starts below the first layer.</summary>
    /// <param name="domain">The box, of the graph's size.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="mayHaveEnvelopes">Whether layers may get an <see cref="LayerEnvelope"/>, with which passes add twice as many
    /// products.</param>
    public RelaxedGraph(InputDomain domain, LoweredGraph graph, bool mayHaveEnvelopes = false)
    {
        (Domain, Graph) = (domain, graph);
        this.mayHaveEnvelopes = mayHaveEnvelopes;
        sources = new SourceRange[graph.Layers.Count + 1];
        Take(0, ActivationRange.OfInput(domain));
    }

    /// <summary>The box.</summary>
    public InputDomain Domain { get; }

    /// <summary>The graph.</summary>
    public LoweredGraph Graph { get; }

    /// <summary>How many summands of a row's constant a unit can give.</summary>
    public int SummandsOfUnit => mayHaveEnvelopes ? 3 : 2;

    /// <summary>The layers so far, the first one first.</summary>
    public IReadOnlyList<LayerRelaxation> Layers => layers;

    /// <summary>The range of a value.</summary>
    /// <param name="value">0 for the input, else the 1-based place of one of the layers so far.</param>
    public ActivationRange RangeOf(int value) => sources[value].Range;

    /// <summary>The range of a value, and the rounding of coefficients over it.</summary>
    /// <param name="value">0 for the input, else the 1-based place of one of the layers so far.</param>
    public SourceRange SourceOf(int value) => sources[value];

    /// <summary>The values that a layer's terms take.</summary>
    /// <param name="layer">A layer that takes none but values of the layers so far.</param>
    public SourceRange[] SourcesOf(LoweredLayer layer) => [.. layer.Terms.Select(term => sources[term.Source])];

    /// <summary>Adds the layers up to one with rectifiers, which is not added: that takes proven bounds.</summary>
    /// <param name="number">1-based, among the layers with rectifiers; those before have been added.</param>
    /// <param name="tighten">Tightens the interval bounds, lower and upper, of a layer of smooth functions; null where intervals are
    /// enough.</param>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    /// <returns>The layer with rectifiers.</returns>
    public LoweredLayer AdvanceTo(
        int number, Action<LoweredLayer, double[], double[]>? tighten = null, ParallelOptions? parallel = null)
    {
        int value = Graph.ValueOf(number);
        while (layers.Count < value - 1)
        {
            LoweredLayer layer = Graph.Layers[layers.Count];
            if (layer.IsRectifier)
                throw new InvalidOperationException($"The bounds of {layer} come before those of {Graph.Rectifier(number)}.");

            // A linear layer's range counts in charges for rounding alone, and in the intervals of the layers above.
            double[] lower = new double[layer.Width], upper = new double[layer.Width];
            IntervalBounds.Propagate(layer, SourcesOf(layer), lower, upper, parallel);
            if (layer.Smooth is not null)
                tighten?.Invoke(layer, lower, upper);
            Add(lower, upper);
        }

        return Graph.Layers[value - 1];
    }

    /// <summary>Adds the next layer.</summary>
    /// <param name="lower">Proven lower bounds of its pre-activations over the box.</param>
    /// <param name="upper">Proven upper bounds of its pre-activations over the box.</param>
    public void Add(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        LoweredLayer layer = Graph.Layers[layers.Count];
        layers.Add(LayerRelaxation.Of(layer, SourcesOf(layer), lower, upper));
        Take(layers.Count, layers[^1].Output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isDisposed = true;
        layers.ForEach(static layer => layer.Dispose());
    }

    private void Take(int value, ActivationRange range)
    {
        long products = 0;
        foreach (LinearTerm term in Graph.Layers.SelectMany(static layer => layer.Terms))
            products += term.Source == value ? term.Map.FanOut * (mayHaveEnvelopes ? 2L : 1L) : 0;
        sources[value] = SourceRange.Of(range, products);
    }
}
