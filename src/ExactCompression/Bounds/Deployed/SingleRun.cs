using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// A network computed in float32, node by node: the arithmetic that <see cref="DeployedError"/> bounds, for checks and for differences that
/// are there. Plain code, one input at a time.
/// </summary>
internal sealed class SingleRun
{
    private readonly LoweredGraph graph;
    private readonly IReadOnlyList<LayerCharge?> charges;
    private readonly bool[] isRounded;
    private readonly SparseRow row = new();
    private readonly List<(float Weight, float Value)> terms = [];

    /// <summary>Prepares a network.</summary>
    /// <param name="network">The network, node by node.</param>
    /// <exception cref="NotSupportedException">A node's rounding is not specified, such as that of a Sigmoid.</exception>
    public SingleRun(NodewiseGraph network)
    {
        (graph, charges) = (network.Graph, NodeCharges.Of(network));
        isRounded = [.. charges.Select(static c => c is not null)];
        for (int n = 0; n < network.Nodes.Nodes.Count; n++)
        {
            // The sums of a mean are charged for its quotients, too.
            if (network.Nodes.Nodes[n].Operator is AveragePoolOperator or ReductionOperator)
                Array.Fill(isRounded, true, network.Ends[n], network.Ends[n + 1] - network.Ends[n]);
        }
    }

    /// <summary>Adds up products, none of which is 0.</summary>
    /// <param name="terms">The factors.</param>
    /// <param name="layer">0-based layer.</param>
    /// <param name="element">0-based element of it.</param>
    public delegate float Sums(Span<(float Weight, float Value)> terms, int layer, int element);

    /// <summary>Adds up products one after another, each of them and each sum rounded.</summary>
    /// <param name="terms">The factors.</param>
    /// <param name="layer">0-based layer.</param>
    /// <param name="element">0-based element of it.</param>
    public static float InOrder(Span<(float Weight, float Value)> terms, int layer, int element)
    {
        float sum = 0;
        foreach ((float weight, float value) in terms)
            sum += weight * value;
        return sum;
    }

    /// <summary>All values: the input, and what each layer gives.</summary>
    /// <param name="input">Numbers that are float32.</param>
    /// <param name="sums">Adds up products.</param>
    public double[][] Values(ReadOnlySpan<double> input, Sums sums)
    {
        var values = new double[graph.Layers.Count + 1][];
        values[0] = input.ToArray();
        for (int l = 0; l < graph.Layers.Count; l++)
        {
            LoweredLayer layer = graph.Layers[l];
            double[] result = values[l + 1] = new double[layer.Width];
            for (int i = 0; i < result.Length; i++)
            {
                double z = isRounded[l] ? Rounded(layer, values, l, i, sums) : Selected(layer, values, i);
                result[i] = layer.IsRectifier ? Math.Max(0, z) : z;
            }
        }

        return values;
    }

    /// <summary>The outputs, before any softmax.</summary>
    /// <param name="input">Numbers that are float32.</param>
    /// <param name="sums">Adds up products.</param>
    public double[] Outputs(ReadOnlySpan<double> input, Sums sums)
    {
        double[][] values = Values(input, sums);
        return [.. graph.Scores!.SelectMany(value => values[value])];
    }

    /// <summary>An element that a runtime selects or has already: sums of floats here are exact, or nearly.</summary>
    private double Selected(LoweredLayer layer, double[][] values, int i)
    {
        double sum = layer.Bias.Span[i];
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(i, row);
            for (int j = 0; j < row.Count; j++)
                sum += row.Weights[j] * values[term.Source][row.Columns[j]];
        }

        return sum;
    }

    private double Rounded(LoweredLayer layer, double[][] values, int l, int i, Sums sums)
    {
        if (charges[l] is { IsFirstAlone: true })
        {
            // a z + (1 - a) max(0, z) is a z or z
            double z = values[layer.Terms[0].Source][i], positive = values[layer.Terms[1].Source][i];
            layer.Terms[0].Map.ReadRow(i, row);
            return positive > 0 ? z : (float)row.Weights[0] * (float)z;
        }

        terms.Clear();
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(i, row);
            for (int j = 0; j < row.Count; j++)
            {
                var (weight, value) = ((float)row.Weights[j], (float)values[term.Source][row.Columns[j]]);
                if (weight != 0 && value != 0)
                    terms.Add((weight, value));
            }
        }

        if (layer.Bias.Span[i] != 0)
            terms.Add((1, (float)layer.Bias.Span[i]));
        return sums(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(terms), l, i);
    }
}
