using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>
/// Intervals of a lowered graph's values over a box, without a charge for rounding: an estimate of their sizes that proves nothing.
/// </summary>
internal sealed class ApproximateRanges
{
    private readonly LoweredGraph graph;
    private readonly double[][] lower;
    private readonly double[][] upper;

    /// <summary>Begins with the input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="domain">The box.</param>
    public ApproximateRanges(LoweredGraph graph, InputDomain domain)
    {
        this.graph = graph;
        lower = new double[graph.Layers.Count + 1][];
        upper = new double[graph.Layers.Count + 1][];
        (lower[0], upper[0]) = (domain.Lower.ToArray(), domain.Upper.ToArray());
    }

    /// <summary>Bounds the next layer: all that it takes is bounded already.</summary>
    /// <param name="value">The value that the layer gives.</param>
    /// <returns>The largest magnitude of one of its pre-activations.</returns>
    public double Add(int value)
    {
        LoweredLayer layer = graph.Layers[value - 1];
        double[] low = layer.Bias.ToArray(), high = layer.Bias.ToArray();
        var row = new SparseRow();
        foreach (LinearTerm term in layer.Terms)
        {
            double[] from = lower[term.Source], to = upper[term.Source];
            for (int i = 0; i < low.Length; i++)
            {
                if (term.Map is DenseMap dense)
                {
                    Add(dense.Row(i), [], from, to, ref low[i], ref high[i]);
                    continue;
                }

                term.Map.ReadRow(i, row);
                Add(row.Weights, row.Columns, from, to, ref low[i], ref high[i]);
            }
        }

        double largest = 0;
        for (int i = 0; i < low.Length; i++)
        {
            largest = Math.Max(largest, Math.Max(Math.Abs(low[i]), Math.Abs(high[i])));
            if (layer.IsRectifier)
                (low[i], high[i]) = (Math.Max(0, low[i]), Math.Max(0, high[i]));
        }

        layer.Smooth?.Apply<double>(low);
        layer.Smooth?.Apply<double>(high);

        (lower[value], upper[value]) = (low, high);
        return largest;
    }

    /// <summary>Forgets a value that no layer reads any more.</summary>
    /// <param name="value">The value.</param>
    public void Forget(int value) => lower[value] = upper[value] = [];

    private static void Add(
        ReadOnlySpan<double> weights, ReadOnlySpan<int> columns, double[] from, double[] to, ref double low, ref double high)
    {
        (double least, double most) = (low, high);
        for (int k = 0; k < weights.Length; k++)
        {
            double w = weights[k];
            if (w == 0)
                continue;
            int j = columns.IsEmpty ? k : columns[k];
            (double atLower, double atUpper) = (w * from[j], w * to[j]);
            least += w > 0 ? atLower : atUpper;
            most += w > 0 ? atUpper : atLower;
        }

        (low, high) = (least, most);
    }
}
