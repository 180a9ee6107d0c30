namespace ExactCompression;

/// <summary>
/// One layer of a network: the affine map <c>z = W a + b</c>, then an <see cref="Activation"/>. Immutable.
/// </summary>
/// <remarks>
/// A layer that a reader had to join from several affine nodes of a file, and whose products are not exact in double, has radii for that
/// rounding error: the true <c>W</c> and <c>b</c> lie entry by entry within <see cref="WeightRadius"/> and <see cref="BiasRadius"/> of the
/// stored ones. Every proof widens its bounds by it, so a verdict holds for the file's own function. Such a layer keeps the file's own
/// operations too, so that they can be written again as they were.
/// </remarks>
public sealed class AffineLayer : NetworkLayer
{
    private readonly double[] weights;
    private readonly double[] bias;
    private readonly double[]? weightRadius;
    private readonly double[]? biasRadius;

    /// <summary>Makes a layer; it keeps the arrays, so the caller must not change them afterwards.</summary>
    /// <param name="weights">Row-major <paramref name="outputs"/> x <paramref name="inputs"/>.</param>
    /// <param name="bias">Length <paramref name="outputs"/>.</param>
    /// <param name="outputs">Rows of the map: neurons of this layer; at least 1.</param>
    /// <param name="inputs">Columns of the map: width of the layer before, or the input size; at least 1.</param>
    /// <param name="activation">What follows the map.</param>
    /// <param name="precision">What the weights are stored as; float64 where float32 cannot hold one of them, as after a join.</param>
    /// <param name="weightRadius">Rounding radius of each weight, or null where the weights are exact.</param>
    /// <param name="biasRadius">Rounding radius of each bias, or null where the biases are exact.</param>
    /// <exception cref="ArgumentException">A length does not fit, or a value is not finite, or a radius is negative.</exception>
    public AffineLayer(
        double[] weights,
        double[] bias,
        int outputs,
        int inputs,
        Activation activation,
        WeightPrecision precision = WeightPrecision.Float32,
        double[]? weightRadius = null,
        double[]? biasRadius = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        if (weights.LongLength != (long)outputs * inputs)
            throw new ArgumentException(
                $"A {outputs} x {inputs} layer has {(long)outputs * inputs} weights, not {weights.LongLength}.", nameof(weights));
        if (bias.Length != outputs)
            throw new ArgumentException($"A layer of {outputs} neurons has {outputs} biases, not {bias.Length}.", nameof(bias));
        if (weightRadius is not null && weightRadius.Length != weights.Length)
            throw new ArgumentException("The weight radius must have the shape of the weights.", nameof(weightRadius));
        if (biasRadius is not null && biasRadius.Length != bias.Length)
            throw new ArgumentException("The bias radius must have the shape of the biases.", nameof(biasRadius));
        RequireFinite(weights, inputs, nameof(weights));
        RequireFinite(bias, 1, nameof(bias));
        RequireRadius(weightRadius, nameof(weightRadius));
        RequireRadius(biasRadius, nameof(biasRadius));

        // Copies: proofs about the layer must not be invalidated by a caller that writes into its arrays later.
        this.weights = [.. weights];
        this.bias = [.. bias];
        this.weightRadius = weightRadius is null ? null : [.. weightRadius];
        this.biasRadius = biasRadius is null ? null : [.. biasRadius];
        Shape = new(outputs);
        Inputs = inputs;
        Activation = activation;
        SourcePrecision = precision;
        Precision = IsSingle(weights) && IsSingle(bias) ? precision : WeightPrecision.Float64;
    }

    /// <summary>The layer of a map.</summary>
    /// <exception cref="OverflowException">The matrix would have too many entries.</exception>
    internal static AffineLayer Of(Networks.AffineMap map, Activation activation, WeightPrecision precision, string name = "") =>
        new(map.Matrix(), map.Bias, map.Outputs, map.Inputs, activation, precision, map.MatrixRadius(), map.BiasRadius) { Name = name };

    /// <inheritdoc/>
    public override TensorShape Shape { get; }

    /// <summary>Columns of the map: the width of the layer before, or the input size.</summary>
    public int Inputs { get; }

    /// <inheritdoc/>
    public override Activation Activation { get; }

    /// <summary>What the weights are stored as: a precision that holds every one of them.</summary>
    public WeightPrecision Precision { get; }

    /// <summary>What the file stored the weights as; joining may have produced weights that this cannot hold.</summary>
    public WeightPrecision SourcePrecision { get; }

