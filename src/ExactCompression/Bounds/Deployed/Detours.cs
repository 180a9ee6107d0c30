using ExactCompression.Networks;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How far results on the way to a node's value can be from it in size: factors may be applied before or after sums, one by one or joined,
/// so that what underflows is multiplied by a large number later, or what overflows by a small one. For each element of the node.
/// </summary>
/// <param name="Lost">How much larger what underflow loses is in the value; at least 1.</param>
/// <param name="Largest">How much larger than the value's terms a result on the way can be; at least 1.</param>
internal readonly record struct Detours(double[] Lost, double[] Largest)
{
    /// <summary>The detours of a node.</summary>
    /// <param name="network">The network.</param>
    /// <param name="n">0-based node.</param>
    /// <param name="canFold">Whether factors of nodes behind it may be folded into it, or into the product before it.</param>
    /// <param name="width">Number of its elements.</param>
    public static Detours Of(NodewiseGraph network, int n, bool canFold, int width)
    {
        GraphNode node = network.Nodes.Nodes[n];
        var detours = new Detours(AffineMap.Filled(width, 1), AffineMap.Filled(width, 1));
        switch (node.Operator)
        {
            case DenseOperator dense:
                detours.Times(Math.Max(1, Math.Abs(dense.Alpha)) * Math.Max(1, Math.Abs(dense.Beta)), Math.Max(1, 1 / Math.Abs(dense.Alpha)));
                break;
            case AveragePoolOperator pool:
                detours.Times(pool.Geometry.Taps, pool.Geometry.Taps);
                break;
            case ReductionOperator:
                int count = network.Nodes.ShapeOf(node.Inputs[0]).Elements / Math.Max(1, node.Shape.Elements);
                detours.Times(Math.Max(1, count), 1);
                break;
            case ScaleShiftOperator scale:
                double[] roots = Expand(scale, Roots(scale.Part), width), terms = Expand(scale, Terms(scale.Part), width);
                for (int i = 0; i < width; i++)
                {
                    detours.Lost[i] = (1 + (1 / roots[i])) * (1 + terms[i]);
                    detours.Largest[i] = Math.Max(1, roots[i]);
                }

                break;
            default:
                break;
        }

        if (canFold)
            detours.Fold(network.Nodes, network.Nodes.ValueOf(n));
        return detours;
    }

    private void Times(double lost, double largest)
    {
        Array.Fill(Lost, lost);
        Array.Fill(Largest, largest);
    }

    /// <summary>Factors behind a value that may be joined with those before it; one that is 0 ends a row.</summary>
    private void Fold(NetworkGraph graph, int value)
    {
        double[] products = AffineMap.Filled(Lost.Length, 1), before = [.. Lost];
        while (graph.IsReadOnce(value))
        {
            int reader = graph.Readers[value][0];
            if (graph.Nodes[reader].Operator is ScaleShiftOperator scale)
            {
                double[] factors = Expand(scale, scale.Map().Weights, products.Length);
                double[] roots = Expand(scale, Roots(scale.Part), products.Length);
                for (int i = 0; i < products.Length; i++)
                {
                    products[i] *= Math.Abs(factors[i]);
                    if (products[i] == 0)
                        continue;
                    Lost[i] += before[i] * (1 + (1 / roots[i])) / products[i];
                    Largest[i] = Math.Max(Largest[i], products[i] * Math.Max(1, roots[i]));
                }
            }
            else if (graph.Nodes[reader].Operator is not SumOperator)
            {
                return;
            }

            value = graph.ValueOf(reader);
        }
    }

    /// <summary>What a normalisation divides by last.</summary>
    private static double[] Roots(AffinePart part) => part.Kind == AffinePartKind.BatchNormalization
        ? Array.ConvertAll(part.Values[3], variance => Math.Sqrt(variance + part.Epsilon)) : AffineMap.Filled(part.Outputs, 1);

    /// <summary>What is added before and after the factor.</summary>
    private static double[] Terms(AffinePart part) => part.Kind switch
    {
        AffinePartKind.BatchNormalization => [.. part.Values[1].Zip(part.Values[2], static (t, m) => Math.Abs(t) + Math.Abs(m))],
        AffinePartKind.Elementwise => Array.ConvertAll(part.Values[1], Math.Abs),
        _ => new double[part.Outputs],
    };

    private static double[] Expand(ScaleShiftOperator scale, double[] entries, int width) =>
        scale.PerChannel ? MapShapes.PerElement(entries, width) : entries;
}
