namespace ExactCompression.Networks;

/// <summary>
/// What a node of a graph does, as data: kind, weights, sizes. An operator knows no bounds and no kernels; whoever computes with it brings
/// its own (<see cref="LoweredGraph"/> for searches). Shapes are those of one row of input, so axes count without the batch.
/// </summary>
internal abstract record Operator
{
    /// <summary>A word for it, such as <c>Conv</c>: ONNX's name where ONNX has one.</summary>
    public abstract string Name { get; }

    /// <summary>Number of weights, zero or not, without biases.</summary>
    public virtual long ConnectionCount => 0;

    /// <summary>Number of weights that are not zero.</summary>
    public virtual long NonZeroConnectionCount => 0;

    /// <summary>Number of weights and biases.</summary>
    public virtual long ParameterCount => ConnectionCount;

    /// <summary>Multiply-adds of weights for one row of input.</summary>
    /// <param name="output">Shape of what it gives.</param>
    public virtual long MultiplyAdds(TensorShape output) => 0;

    /// <summary>What its weights are stored as; null where it has none.</summary>
    public virtual WeightPrecision? Precision => null;

    /// <summary>What does not fit between the operator and the values around it.</summary>
    /// <param name="inputs">Shapes of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    /// <returns>A sentence, or null where all fits.</returns>
    public abstract string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output);

    /// <summary>The fault of an operator that takes some number of values.</summary>
    /// <param name="inputs">Shapes of what it takes.</param>
    /// <param name="count">How many it takes.</param>
    protected string? RequireCount(IReadOnlyList<TensorShape> inputs, int count) =>
        inputs.Count == count ? null : $"{Name} takes {count} values, not {inputs.Count}.";

    /// <summary>The fault of an operator that gives the shape that it takes.</summary>
    /// <param name="inputs">Shapes of what it takes.</param>
    /// <param name="output">Shape of what it gives.</param>
    protected string? RequireSameShape(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        inputs.FirstOrDefault(shape => !shape.Equals(output)) is { } other ? $"{Name} of {other} cannot give {output}." : null;

    /// <summary>How many of some numbers are not zero.</summary>
    /// <param name="values">The numbers.</param>
    protected static long CountNonZero(ReadOnlySpan<double> values)
    {
        long count = 0;
        foreach (double value in values)
            count += value != 0 ? 1 : 0;
        return count;
    }
}
