using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Whether operators are the same, number by number.</summary>
internal static class OperatorComparison
{
    /// <summary>Whether two operators compute the same from the same; what a file stores their numbers as does not count.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    public static bool AreSame(Operator a, Operator b) => (a, b) switch
    {
        (DenseOperator x, DenseOperator y) => x.Inputs == y.Inputs && Same(x.Weights, y.Weights) && Same(x.Bias, y.Bias)
            && Same(x.WeightRadius, y.WeightRadius) && Same(x.BiasRadius, y.BiasRadius),
        (ConvolutionOperator x, ConvolutionOperator y) => x.Geometry == y.Geometry && x.Groups == y.Groups && Same(x.Filters, y.Filters)
            && Same(x.Bias, y.Bias),
        (ScaleShiftOperator x, ScaleShiftOperator y) => x.PerChannel == y.PerChannel && x.Part.IsSame(y.Part),
        (ConstantOperator x, ConstantOperator y) => Same(x.Values, y.Values),
        (LeakyReluOperator x, LeakyReluOperator y) => x.Activation == y.Activation && Same(x.Slopes, y.Slopes),
        (SumOperator x, SumOperator y) => x.Signs.SequenceEqual(y.Signs),
        (ReductionOperator x, ReductionOperator y) => x.IsMean == y.IsMean && x.Axes.SequenceEqual(y.Axes),
        (SelectOperator x, SelectOperator y) => x.Indices.Count == y.Indices.Count
            && x.Indices.Zip(y.Indices).All(static pair => Same(pair.First, pair.Second)),
        (TransposeOperator x, TransposeOperator y) => x.Permutation.SequenceEqual(y.Permutation),
        (AveragePoolOperator x, AveragePoolOperator y) => x.Geometry == y.Geometry && Counted(x) == Counted(y),
        (OpaqueOperator x, OpaqueOperator y) => x.Name == y.Name && x.Reason == y.Reason && x.Softmax == y.Softmax,
        _ => a == b,
    };

    /// <summary>The padding that counts in means; null where none does.</summary>
    private static (int Bottom, int Right)? Counted(AveragePoolOperator pool)
    {
        ConvolutionShape geometry = pool.Geometry;
        return pool.CountsPadding && geometry.HasPadding
            ? (Math.Min(pool.Padded.Bottom, geometry.PadBottom), Math.Min(pool.Padded.Right, geometry.PadRight))
            : null;
    }

    private static bool Same<T>(T[]? a, T[]? b) => a is null || b is null ? a == b : a.AsSpan().SequenceEqual(b);
}
