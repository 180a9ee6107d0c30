using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Any operation that is not known here, or not to be analysed. Nothing is claimed of what depends on it, but where it is a
/// <see cref="Softmax"/> that gives an output; a file keeps it as it was.
/// </summary>
/// <param name="Name">The file's name for the operation.</param>
internal sealed record OpaqueOperator(string Name) : Operator
{
    /// <inheritdoc/>
    public override string Name { get; } = Name;

    /// <summary>Why it is not analysed; empty where its kind alone says so.</summary>
    public string Reason { get; init; } = "";

    /// <summary>
    /// A hash of all that its file says of it: two operators with the same content give the same at the same operands. Empty where that is
    /// not known, or not kept.
    /// </summary>
    public string Content { get; init; } = "";

    /// <summary>What it does, where it is a softmax or the logarithm of one; null for all else.</summary>
    public SoftmaxShape? Softmax { get; init; }

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) => null;
}
