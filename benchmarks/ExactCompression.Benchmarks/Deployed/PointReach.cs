using ExactCompression.Bounds.Deployed;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Benchmarks;

/// <summary>What roundings can do to an output of a network at one point.</summary>
/// <param name="Derivatives">For each layer, the derivative of the output by its pre-activations.</param>
/// <param name="Error">The largest error that roundings can give the output there, to first order, in any order of summation.</param>
/// <param name="Gradient">The derivative of <paramref name="Error"/> by the input, as long as no sign changes.</param>
internal sealed record PointReach(double[][] Derivatives, double Error, double[] Gradient)
{
    /// <summary>Follows an output down.</summary>
    /// <param name="graph">The network, node by node.</param>
    /// <param name="charges">How often each of its layers rounds.</param>
    /// <param name="values">Its values at the point.</param>
    /// <param name="value">The output's value.</param>
    /// <param name="element">Its element.</param>
    public static PointReach Of(
        LoweredGraph graph, IReadOnlyList<LayerCharge?> charges, double[][] values, int value, int element)
    {
        double[][] derivatives = [.. values.Select(static v => new double[v.Length])];
        double[][] gradients = [.. values.Select(static v => new double[v.Length])];
        derivatives[value][element] = 1;
        double error = 0;
        var row = new SparseRow();
        var terms = new List<(int Source, int Column, double Weight, double Sign)>();
        for (int l = graph.Layers.Count - 1; l >= 0; l--)
        {
            LoweredLayer layer = graph.Layers[l];
            for (int i = 0; i < layer.Width; i++)
            {
                if (layer.IsRectifier && values[l + 1][i] <= 0)
                    derivatives[l + 1][i] = gradients[l + 1][i] = 0;
                double slope = derivatives[l + 1][i], gradient = gradients[l + 1][i];
                if (slope == 0 && gradient == 0)
                    continue;
                double z = layer.Bias.Span[i], size = Math.Abs(z);
                int count = z == 0 ? 0 : 1;
                terms.Clear();
                foreach (LinearTerm term in layer.Terms)
                {
                    term.Map.ReadRow(i, row);
                    for (int j = 0; j < row.Count; j++)
                    {
                        double product = row.Weights[j] * values[term.Source][row.Columns[j]];
                        derivatives[term.Source][row.Columns[j]] += slope * row.Weights[j];
                        (size, z, count) = (size + Math.Abs(product), z + product, count + (product == 0 ? 0 : 1));
                        terms.Add((term.Source, row.Columns[j], row.Weights[j], Math.Sign(product)));
                    }
                }

                (double ofSums, double ofTerms) = (0, 0);
                if (charges[l] is { } charge)
                {
                    ofTerms = Math.Abs(slope) * SingleArithmetic.Unit;
                    ofSums = charge.IsSum ? ofTerms * (count - 1) / 2 : 0;
                    error += (ofSums * (size + Math.Abs(z))) + (ofTerms * size);
                }

                foreach ((int source, int column, double weight, double sign) in terms)
                {
                    gradients[source][column] +=
                        weight * (gradient + (ofSums * (sign + Math.Sign(z))) + (ofTerms * sign));
                }
            }
        }

        return new(derivatives[1..], error, gradients[0]);
    }
}
