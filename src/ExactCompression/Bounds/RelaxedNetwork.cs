namespace ExactCompression.Bounds;

/// <summary>
/// The hidden layers below some layer as linear bound propagation sees them over one box: a <see cref="ReluRelaxation"/> for each, the
/// first layer first. It grows layer by layer, since the bounds of a layer depend on those of the layers before, and owns the memory of the
/// packed weights. <see cref="CrownBounds"/> and <see cref="AlphaBetaCrown"/> take the layers that it has when they are constructed; they
/// must not be used after it is disposed of.
/// </summary>
internal sealed class RelaxedNetwork : IDisposable
{
    private readonly List<ReluRelaxation> layers;
    private readonly ActivationRange input;
    private bool isDisposed;

    /// <summary>Starts below the first layer.</summary>
    /// <param name="domain">The box, of the network's size.</param>
    /// <param name="layers">Layers that are relaxed already, the first one first; they are disposed of with it.</param>
    public RelaxedNetwork(InputDomain domain, params ReluRelaxation[] layers)
    {
        Domain = domain;
        this.layers = [.. layers];
        input = ActivationRange.OfInput(domain);
    }

    /// <summary>The box.</summary>
    public InputDomain Domain { get; }

    /// <summary>The layers so far, the first one first.</summary>
    public IReadOnlyList<ReluRelaxation> Layers => layers;

    /// <summary>Range of the next layer's inputs: the box, or the outputs of the last layer's rectifiers.</summary>
    public ActivationRange Output => layers.Count == 0 ? input : layers[^1].Output;

    /// <summary>Adds the next layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="lower">Proven lower bounds of its pre-activations over the box.</param>
    /// <param name="upper">Proven upper bounds of its pre-activations over the box.</param>
    public void Add(AffineLayer layer, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        layers.Add(ReluRelaxation.Of(layer, Output, lower, upper));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isDisposed = true;
        layers.ForEach(static layer => layer.Dispose());
    }
}
