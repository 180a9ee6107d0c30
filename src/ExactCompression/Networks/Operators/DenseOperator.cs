namespace ExactCompression.Networks;

/// <summary>A matrix and a bias along the last axis: <c>y[.., o] = sum_i W[o, i] x[.., i] + b[o]</c>.</summary>
/// <param name="Weights">Row-major outputs x inputs.</param>
/// <param name="Bias">A number for each output.</param>
/// <param name="Inputs">Length of the last axis before.</param>
/// <param name="Stored">What the file stores them as.</param>
internal sealed record DenseOperator(double[] Weights, double[] Bias, int Inputs, WeightPrecision Stored = WeightPrecision.Float32)
    : Operator
{
    /// <summary>
    /// Radii of the weights, where the file states a factor that double cannot multiply them by; null where they are exact.
    /// </summary>
    public double[]? WeightRadius { get; init; }

    /// <summary>Radii of the biases; null where they are exact.</summary>
    public double[]? BiasRadius { get; init; }

    /// <summary>A factor of the product that the file states beside the weights, which have it already.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>A factor of the biases that the file states beside them; they have it already.</summary>
    public double Beta { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "Gemm";

    /// <inheritdoc/>
    public override WeightPrecision? Precision => Stored;

    /// <summary>Length of the last axis after.</summary>
    public int Outputs => Bias.Length;

    /// <inheritdoc/>
    public override long ConnectionCount => Weights.LongLength;

    /// <inheritdoc/>
    public override long NonZeroConnectionCount => CountNonZero(Weights);

    /// <inheritdoc/>
    public override long ParameterCount => Weights.LongLength + Bias.Length;

    /// <inheritdoc/>
    public override long MultiplyAdds(TensorShape output) => (long)output.Elements * Inputs;

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output)
    {
        if (RequireCount(inputs, 1) is { } fault)
            return fault;
        TensorShape input = inputs[0];
        bool fits = input.Count >= 1 && input.Count == output.Count && input[^1] == Inputs && output[^1] == Outputs
            && input.SkipLast(1).SequenceEqual(output.SkipLast(1)) && Weights.LongLength == (long)Outputs * Inputs
            && (WeightRadius?.LongLength ?? Weights.LongLength) == Weights.LongLength && (BiasRadius?.Length ?? Outputs) == Outputs;
        return fits ? null : $"A matrix of {Outputs} x {Inputs} does not lead from {input} to {output}.";
    }
}