    /// <summary>Row-major <see cref="NetworkLayer.Outputs"/> x <see cref="Inputs"/>.</summary>
    public ReadOnlyMemory<double> Weights => weights;

    /// <summary>Length <see cref="NetworkLayer.Outputs"/>.</summary>
    public ReadOnlyMemory<double> Bias => bias;

    /// <summary>Rounding radius of each weight, of the shape of <see cref="Weights"/>; empty where the weights are exact.</summary>
    public ReadOnlyMemory<double> WeightRadius => weightRadius;

    /// <summary>Rounding radius of each bias; empty where the biases are exact.</summary>
    public ReadOnlyMemory<double> BiasRadius => biasRadius;

    /// <summary>Whether the stored weights and biases are the file's own, without the rounding of a join.</summary>
    public bool IsExact => weightRadius is null && biasRadius is null;

    /// <summary>
    /// The file's own operations, first to last, whose product the weights and radii enclose, or whose product the file's precision cannot
    /// hold; null where the layer is one matrix as stored, or they are not known.
    /// </summary>
    internal IReadOnlyList<Networks.AffinePart>? Parts { get; private init; }

    /// <inheritdoc/>
    public override long ConnectionCount => (long)Outputs * Inputs;

    /// <inheritdoc/>
    public override long NonZeroConnectionCount => weights.LongLength - weights.LongCount(static w => w == 0);

    /// <inheritdoc/>
    public override long ParameterCount => ConnectionCount + Outputs;

    /// <inheritdoc/>
    public override long MultiplyAddCount => ConnectionCount;

    /// <inheritdoc/>
    public override long ByteCount => ParameterCount * (Precision == WeightPrecision.Float32 ? 4 : 8);

    /// <summary>The incoming weights of one neuron.</summary>
    /// <param name="neuron">0-based.</param>
    public ReadOnlySpan<double> Row(int neuron) => weights.AsSpan(neuron * Inputs, Inputs);

    /// <summary>The same map with another activation.</summary>
    /// <param name="activation">What follows the map.</param>
    public AffineLayer With(Activation activation) =>
        activation == Activation
            ? this
            : new(weights, bias, Outputs, Inputs, activation, SourcePrecision, weightRadius, biasRadius) { Parts = Parts, Name = Name };

    /// <summary>The same layer with the file's own operations.</summary>
    /// <exception cref="ArgumentException">They do not lead from the inputs to the outputs.</exception>
    internal AffineLayer WithParts(IReadOnlyList<Networks.AffinePart> parts)
    {
        int width = Inputs;
        foreach (Networks.AffinePart part in parts)
            width = part.Inputs == width ? part.Outputs : -1;
        if (width != Outputs || parts.Count == 0)
            throw new ArgumentException($"The operations do not lead from {Inputs} to {Outputs} values.", nameof(parts));
        return new(weights, bias, Outputs, Inputs, Activation, SourcePrecision, weightRadius, biasRadius) { Parts = parts, Name = Name };
    }

    /// <summary>Whether the layer says which affine map it is: its weights are exact, or the file's operations are known.</summary>
    internal bool IsDefinite => IsExact || Parts is not null;

    /// <summary>The stored weights alone, as an exact layer.</summary>
    internal AffineLayer Centre() => IsExact ? this : new(weights, bias, Outputs, Inputs, Activation, SourcePrecision) { Name = Name };

    /// <summary>Whether two layers are known to be the same affine map, radii or not.</summary>
    internal bool IsSameMap(AffineLayer other) => ReferenceEquals(this, other)
        || (weights.AsSpan().SequenceEqual(other.weights) && bias.AsSpan().SequenceEqual(other.bias)
            && ((IsExact && other.IsExact) || Networks.AffineParts.AreSame(Parts, other.Parts)));

    /// <inheritdoc/>
    public override string ToString() => $"{Inputs} -> {Outputs}{(Activation == Activation.Relu ? " ReLU" : "")}";

    private static bool IsSingle(double[] values) => Array.TrueForAll(values, static v => (float)v == v);

    private static void RequireFinite(double[] values, int columns, string name)
    {
        int bad = Array.FindIndex(values, static v => !double.IsFinite(v));
        if (bad >= 0)
            throw new ArgumentException($"The value {values[bad]} at row {bad / columns}, column {bad % columns} is not finite.", name);
    }

    private static void RequireRadius(double[]? values, string name)
    {
        if (values is not null && Array.Exists(values, static v => !(v >= 0) || double.IsInfinity(v)))
            throw new ArgumentException("A radius must be finite and not negative.", name);
    }
}
