using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>The numbers of a convolution or a matrix, which are laid out alike: a row for each output.</summary>
internal static class FilterWeights
{
    /// <summary>The weights, a row for each output.</summary>
    /// <param name="op">The operator.</param>
    public static double[] WeightsOf(Operator op) =>
        op is ConvolutionOperator convolution ? convolution.Filters : ((DenseOperator)op).Weights;

    /// <summary>A bias for each output.</summary>
    /// <param name="op">The operator.</param>
    public static double[] BiasOf(Operator op) => op is ConvolutionOperator convolution ? convolution.Bias : ((DenseOperator)op).Bias;
}
