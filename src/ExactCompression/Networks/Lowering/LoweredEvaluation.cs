using System.Numerics.Tensors;
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
        IReadOnlyList<int> scores = graph.RequireScores(name);
        double[][] values = Values(graph, input);
        double[][] outputs = [.. scores.Select(value => values[value].ToArray())];
        for (int k = 0; k < outputs.Length; k++)
            graph.Heads?[k]?.Apply<double>(outputs[k]);
        return [.. outputs.SelectMany(static output => output)];
    }

    /// <summary>Every value: the input, and what each layer gives.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The network's input.</param>
    public static double[][] Values(LoweredGraph graph, ReadOnlySpan<double> input)
    {
        var values = new double[graph.Layers.Count + 1][];
        Run(graph, input, values, graph.Layers.Count, static (_, _) => { });
        return values;
    }

    /// <summary>The pre-activations of the first layers with rectifiers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="input">The network's input.</param>
    /// <param name="last">The last of these layers, 1-based; 0 for none.</param>
    public static double[][] PreActivations(LoweredGraph graph, ReadOnlySpan<double> input, int last)
    {
        var found = new double[last][];
        Run(graph, input, new double[graph.Layers.Count + 1][], last == 0 ? 0 : graph.ValueOf(last), (number, z) =>
        {
            if (number > 0)
                found[number - 1] = z;
        });
        return found;
    }

    private static void Run(LoweredGraph graph, ReadOnlySpan<double> input, double[][] values, int last, Action<int, double[]> computed)
    {
        values[0] = input.ToArray();
        var row = new SparseRow();
        for (int l = 0; l < last; l++)
        {
            LoweredLayer layer = graph.Layers[l];
            double[] z = layer.Bias.ToArray();
            foreach (LinearTerm term in layer.Terms)
            {
                for (int i = 0; i < z.Length; i++)
                    z[i] += Product(term.Map, i, values[term.Source], row);
            }

            computed(graph.NumberOf(l + 1), z);
            values[l + 1] = layer.Smooth is { } smooth ? Array.ConvertAll(z, smooth.Value)
                : layer.IsRectifier ? Array.ConvertAll(z, static v => Math.Max(0, v)) : z;
        }
    }

    private static double Product(ILinearMap map, int element, double[] source, SparseRow row)
    {
        if (map is DenseMap dense)
            return TensorPrimitives.Dot(dense.Row(element), source);
        map.ReadRow(element, row);
        double sum = 0;
        for (int k = 0; k < row.Count; k++)
            sum += row.Weights[k] * source[row.Columns[k]];
        return sum;
    }
}
