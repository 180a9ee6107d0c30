using ExactCompression.Stability;

namespace ExactCompression.Tests.Gpu;

/// <summary>What a witness session must compute, written straight from the definitions in double: the yardstick for every device.</summary>
internal sealed class PlainSearch(ReluNetwork network, double[] lower, double[] upper)
{
    private readonly List<double[]> momenta = [];

    /// <summary>The points; set them after a step to go on from a device's own.</summary>
    public List<double[]> Points { get; } = [];

    public void Load(float[] points, int count)
    {
        int inputs = network.InputSize;
        Points.Clear();
        momenta.Clear();
        for (int n = 0; n < count; n++)
        {
            Points.Add([.. Enumerable.Range(0, inputs).Select(k => Clip(points[(n * inputs) + k], k))]);
            momenta.Add(new double[inputs]);
        }
    }

    /// <summary>Pre-activations of all hidden layers at one point.</summary>
    public double[][] Forward(int point)
    {
        double[] a = Points[point];
        var z = new double[network.Depth][];
        for (int layer = 1; layer <= network.Depth; layer++)
        {
            AffineLayer map = network.HiddenLayer(layer);
            var next = new double[map.Outputs];
            for (int i = 0; i < next.Length; i++)
            {
                next[i] = map.Bias.Span[i];
                for (int j = 0; j < a.Length; j++)
                    next[i] += map.Row(i)[j] * a[j];
            }

            z[layer - 1] = next;
            a = Array.ConvertAll(next, static v => v < 0 ? 0 : v);
        }

        return z;
    }

    public NeuronExtremes Extremes(int layer, int neuron)
    {
        double minimum = double.PositiveInfinity, maximum = double.NegativeInfinity;
        int minimumPoint = -1, maximumPoint = -1;
        for (int n = 0; n < Points.Count; n++)
        {
            double z = Forward(n)[layer - 1][neuron];
            if (z < minimum)
                (minimum, minimumPoint) = (z, n);
            if (z > maximum)
                (maximum, maximumPoint) = (z, n);
        }

        return new((float)minimum, (float)maximum, minimumPoint, maximumPoint);
    }

    /// <summary>The gradient of one neuron's pre-activation at one point, by the product of Jacobians from the input up.</summary>
    public double[] Gradient(int layer, int neuron, int point)
    {
        double[][] z = Forward(point);
        double[] Row(int l, int i)
        {
            ReadOnlySpan<double> w = network.HiddenLayer(l).Row(i);
            if (l == 1)
                return w.ToArray();
            var sum = new double[network.InputSize];
            for (int j = 0; j < w.Length; j++)
            {
                if (z[l - 2][j] <= 0)
                    continue;
                double[] inner = jacobian[(l - 1, j)];
                for (int k = 0; k < sum.Length; k++)
                    sum[k] += w[j] * inner[k];
            }

            return sum;
        }

        for (int l = 1; l < layer; l++)
        {
            for (int i = 0; i < network.WidthOf(l); i++)
                jacobian[(l, i)] = Row(l, i);
        }

        return Row(layer, neuron);
    }

    /// <summary>One step; returns each point's momentum, whose sign decided the move.</summary>
    public IReadOnlyList<double[]> Ascend(int layer, int[] targets, float[] signs, double step, double decay)
    {
        for (int n = 0; n < Points.Count; n++)
        {
            double[] g = Gradient(layer, targets[n], n);
            double mean = g.Sum(Math.Abs) / g.Length;
            double[] moved = [.. Points[n]];
            for (int k = 0; k < g.Length; k++)
            {
                momenta[n][k] = (decay * momenta[n][k]) + (mean > 0 ? signs[n] * g[k] / mean : 0);
                moved[k] = Clip(moved[k] + (step * (upper[k] - lower[k]) * Math.Sign(momenta[n][k])), k);
            }

            Points[n] = moved;
        }

        return momenta;
    }

    /// <summary>Whether a rectifier below the layer is so near its kink at this point that float32 may see it on either side.</summary>
    public bool IsNearKink(int layer, int point) =>
        Forward(point).Take(layer - 1).Any(static z => z.Any(static v => Math.Abs(v) < 1e-4));

    private readonly Dictionary<(int Layer, int Neuron), double[]> jacobian = [];

    private double Clip(double x, int k) => x < lower[k] ? lower[k] : x > upper[k] ? upper[k] : x;
}
