namespace ExactCompression.Networks;

/// <summary>
/// The affine maps since the last ReLU, joined as far as that is cheap: <c>diag(s) (W x) + b</c>. Elementwise maps only change <c>s</c> and
/// <c>b</c>, so a thousand of them in a row cost a thousand vector operations, not a thousand matrix operations. Immutable.
/// </summary>
internal sealed class PendingMap
{
    // Products of single elements are an order of magnitude slower than those of a matrix product, which is vectorised.
    private const int ElementWork = 8;

    private readonly AffineMap map;
    private readonly AffineMap? rows; // applied after the weights of the map, in place of its bias; null where the map is unchanged

    /// <summary>A first map.</summary>
    public PendingMap(AffineMap map)
        : this(map, null)
    {
    }

    private PendingMap(AffineMap map, AffineMap? rows) => (this.map, this.rows) = (map, rows);

    /// <summary>The map and then another one.</summary>
    /// <param name="outer">The map applied last.</param>
    /// <param name="cancellation">Ends a long product.</param>
    /// <exception cref="OverflowException">An entry leaves the range of double, or there are too many entries.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PendingMap Then(AffineMap outer, CancellationToken cancellation) => outer.IsElementwise && !map.IsElementwise
        ? new(map, AffineJoin.Compose(outer, rows ?? AffineMap.Shift(map.Bias, map.BiasRadius), cancellation))
        : new(AffineJoin.Compose(outer, Joined(), cancellation));

    /// <summary>All as one map.</summary>
    /// <exception cref="OverflowException">An entry leaves the range of double.</exception>
    public AffineMap Joined()
    {
        if (rows is null)
            return map;
        AffineMap scaled = rows.WeightRadius is null && rows.Weights.AsSpan().IndexOfAnyExcept(1.0) < 0
            ? map
            : AffineJoin.Compose(
                AffineMap.Scale(rows.Weights, rows.WeightRadius),
                AffineMap.Dense(map.Weights, new double[map.Outputs], map.Outputs, map.Inputs, map.WeightRadius));
        return AffineMap.Dense(scaled.Weights, rows.Bias, map.Outputs, map.Inputs, scaled.WeightRadius, rows.BiasRadius);
    }

    /// <summary>The cost of <see cref="Then"/>, or of making a layer if there is no other map.</summary>
    /// <param name="outer">The map applied last, or null.</param>
    /// <returns>Numbers of eight bytes that would be kept, and operations.</returns>
    /// <exception cref="OverflowException">The result would be too large to hold.</exception>
    public (long Values, long Work) CostOf(AffineMap? outer)
    {
        long weights = map.Weights.LongLength, join = rows is null ? 0 : weights;
        if (outer is null)
        {
            if (!map.IsElementwise)
                return (2 * join, ElementWork * join);
            AffineMap.RequireSize(map.Outputs, map.Outputs);
            long diagonal = (long)map.Outputs * map.Outputs;
            return (map.WeightRadius is null ? diagonal : 2 * diagonal, diagonal);
        }

        if (outer.IsElementwise)
            return (0, ElementWork * outer.Outputs);
        AffineMap.RequireSize(outer.Outputs, map.Inputs);
        if (map.IsElementwise)
            return (2 * outer.Weights.LongLength, ElementWork * outer.Weights.LongLength);
        return ((2 * join) + (2L * outer.Outputs * map.Inputs), (ElementWork * join) + (outer.Weights.LongLength * map.Inputs));
    }
}
