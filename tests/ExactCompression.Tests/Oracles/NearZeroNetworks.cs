using System.Numerics;
using Xunit;

namespace ExactCompression.Tests.Oracles;

/// <summary>Networks with a neuron whose exact maximum is barely below 0, or barely above.</summary>
internal static class NearZeroNetworks
{
    /// <summary>
    /// A network like another, whose last hidden layer but one has a first neuron with another bias: its exact maximum is close to 0.
    /// </summary>
    /// <param name="c">The network and its box.</param>
    /// <param name="isBelow">Whether the maximum is below 0, else above.</param>
    /// <returns>The layers, and the neuron's layer; null where that is the first, or its range is too much work.</returns>
    public static (AffineLayer[] Layers, int Layer)? Of(RandomNetworks.Case c, bool isBelow)
    {
        int last = c.Network.Depth - 1;
        if (last < 2 || ExactRanges.Of(c.Network, c.Lower, c.Upper) is not { } ranges)
            return null;
        AffineLayer layer = c.Network.DenseLayers[last - 1];
        double[] bias = layer.Bias.ToArray();
        ExactRanges.Range range = ranges[last - 1][0];
        double margin = 1e-6 + (1e-4 * Approximate(range.Max.Value - range.Min.Value));
        bias[0] += (isBelow ? -margin : margin) - Approximate(range.Max.Value);
        Rational most = range.Max.Value + bias[0] - layer.Bias.Span[0];
        Assert.Equal(isBelow, most.Sign <= 0);
        AffineLayer[] layers = [.. c.Network.DenseLayers];
        layers[last - 1] = new(
            layer.Weights.ToArray(), bias, layer.Outputs, layer.Inputs, Activation.Relu, WeightPrecision.Float64);
        return (layers, last);
    }

    private static double Approximate(Rational value)
    {
        const int Places = 60;
        (BigInteger numerator, BigInteger denominator) = value.Parts;
        return Math.ScaleB((double)((numerator << Places) / denominator), -Places);
    }
}
