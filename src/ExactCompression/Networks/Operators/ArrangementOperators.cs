namespace ExactCompression.Networks;

/// <summary>The same elements in the same order under another shape: reshapes, flattening, removed axes of one, and no operation.</summary>
internal sealed record ReshapeOperator : Operator
{
    /// <inheritdoc/>
    public override string Name => "Reshape";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 1)
            ?? (inputs[0].Elements == output.Elements
                ? null
                : $"{inputs[0]} has {inputs[0].Elements} elements, {output} has {output.Elements}.");
}

/// <summary>
/// Elements selected axis by axis: slices, splits, gathers by constants, padding with zeros, repetition along an axis.
/// </summary>
/// <param name="Indices">For each axis, the index of each element in the input, or -1 for 0; null for an axis that stays as it is.</param>
internal sealed record SelectOperator(IReadOnlyList<int[]?> Indices) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Slice";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (RequireCount(inputs, 1) is { } fault)
            return fault;
        TensorShape input = inputs[0];
        if (input.Count != Indices.Count || output.Count != Indices.Count)
            return $"{Indices.Count} axes are selected from, but {input} becomes {output}.";
        for (int a = 0; a < Indices.Count; a++)
        {
            if (Indices[a] is not { } indices ? input[a] != output[a] : indices.Length != output[a])
                return $"Axis {a} of {input} cannot become that of {output}.";
            if (Indices[a]?.Any(i => i < -1 || i >= input[a]) == true)
                return $"Axis {a} of {input} has {input[a]} elements.";
        }

        return null;
    }
}

/// <summary>A permutation of the axes.</summary>
/// <param name="Permutation">For each axis of the result, the input's.</param>
internal sealed record TransposeOperator(IReadOnlyList<int> Permutation) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Transpose";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (RequireCount(inputs, 1) is { } fault)
            return fault;
        TensorShape input = inputs[0];
        bool permutes = Permutation.Order().SequenceEqual(Enumerable.Range(0, input.Count));
        return permutes && Permutation.Select(p => input[p]).SequenceEqual(output) ? null : $"{Name} of {input} cannot give {output}.";
    }
}

/// <summary>Values side by side along an axis.</summary>
/// <param name="Axis">The axis.</param>
internal sealed record ConcatOperator(int Axis) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Concat";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (inputs.Count == 0 || Axis < 0 || Axis >= output.Count)
            return $"{Name} of {inputs.Count} values along axis {Axis} cannot give {output}.";
        int sum = 0;
        foreach (TensorShape input in inputs)
        {
            if (input.Count != output.Count || Enumerable.Range(0, input.Count).Any(a => a != Axis && input[a] != output[a]))
                return $"{input} does not fit into {output} along axis {Axis}.";
            sum += input[Axis];
        }

        return sum == output[Axis] ? null : $"The values have {sum} elements along axis {Axis}, not {output[Axis]}.";
    }
}

/// <summary>A value that depends on no input.</summary>
/// <param name="Values">Its elements.</param>
internal sealed record ConstantOperator(double[] Values) : Operator
{
    /// <inheritdoc/>
    public override string Name => "Constant";

    /// <inheritdoc/>
    public override long ParameterCount => Values.LongLength;

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 0) ?? (Values.Length == output.Elements ? null : $"{Values.Length} values do not fill {output}.");
}
