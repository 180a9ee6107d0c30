namespace ExactCompression.Compression;

/// <summary>Interval bounds of a network's outputs, the last activation applied.</summary>
internal static class OutputBounds
{
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
