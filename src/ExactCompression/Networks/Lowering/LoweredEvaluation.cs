using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Plain evaluation of a lowered graph in double, without error bounds, one input at a time.</summary>
internal static class LoweredEvaluation
{
    /// <summary>The network's outputs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The network's input.</param>
    /// <param name="name">The network's name.</param>
    /// <returns>All outputs, one after another.</returns>
    /// <exception cref="InvalidInputException">The outputs depend on opaque nodes.</exception>
    public static double[] Outputs(LoweredGraph graph, ReadOnlySpan<double> input, string name = "network")
    {
        IReadOnlyList<int> outputs = graph.RequireOutputs(name);
        double[][] values = Values(graph, input);
        return [.. outputs.SelectMany(value => values[value])];
    }

    /// <summary>Every value: the input, and what each layer gives.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The network's input.</param>
    public static double[][] Values(LoweredGraph graph, ReadOnlySpan<double> input)
    {
        var values = new double[graph.Layers.Count + 1][];
        values[0] = input.ToArray();
        var row = new SparseRow();
        for (int l = 0; l < graph.Layers.Count; l++)
        {
            LoweredLayer layer = graph.Layers[l];
            double[] z = layer.Bias.ToArray();
            foreach (LinearTerm term in layer.Terms)
            {
                double[] source = values[term.Source];
                for (int i = 0; i < z.Length; i++)
                {
                    term.Map.ReadRow(i, row);
                    for (int k = 0; k < row.Count; k++)
                        z[i] += row.Weights[k] * source[row.Columns[k]];
                }
            }

            values[l + 1] = layer.IsRectifier ? Array.ConvertAll(z, static v => Math.Max(0, v)) : z;
        }

        return values;
    }
}
