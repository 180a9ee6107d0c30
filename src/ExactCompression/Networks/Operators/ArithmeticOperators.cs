namespace ExactCompression.Networks;

/// <summary>
/// A factor and a term for each element: arithmetic with constants and batch normalisation, as the file states it.
/// </summary>
/// <param name="Part">The operation, over all elements in their order, or over the channels.</param>
/// <param name="PerChannel">Whether it has one entry for each channel, the first axis, whose elements share it.</param>
internal sealed record ScaleShiftOperator(AffinePart Part, bool PerChannel = false) : Operator
{
    /// <inheritdoc/>
    public override string Name => Part.Kind == AffinePartKind.BatchNormalization ? "BatchNormalization" : "ScaleShift";

    /// <inheritdoc/>
    public override WeightPrecision? Precision => Part.Precision;

    /// <inheritdoc/>
    public override long ParameterCount => Part.Values.Sum(static v => v.LongLength);

    /// <summary>The factors and terms, as double can hold them, with radii: one for each entry of <see cref="Part"/>.</summary>
    /// <exception cref="OverflowException">One leaves the range of double.</exception>
    public AffineMap Map() => Part.Maps.Aggregate(static (inner, outer) => AffineJoin.Compose(outer, inner));

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if ((RequireCount(inputs, 1) ?? RequireSameShape(inputs, output)) is { } fault)
            return fault;
        int expected = PerChannel ? output.Count > 0 ? output[0] : -1 : output.Elements;
        return !Part.IsDense && Part.Outputs == expected ? null : $"There is not one entry for each of {output}.";
    }
}

/// <summary>A sum of values of one shape, each with a sign: addition and subtraction of tensors.</summary>
/// <param name="Signs">1 or -1 for each value.</param>
internal sealed record SumOperator(IReadOnlyList<int> Signs) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Add";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, Signs.Count) ?? RequireSameShape(inputs, output)
            ?? (Signs.All(static s => s is 1 or -1) ? null : "A sign is 1 or -1.");
}

/// <summary>The mean, or the sum, over some axes.</summary>
/// <param name="Axes">The axes, increasing.</param>
/// <param name="IsMean">Whether the sum is divided by the number of elements.</param>
internal sealed record ReductionOperator(IReadOnlyList<int> Axes, bool IsMean) : Operator
{
    /// <inheritdoc/>
    public override string Name => IsMean ? "ReduceMean" : "ReduceSum";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (RequireCount(inputs, 1) is { } fault)
            return fault;
        TensorShape input = inputs[0];
        if (Axes.Any(a => a < 0 || a >= input.Count) || Axes.Distinct().Count() != Axes.Count)
            return $"There are no axes {string.Join(", ", Axes)} of {input}.";
        int kept = Enumerable.Range(0, input.Count).Where(i => !Axes.Contains(i)).Aggregate(1, (n, i) => n * input[i]);
        return kept == output.Elements ? null : $"{Name} of {input} cannot give {output}.";
    }
}
