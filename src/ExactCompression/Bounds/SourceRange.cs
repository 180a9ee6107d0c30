using ExactCompression.Numerics;

namespace ExactCompression.Bounds;

/// <summary>A value that a term of a layer takes.</summary>
/// <param name="Range">The value's range.</param>
/// <param name="Gamma">
/// Relative rounding error of the sums that make up a coefficient over the value, with all layers that take it: see
/// <see cref="LayerRelaxation"/>.
/// </param>
internal readonly record struct SourceRange(ActivationRange Range, double Gamma)
{
    /// <summary>A value that is taken by some number of products.</summary>
    /// <param name="range">The value's range.</param>
    /// <param name="products">How many products a coefficient over it is the sum of, at most.</param>
    public static SourceRange Of(ActivationRange range, long products) => new(range, Rounding.Gamma(products + 1));
}
