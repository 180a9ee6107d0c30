namespace ExactCompression.Numerics;

/// <summary>A matrix: every output may depend on every input.</summary>
internal sealed class DenseMap : ILinearMap
{
    private readonly ReadOnlyMemory<double> weights;
    private readonly ReadOnlyMemory<double> radius;
    private readonly Lazy<ILinearMap> absolute;

    /// <summary>The map of a matrix.</summary>
    /// <param name="weights">Row-major outputs x inputs; kept, not copied.</param>
    /// <param name="output">The arrangement of the rows.</param>
    /// <param name="input">The arrangement of the columns.</param>
    /// <param name="radius">Radii of the weights; empty where they are exact.</param>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    public DenseMap(ReadOnlyMemory<double> weights, MapShape output, MapShape input, ReadOnlyMemory<double> radius = default)
    {
        if (weights.Length != (long)output.Count * input.Count || (radius.Length != 0 && radius.Length != weights.Length))
            throw new ArgumentException($"A matrix of {output.Count} x {input.Count} does not have {weights.Length} weights.");
        this.weights = weights;
        this.radius = radius;
        (Output, Input) = (output, input);
        Radius = radius.IsEmpty ? null : new DenseMap(radius, output, input);
        absolute = new(() => new DenseMap(KernelValues.Absolute(weights.Span), output, input));
    }

    /// <inheritdoc/>
    public MapShape Input { get; }

    /// <inheritdoc/>
    public MapShape Output { get; }

    /// <inheritdoc/>
    public int FanIn => Input.Count;

    /// <inheritdoc/>
    public int FanOut => Output.Count;

    /// <inheritdoc/>
    public ILinearMap? Radius { get; }

    /// <inheritdoc/>
    public ILinearMap Absolute => absolute.Value;

    /// <summary>Row-major outputs x inputs.</summary>
    public ReadOnlySpan<double> Weights => weights.Span;

    /// <summary>The weights of one row.</summary>
    /// <param name="output">0-based row.</param>
    public ReadOnlySpan<double> Row(int output) => weights.Span.Slice(output * Input.Count, Input.Count);

    /// <inheritdoc/>
    public void ReadRow(int output, SparseRow row) => row.Fill(Row(output));

    /// <inheritdoc/>
    public Window Below(Window above) => Window.Whole(Input);

    /// <inheritdoc/>
    public ILinearKernel<T> Pack<T>()
        where T : unmanaged => new DenseKernel<T>(weights, Output, Input);
}
