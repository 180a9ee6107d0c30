namespace ExactCompression.Networks;

/// <summary>
/// Builds a network from a sequence of affine maps and ReLUs, as files list them: consecutive affine maps are joined into one layer
/// (<see cref="AffineJoin"/>), consecutive ReLUs are one, and a ReLU with no map before it gets the identity. If joining rounds, or gives
/// weights that the file's precision cannot store, the layer keeps the file's own operations beside the enclosure of their product
/// (<see cref="AffineLayer.Parts"/>).
/// </summary>
/// <param name="inputs">Number of inputs of the network.</param>
/// <param name="precision">The precision of layers without weights of their own.</param>
/// <param name="cancellation">Ends a long product with <see cref="OperationCanceledException"/>.</param>
internal sealed class AffineFusion(
    int inputs, WeightPrecision precision = WeightPrecision.Float32, CancellationToken cancellation = default)
{
    private readonly List<AffineLayer> layers = [];
    private PendingMap? pending;
    private WeightPrecision? pendingPrecision;
    private List<AffinePart>? parts = [];

    /// <summary>How many values the chain gives so far.</summary>
    public int Width { get; private set; } = inputs;

    /// <summary>How many layers are complete.</summary>
    public int Closed => layers.Count;

    /// <summary>Appends an affine map.</summary>
    /// <param name="map">The map; it takes <see cref="Width"/> values.</param>
    /// <param name="stored">What its weights are stored as; a layer has the widest of its maps.</param>
    /// <exception cref="OverflowException">The joined weights leave the range of double, or are too many.</exception>
    public void Append(AffineMap map, WeightPrecision stored) => Append([map], AffinePart.Of(map, stored), stored);

    /// <summary>Appends an operation that doubles may only be able to enclose.</summary>
    /// <param name="part">The operation; it takes <see cref="Width"/> values.</param>
    /// <exception cref="OverflowException">The joined weights leave the range of double, or are too many.</exception>
    public void Append(AffinePart part) => Append(part.Maps, part, part.Precision);

    /// <summary>The cost of appending a map, or of making a layer from the pending maps.</summary>
    /// <param name="map">The map, or null for a ReLU or the end.</param>
    /// <returns>Numbers of eight bytes that would be kept, and operations.</returns>
    /// <exception cref="OverflowException">The result would have too many weights.</exception>
    public (long Values, long Work) CostOf(AffineMap? map)
    {
        if (pending is not null)
            return pending.CostOf(map);
        return map is null && layers.Count == 0
            ? new PendingMap(AffineMap.Identity(Width)).CostOf(null)
            : (0, map?.Weights.LongLength ?? 0);
    }

    /// <summary>Appends a ReLU.</summary>
    /// <param name="name">The layer's name; empty for none.</param>
    /// <exception cref="OverflowException">The layer would have too many weights.</exception>
    public void AppendRelu(string name = "")
    {
        if (pending is not null || layers.Count == 0)
            Close(Activation.Relu, name);
    }

    /// <summary>The layers; the chain must not be used afterwards.</summary>
    /// <param name="name">The name of a last layer without ReLU; empty for none.</param>
    /// <exception cref="OverflowException">The last layer would have too many weights.</exception>
    public IReadOnlyList<AffineLayer> Finish(string name = "")
    {
        if (pending is not null || layers.Count == 0)
            Close(Activation.Identity, name);
        return layers;
    }

    private void Append(IEnumerable<AffineMap> maps, AffinePart? part, WeightPrecision stored)
    {
        PendingMap? before = pending;
        foreach (AffineMap map in maps)
            Join(map, stored);
        if (ReferenceEquals(before, pending)) // identities alone
            return;
        if (part is null)
            parts = null;
        else if (parts is not null && !AffineParts.TryAppend(parts, part))
            parts = null;
    }

    private void Join(AffineMap map, WeightPrecision stored)
    {
        pendingPrecision = stored > pendingPrecision ? stored : pendingPrecision ?? stored;
        if (map.IsIdentity)
            return;
        AffineJoin.RequireFinite(map);
        pending = pending is null ? new(map) : pending.Then(map, cancellation);
        Width = map.Outputs;
    }

    private void Close(Activation activation, string name)
    {
        var layer = AffineLayer.Of(pending?.Joined() ?? AffineMap.Identity(Width), activation, pendingPrecision ?? precision, name);
        bool isStored = layer.IsExact && layer.Precision == layer.SourcePrecision;
        layers.Add(isStored || parts is null ? layer : layer.WithParts(parts));
        (pending, pendingPrecision, parts) = (null, null, []);
    }
}
