using ExactCompression.Networks;
using ExactCompression.Witnesses;

namespace ExactCompression.Tests.Gpu;

/// <summary>What a witness session must compute, written straight from the definitions in double: the yardstick for every device.</summary>
internal sealed class PlainSearch(ReluNetwork network, double[] lower, double[] upper)
{
    private readonly List<double[]> momenta = [];

    private readonly LoweredGraph? graph = network.IsDense ? null : network.Lowered;

    /// <summary>By array, not by content: a moved point is a new array.</summary>
    private readonly Dictionary<double[], double[][]> known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The points; set them after a step to go on from a device's own.</summary>
    public List<double[]> Points { get; } = [];

    /// <summary>Number of layers with rectifiers.</summary>
    public int Depth => graph?.Rectifiers ?? network.Depth;

    public int WidthOf(int layer) => graph?.Rectifier(layer).Width ?? network.WidthOf(layer);

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
        if (known.TryGetValue(a, out double[][]? already))
            return already;
        if (graph is not null)
            return known[a] = LoweredEvaluation.PreActivations(graph, a, graph.Rectifiers);
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

        return known[Points[point]] = z;
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

    /// <summary>The gradient of one neuron's pre-activation at one point: the chain rule, from the neuron down.</summary>
    public double[] Gradient(int layer, int neuron, int point)
    {
        double[][] z = Forward(point);
        if (graph is not null)
            return LoweredGradient.ByInput(graph, layer, neuron, (number, i) => z[number - 1][i] > 0);
        double[] g = network.HiddenLayer(layer).Row(neuron).ToArray();
        for (int l = layer - 1; l >= 1; l--)
        {
            AffineLayer map = network.HiddenLayer(l);
            var next = new double[map.Inputs];
            for (int i = 0; i < g.Length; i++)
            {
                for (int k = 0; z[l - 1][i] > 0 && k < next.Length; k++)
                    next[k] += g[i] * map.Row(i)[k];
            }

            g = next;
        }

        return g;
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

    /// <summary>
    /// Whether a rectifier below the layer is so near its kink at this point that float32 may see it on either side; not where it is 0
    /// because all that it takes is 0, as the difference of two dead neurons.
    /// </summary>
    public bool IsNearKink(int layer, int point) =>
        Forward(point).Take(layer - 1).Any(static z => z.Any(static v => Math.Abs(v) is > 0 and < 1e-4));

    private double Clip(double x, int k) => x < lower[k] ? lower[k] : x > upper[k] ? upper[k] : x;
}
