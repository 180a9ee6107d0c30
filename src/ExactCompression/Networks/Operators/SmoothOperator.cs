using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// A smooth function that grows everywhere, element by element: the logistic function or the hyperbolic tangent. It is no unit, since it
/// has no pieces, so its nodes are no layers of a network; what lies behind it is bounded through lines above and below it.
/// </summary>
/// <param name="IsTanh">Whether it is the tangent.</param>
internal sealed record SmoothOperator(bool IsTanh) : Operator
{
    /// <inheritdoc/>
    public override string Name => IsTanh ? "Tanh" : "Sigmoid";

    /// <summary>The function.</summary>
    public SmoothFunction Function => IsTanh ? SmoothFunction.Tanh : SmoothFunction.Logistic;

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 1) ?? RequireSameShape(inputs, output);
}
