namespace ExactCompression.Certificates.Checking;

/// <summary>
/// How the elements of a graph's values follow from elements of the compressed network's, as a certificate suggests it. Nothing of it is
/// believed: a poor suggestion gives a large deviation, none gives a wrong one.
/// </summary>
/// <param name="Values">One for each value of the original, in its order; empty for the input, whose elements are the same in both
/// networks.</param>
internal sealed record GraphRelation(ValueRelation[] Values);

/// <summary>How the elements of one value of the original follow from others.</summary>
internal sealed record ValueRelation
{
    /// <summary>What is suggested for an input, of which nothing has to be.</summary>
    public static ValueRelation None { get; } = new() { Kinds = "", Targets = [], Factors = [] };

    /// <summary>
    /// A letter per element. Of affine values: <c>d</c> the sum of what its operands are; <c>t</c> that sum, as a multiple of its target
    /// and a constant. Of rectifiers: <c>o</c> off; <c>l</c> linear; <c>g</c> gate, a multiple of its target; <c>n</c> negative of such a
    /// gate; <c>k</c> kept, an element of its own. Of smooth functions: <c>s</c> the same as its target. Of any: <c>c</c> as good as a
    /// constant.
    /// </summary>
    public required string Kinds { get; init; }

    /// <summary>
    /// For each <c>t</c>, <c>g</c>, <c>n</c> and <c>s</c> an element: those of the compressed network are numbered through all its values,
    /// and behind them those of the original, of which only kept ones may be targets.
    /// </summary>
    public required int[] Targets { get; init; }

    /// <summary>For each target a factor, above 0 for rectifiers, 1 for smooth functions; empty if all are 1.</summary>
    public required double[] Factors { get; init; }
}
