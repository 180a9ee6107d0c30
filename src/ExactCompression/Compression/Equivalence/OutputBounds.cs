using ExactCompression.Compression.Rewriting;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>Interval bounds of a network's outputs, the last activation applied.</summary>
internal static class OutputBounds
{
    /// <summary>
    /// The largest sum of magnitudes that an output is made from, <c>sum_j |W_ij| max |a_j| + |b_i|</c>; 0 where no bound is known.
    /// </summary>
    public static double Magnitude(ReluNetwork network, InputDomain domain)
    {
        AffineLayer output = network.DenseLayers[^1];
        Box inputs = network.Depth == 0
            ? PreActivationBounds.DomainBox(domain)
            : PreActivationBounds.Of(network, domain).Activations(network.Depth);
        double largest = Enumerable.Range(0, output.Outputs).Max(
            i => UpperBound.Add(UpperBound.MagnitudeDot(output.Row(i), inputs.Magnitude), Math.Abs(output.Bias.Span[i])));
        return double.IsFinite(largest) ? largest : 0;
    }

    /// <summary>Bounds over a domain; infinite where nothing is known.</summary>
    public static (double[] Lower, double[] Upper) Of(ReluNetwork network, InputDomain domain)
    {
        PreActivationBounds bounds = PreActivationBounds.Of(network, domain);
        double[] lower = bounds.Lower(network.Depth + 1), upper = bounds.Upper(network.Depth + 1);
        return network.Layers[^1].Activation == Activation.Relu
            ? (Array.ConvertAll(lower, static z => Math.Max(0, z)), Array.ConvertAll(upper, static z => Math.Max(0, z)))
            : (lower, upper);
    }
}
