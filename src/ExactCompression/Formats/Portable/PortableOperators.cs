using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>The kinds of operators in the portable form; their numbers are part of it.</summary>
internal enum PortableOperator : byte
{
    Dense,
    Convolution,
    ScaleShift,
    Sum,
    Reduction,
    MaxPool,
    AveragePool,
    Reshape,
    Select,
    Transpose,
    Concat,
    Constant,
    Relu,
    LeakyRelu,
    Clip,
    HardSigmoid,
    Extremum,
    Opaque,
    Smooth,
}

/// <summary>Which kind an operator is of.</summary>
internal static class PortableOperators
{
    /// <summary>The kind of an operator.</summary>
    /// <param name="op">The operator.</param>
    /// <exception cref="ArgumentException">It has no portable form.</exception>
    public static PortableOperator Of(Operator op) => op switch
    {
        DenseOperator => PortableOperator.Dense,
        ConvolutionOperator => PortableOperator.Convolution,
        ScaleShiftOperator => PortableOperator.ScaleShift,
        SumOperator => PortableOperator.Sum,
        ReductionOperator => PortableOperator.Reduction,
        MaxPoolOperator => PortableOperator.MaxPool,
        AveragePoolOperator => PortableOperator.AveragePool,
        ReshapeOperator => PortableOperator.Reshape,
        SelectOperator => PortableOperator.Select,
        TransposeOperator => PortableOperator.Transpose,
        ConcatOperator => PortableOperator.Concat,
        ConstantOperator => PortableOperator.Constant,
        ReluOperator => PortableOperator.Relu,
        LeakyReluOperator => PortableOperator.LeakyRelu,
        ClipOperator => PortableOperator.Clip,
        HardSigmoidOperator => PortableOperator.HardSigmoid,
        ExtremumOperator => PortableOperator.Extremum,
        OpaqueOperator => PortableOperator.Opaque,
        SmoothOperator => PortableOperator.Smooth,
        _ => throw new ArgumentException($"{op.Name} has no portable form.", nameof(op)),
    };
}
