using ExactCompression.Tests.Oracles;

namespace ExactCompression.Tests.Gpu;

/// <summary>Small random networks with float32 weights, and points for them.</summary>
internal static class TestNetworks
{
    /// <summary>A network of given widths, input first, output last.</summary>
    public static ReluNetwork Random(int seed, params int[] widths)
    {
        var random = new Random(seed);
        var layers = new List<AffineLayer>();
        for (int l = 1; l < widths.Length; l++)
        {
            double scale = 2 / Math.Sqrt(widths[l - 1]);
            layers.Add(new(
                Values(random, widths[l] * widths[l - 1], scale),
                Values(random, widths[l], 0.5),
                widths[l],
                widths[l - 1],
                l == widths.Length - 1 ? Activation.Identity : Activation.Relu));
        }

        return new(layers, $"random {seed}");
    }

    /// <summary>A graph of convolutions, residual sums, poolings and units of every kind.</summary>
    public static ReluNetwork Graph(int seed)
    {
        var random = new Random(seed);
        return SmallGraphs.Next(random, () => (float)(random.NextDouble() - 0.5));
    }

    /// <summary>A network of one hidden layer with given weights and no bias.</summary>
    public static ReluNetwork SingleLayer(double[,] weights)
    {
        int outputs = weights.GetLength(0), inputs = weights.GetLength(1);
        AffineLayer hidden = new([.. weights.Cast<double>()], new double[outputs], outputs, inputs, Activation.Relu);
        AffineLayer last = new(new double[outputs], [0], 1, outputs, Activation.Identity);
        return new([hidden, last]);
    }

    /// <summary>Points in and a little around the box from -1 to 2, row after row.</summary>
    public static float[] Points(int seed, int count, int inputs)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * inputs).Select(_ => (random.NextSingle() * 3.4f) - 1.2f)];
    }

    private static double[] Values(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (double)(float)(((random.NextDouble() * 2) - 1) * scale))];
}
