namespace ExactCompression.Formats.Onnx;

/// <summary>A constant of the graph: an initializer, or what follows from initializers alone. Immutable by convention.</summary>
internal sealed class OnnxTensor
{
    private readonly double[]? floats;
    private readonly long[]? integers;
    private readonly OnnxFault fault;

    private OnnxTensor(string name, int[] shape, double[]? floats, long[]? integers, WeightPrecision precision, OnnxFault fault)
    {
        Name = name;
        Shape = shape;
        this.floats = floats;
        this.integers = integers;
        Precision = precision;
        this.fault = fault;
    }

    /// <summary>The name, for messages.</summary>
    public string Name { get; }

    /// <summary>Dimensions; empty for a scalar.</summary>
    public int[] Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Count => floats?.Length ?? integers!.Length;

    /// <summary>
    /// What its values are stored as; 16-bit floats count as <see cref="WeightPrecision.Float32"/>, which holds each exactly.
    /// </summary>
    public WeightPrecision Precision { get; }

    /// <summary>Whether it holds floating-point values.</summary>
    public bool IsFloat => floats is not null;

    /// <summary>A tensor of floating-point values.</summary>
    public static OnnxTensor OfFloats(string name, int[] shape, double[] values, WeightPrecision precision, OnnxFault fault) =>
        new(name, shape, values, null, precision, fault);

    /// <summary>A tensor of integers or booleans.</summary>
    public static OnnxTensor OfIntegers(string name, int[] shape, long[] values, OnnxFault fault) =>
        new(name, shape, null, values, WeightPrecision.Float32, fault);

    /// <summary>The same values in another shape of the same size.</summary>
    /// <param name="shape">Dimensions.</param>
    public OnnxTensor Reshaped(int[] shape) => new(Name, shape, floats, integers, Precision, fault);

    /// <summary>The values, row-major, infinities allowed.</summary>
    /// <exception cref="OnnxIntegersException">They are integers.</exception>
    public double[] Floats => floats ?? throw new OnnxIntegersException(
        fault.AtTensor("OnnxUnsupportedDataType", Name, "It holds integers where floating-point values belong."));

    /// <summary>The values, row-major, each finite.</summary>
    /// <exception cref="InvalidFileException">One is NaN or infinite.</exception>
    /// <exception cref="OnnxIntegersException">They are integers.</exception>
    public double[] Weights
    {
        get
        {
            int bad = Array.FindIndex(Floats, static v => !double.IsFinite(v));
            if (bad >= 0)
                throw fault.AtTensor(
                    "OnnxNonFiniteValue", Name, $"The value at index {bad} is {(double.IsNaN(Floats[bad]) ? "NaN" : "infinite")}.",
                    "Export the network again from sound weights.");
            return Floats;
        }
    }

    /// <summary>
    /// The values, row-major, each finite, of a constant that is no weight: masks are infinite where they hide something.
    /// </summary>
    /// <exception cref="OnnxNotAnalysedException">One is infinite.</exception>
    /// <exception cref="InvalidFileException">One is NaN.</exception>
    /// <exception cref="OnnxIntegersException">They are integers.</exception>
    public double[] Operands => Array.Exists(Floats, double.IsInfinity) && !Array.Exists(Floats, double.IsNaN)
        ? throw new OnnxNotAnalysedException($"The tensor {OnnxFault.Quote(Name)} has infinite values.")
        : Weights;

    /// <summary>The values, row-major, as integers.</summary>
    /// <exception cref="InvalidFileException">They are floating-point values.</exception>
    public long[] Integers =>
        integers ?? throw fault.AtTensor("OnnxUnsupportedDataType", Name, "It holds floating-point values where integers belong.");
}
