using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Milp.Models;

/// <summary>Ascends one element of a layer by projected gradient steps in double, from many points of the input box together.</summary>
internal sealed class PointAscent : IDisposable
{
    private readonly LoweredLayer[] layers;
    private readonly PackedLayer<double>[] packed;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly int element;
    private readonly int sign;

    /// <summary>Prepares for an element.</summary>
    /// <param name="network">The layers below.</param>
    /// <param name="layer">The layer of the element.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="above">Whether it is maximised; minimised otherwise.</param>
    public PointAscent(RelaxedGraph network, LoweredLayer layer, int element, bool above)
    {
        layers = [.. network.Layers.Select(static l => l.Layer), layer];
        packed = [.. layers.Select(static l => new PackedLayer<double>(l))];
        (lower, upper) = (network.Domain.Lower.ToArray(), network.Domain.Upper.ToArray());
        (this.element, sign) = (element, above ? 1 : -1);
    }

    /// <summary>The best value so far, with its sign.</summary>
    public double Best { get; private set; } = double.NegativeInfinity;

    /// <summary>Where it is.</summary>
    public double[] Point { get; private set; } = [];

    /// <summary>Moves from each of some points by steps that shrink geometrically, and keeps the best point on the way.</summary>
    /// <param name="starts">The points.</param>
    /// <param name="steps">The number of steps; 0 for looking at the points alone.</param>
    /// <param name="first">Length of the first step as a share of the box.</param>
    /// <param name="last">Length of the last.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public void Run(IReadOnlyList<double[]> starts, int steps, double first, double last, CancellationToken cancellation)
    {
        int rows = starts.Count, width = lower.Length;
        if (rows == 0)
            return;
        var x = new double[rows * width];
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < width; i++)
                x[(r * width) + i] = Math.Clamp(starts[r][i], lower[i], upper[i]);
        }

        double decay = Math.Pow(last / first, 1.0 / Math.Max(1, steps - 1)), length = first;
        for (int step = 0; step <= steps; step++, length *= decay)
        {
            cancellation.ThrowIfCancellationRequested();
            double[][] values = Forward(x, rows);
            double[] top = values[^1];
            for (int r = 0; r < rows; r++)
            {
                double value = sign * top[(r * layers[^1].Width) + element];
                if (value > Best)
                    (Best, Point) = (value, x.AsSpan(r * width, width).ToArray());
            }

            if (step == steps)
                return;
            double[] gradient = Backward(values, rows);
            for (int r = 0; r < rows; r++)
            {
                for (int i = 0; i < width; i++)
                {
                    int at = (r * width) + i;
                    x[at] = Math.Clamp(x[at] + (Math.Sign(gradient[at]) * length * (upper[i] - lower[i])), lower[i], upper[i]);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedLayer<double> layer in packed)
            layer.Dispose();
    }

    private double[][] Forward(double[] x, int rows)
    {
        var values = new double[layers.Length + 1][];
        values[0] = x;
        for (int l = 0; l < layers.Length; l++)
        {
            var z = new double[rows * layers[l].Width];
            for (int k = 0; k < layers[l].Terms.Count; k++)
                packed[l].Apply(k, values[layers[l].Terms[k].Source], rows, z);
            if (layers[l].IsRectifier && l < layers.Length - 1)
                Elementwise.Rectify(z);
            values[l + 1] = z;
        }

        return values;
    }

    private double[] Backward(double[][] values, int rows)
    {
        var gradients = new double[]?[values.Length];
        var top = new double[values[^1].Length];
        for (int r = 0; r < rows; r++)
            top[(r * layers[^1].Width) + element] = sign;
        gradients[^1] = top;
        for (int l = layers.Length - 1; l >= 0; l--)
        {
            if (gradients[l + 1] is not { } gradient)
                continue;
            if (layers[l].IsRectifier && l < layers.Length - 1)
            {
                for (int k = 0; k < gradient.Length; k++)
                {
                    if (!(values[l + 1][k] > 0))
                        gradient[k] = 0;
                }
            }

            for (int k = 0; k < layers[l].Terms.Count; k++)
            {
                int source = layers[l].Terms[k].Source;
                bool isFirst = gradients[source] is null;
                double[] below = gradients[source] ??= new double[values[source].Length];
                packed[l].ApplyTranspose(k, gradient, rows, below, add: !isFirst);
            }

            gradients[l + 1] = null;
        }

        return gradients[0] ?? new double[values[0].Length];
    }
}
