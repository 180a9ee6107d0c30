using ExactCompression.Tests.Compression;
using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Certificates.Pairs;

/// <summary>Two small networks that have something to do with each other, or nothing.</summary>
internal sealed record PairCase(ReluNetwork First, ReluNetwork Second, double[] Lower, double[] Upper)
{
    /// <summary>The domain.</summary>
    public InputDomain Domain => new(Lower, Upper);

    /// <summary>A network, and another one made of it or apart from it.</summary>
    /// <param name="one">The network, with its box.</param>
    /// <param name="other">What another one is taken from.</param>
    /// <param name="kind">How.</param>
    public static PairCase? Of(RandomNetworks.Case one, RandomNetworks.Case other, int kind)
    {
        ReluNetwork? second = kind switch
        {
            0 => one.Network,
            1 => Moved(one.Network, 1e-3),
            2 => Moved(one.Network, 0.25),
            3 => Rectified(one.Network),
            4 => Deeper(one.Network),
            5 => Radii(one.Network),
            _ => other.Network.InputSize == one.Network.InputSize && other.Network.OutputSize == one.Network.OutputSize
                ? other.Network : null,
        };
        return second is null ? null : new(one.Network, second, one.Lower, one.Upper);
    }

    /// <summary>The largest difference at corners and points between them, without rounding.</summary>
    public Rational Seen() => Points().Select(p => ExactDifference.At(First, Second, p)).Aggregate(Rational.Max);

    /// <summary>Corners of the box, and points between them.</summary>
    public IEnumerable<double[]> Points()
    {
        var random = new Random(Lower.Length);
        for (int p = 0; p < 40; p++)
            yield return [.. Lower.Zip(Upper, Between)];
        double Between(double a, double b) =>
            Math.Clamp(random.Next(3) switch { 0 => a, 1 => b, _ => a + (random.NextDouble() * (b - a)) }, a, b);
    }

    private static ReluNetwork Moved(ReluNetwork network, double share) => Changed(network, layer => new(
        [.. layer.Weights.ToArray().Select((w, k) => k % 3 == 0 ? w * (1 + share) : w)], layer.Bias.ToArray(), layer.Outputs, layer.Inputs,
        layer.Activation, WeightPrecision.Float64));

    private static ReluNetwork Radii(ReluNetwork network) => Changed(network, static layer => new(
        layer.Weights.ToArray(), layer.Bias.ToArray(), layer.Outputs, layer.Inputs, layer.Activation, WeightPrecision.Float64,
        [.. layer.Weights.ToArray().Select(static w => Math.Abs(w) * 1e-9)], [.. layer.Bias.ToArray().Select(static _ => 1e-9)]));

    private static ReluNetwork Rectified(ReluNetwork network) => new(
        [.. network.DenseLayers.SkipLast(1), new(
            network.DenseLayers[^1].Weights.ToArray(), network.DenseLayers[^1].Bias.ToArray(), network.OutputSize,
            network.DenseLayers[^1].Inputs, Activation.Relu, WeightPrecision.Float64)]);

    /// <summary>The same function with one layer more: <c>x = relu(x) - relu(-x)</c> at its outputs.</summary>
    private static ReluNetwork Deeper(ReluNetwork network)
    {
        AffineLayer last = network.DenseLayers[^1];
        double[] weights = [.. last.Weights.ToArray(), .. last.Weights.ToArray().Select(static w => -w)],
            bias = [.. last.Bias.ToArray(), .. last.Bias.ToArray().Select(static b => -b)],
            end = new double[2 * last.Outputs * last.Outputs];
        for (int o = 0; o < last.Outputs; o++)
            (end[(2 * o * last.Outputs) + o], end[(2 * o * last.Outputs) + last.Outputs + o]) = (1, -1);
        return new(
            [.. network.DenseLayers.SkipLast(1),
                new(weights, bias, 2 * last.Outputs, last.Inputs, Activation.Relu, WeightPrecision.Float64),
                new(end, new double[last.Outputs], last.Outputs, 2 * last.Outputs, Activation.Identity, WeightPrecision.Float64)]);
    }

    private static ReluNetwork Changed(ReluNetwork network, Func<AffineLayer, AffineLayer> change) =>
        new([.. network.DenseLayers.Select(change)]);
}
