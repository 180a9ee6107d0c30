namespace ExactCompression.Networks;

/// <summary>
/// An affine map <c>y = W x + b</c> on its way to becoming a layer: dense, or element by element (<c>y_i = w_i x_i + b_i</c>, as
/// normalisation nodes have it). Where it is itself the result of rounded arithmetic, radii enclose the true entries.
/// </summary>
/// <remarks>Radii are null where every entry is exact. The arrays are kept, not copied, and must not be changed afterwards.</remarks>
internal sealed class AffineMap
{
    /// <summary>
    /// The most weights a map may have: enough for any ReLU network, and few enough that a small file cannot demand all memory.
    /// </summary>
    public const long MaximumWeights = 1L << 27;

    private AffineMap(
        double[] weights, double[] bias, int outputs, int inputs, bool elementwise, double[]? weightRadius, double[]? biasRadius)
    {
        Weights = weights;
        Bias = bias;
        Outputs = outputs;
        Inputs = inputs;
        IsElementwise = elementwise;
        WeightRadius = NullIfZero(weightRadius);
        BiasRadius = NullIfZero(biasRadius);
    }

    /// <summary>Length of <c>y</c>.</summary>
    public int Outputs { get; }

    /// <summary>Length of <c>x</c>.</summary>
    public int Inputs { get; }

    /// <summary>Whether <see cref="Weights"/> holds the diagonal alone.</summary>
    public bool IsElementwise { get; }

    /// <summary>Row-major <see cref="Outputs"/> x <see cref="Inputs"/>, or the diagonal.</summary>
    public double[] Weights { get; }

    /// <summary>Length <see cref="Outputs"/>.</summary>
    public double[] Bias { get; }

    /// <summary>Of the shape of <see cref="Weights"/>, or null where they are exact.</summary>
    public double[]? WeightRadius { get; }

    /// <summary>Length <see cref="Outputs"/>, or null where the biases are exact.</summary>
    public double[]? BiasRadius { get; }

    /// <summary>Whether the map only adds something.</summary>
    public bool IsShift => IsElementwise && WeightRadius is null && Weights.AsSpan().IndexOfAnyExcept(1.0) < 0;

    /// <summary>Whether the map changes nothing.</summary>
    public bool IsIdentity => IsShift && BiasRadius is null && Bias.AsSpan().IndexOfAnyExcept(0.0) < 0;

    /// <summary>A dense map.</summary>
    /// <param name="weights">Row-major <paramref name="outputs"/> x <paramref name="inputs"/>.</param>
    /// <param name="bias">Length <paramref name="outputs"/>.</param>
    /// <param name="outputs">Length of <c>y</c>.</param>
    /// <param name="inputs">Length of <c>x</c>.</param>
    /// <param name="weightRadius">Of the shape of the weights, or null.</param>
    /// <param name="biasRadius">Of the shape of the biases, or null.</param>
    public static AffineMap Dense(
        double[] weights, double[] bias, int outputs, int inputs, double[]? weightRadius = null, double[]? biasRadius = null) =>
        new(weights, bias, outputs, inputs, elementwise: false, weightRadius, biasRadius);

    /// <summary>The map <c>y_i = scale_i x_i + shift_i</c>.</summary>
    /// <param name="scale">One factor for each element.</param>
    /// <param name="shift">One addend for each element.</param>
    /// <param name="scaleRadius">Of the shape of the scale, or null.</param>
    /// <param name="shiftRadius">Of the shape of the shift, or null.</param>
    public static AffineMap Elementwise(double[] scale, double[] shift, double[]? scaleRadius = null, double[]? shiftRadius = null) =>
        new(scale, shift, scale.Length, scale.Length, elementwise: true, scaleRadius, shiftRadius);

    /// <summary>The map <c>y = x + shift</c>.</summary>
    /// <param name="shift">One addend for each element.</param>
    /// <param name="shiftRadius">Of the shape of the shift, or null.</param>
    public static AffineMap Shift(double[] shift, double[]? shiftRadius = null) =>
        Elementwise(Filled(shift.Length, 1), shift, null, shiftRadius);

    /// <summary>The map <c>y_i = scale_i x_i</c>.</summary>
    /// <param name="scale">One factor for each element.</param>
    /// <param name="scaleRadius">Of the shape of the scale, or null.</param>
    public static AffineMap Scale(double[] scale, double[]? scaleRadius = null) =>
        Elementwise(scale, new double[scale.Length], scaleRadius);

    /// <summary>The map <c>y = x</c>.</summary>
    /// <param name="size">Length of <c>x</c>.</param>
    public static AffineMap Identity(int size) => Shift(new double[size]);

    /// <summary>The weights as a matrix, where an element-by-element map is a diagonal.</summary>
    /// <exception cref="OverflowException">The matrix would have more than <see cref="MaximumWeights"/> entries.</exception>
    public double[] Matrix() => IsElementwise ? Diagonal(Weights) : Weights;

    /// <summary>The radii of <see cref="Matrix"/>, or null where it is exact.</summary>
    /// <inheritdoc cref="Matrix"/>
    public double[]? MatrixRadius() => IsElementwise && WeightRadius is not null ? Diagonal(WeightRadius) : WeightRadius;

    /// <summary>Refuses matrices that are too large to hold.</summary>
    /// <exception cref="OverflowException">The matrix would have more than <see cref="MaximumWeights"/> entries.</exception>
    public static void RequireSize(long outputs, long inputs)
    {
        if (outputs > int.MaxValue || inputs > int.MaxValue || outputs * inputs > MaximumWeights)
            throw new OverflowException($"The layer would have {outputs} x {inputs} weights; at most {MaximumWeights} are supported.");
    }

    /// <summary>One value for each element.</summary>
    /// <param name="size">How many elements.</param>
    /// <param name="value">The value.</param>
    public static double[] Filled(int size, double value)
    {
        var values = new double[size];
        Array.Fill(values, value);
        return values;
    }

    private static double[] Diagonal(double[] values)
    {
        RequireSize(values.Length, values.Length);
        var matrix = new double[values.Length * values.Length];
        for (int i = 0; i < values.Length; i++)
            matrix[i * values.Length + i] = values[i];
        return matrix;
    }

    private static double[]? NullIfZero(double[]? radius) => radius is null || radius.AsSpan().IndexOfAnyExcept(0.0) < 0 ? null : radius;
}
