namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Runs points through a network with a bound on all rounding errors, and determines which signs of which neurons they show.
/// </summary>
/// <remarks>
/// With computed activations <c>a</c> that are within <c>e</c> of the true ones, the computed <c>z</c> is within <c>|W| (gamma |a| + e)</c>
/// and that of the true one, and the contribution of the radii of the weights. A ReLU changes by no more than its argument. A sign counts
/// if <c>|z|</c> exceeds its error. Adding the bias comes last, so that it errs by half a unit of <c>z</c> itself: that changes no sign,
/// and the next layer's <c>gamma |a|</c> has room for it.
/// </remarks>
internal static class PointCheck
{
    /// <summary>Signs of all hidden neurons.</summary>
    /// <param name="network">The network.</param>
    /// <param name="points">Points of its input.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>For each hidden layer, points by neurons: 1 or -1, or 0 if rounding obscures the sign.</returns>
    public static sbyte[][] Signs(ReluNetwork network, IReadOnlyList<double[]> points, CheckBudget budget)
    {
        CheckBudget.RequireNumbers("points", (long)points.Count * network.InputSize);
        foreach (AffineLayer layer in network.Layers)
            CheckBudget.RequireNumbers("points", (long)points.Count * layer.Outputs);
        var signs = new sbyte[network.Depth][];
        double[] a = [.. points.SelectMany(static p => p)], e = new double[a.Length];
        for (int l = 0; l < network.Depth; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
            double gamma = Outward.Gamma(layer.Inputs + 1);
            double[] spread = new double[a.Length], z = new double[points.Count * layer.Outputs], error = new double[z.Length];
            for (int i = 0; i < a.Length; i++)
                spread[i] = (gamma * Math.Abs(a[i])) + e[i] + Outward.Tiny;
            Products.Multiply(a, spread, layer, z, error, budget);
            signs[l] = new sbyte[z.Length];
            for (int at = 0; at < z.Length; at++)
            {
                int point = at / layer.Outputs, neuron = at % layer.Outputs;
                double bias = layer.Bias.Span[neuron];
                z[at] += bias;
                error[at] = ((error[at] + RadiusOf(layer, neuron, a, e, point)) * (1 + 1e-9)) + Outward.Tiny;
                if (!double.IsFinite(z[at]))
                    error[at] = double.PositiveInfinity; // the sum may have the wrong sign, and the ReLU would hide that
                signs[l][at] = (sbyte)(Math.Abs(z[at]) > error[at] ? Math.Sign(z[at]) : 0);
                z[at] = Math.Max(0, z[at]);
            }

            (a, e) = (z, error);
        }

        return signs;
    }

    private static double RadiusOf(AffineLayer layer, int neuron, double[] a, double[] e, int point)
    {
        if (layer.IsExact)
            return 0;
        double[] sizes = new double[layer.Inputs];
        for (int j = 0; j < sizes.Length; j++)
            sizes[j] = Math.Abs(a[(point * sizes.Length) + j]) + e[(point * sizes.Length) + j];
        return BoundedLayer.RadiusOf(layer, neuron, sizes);
    }
}
