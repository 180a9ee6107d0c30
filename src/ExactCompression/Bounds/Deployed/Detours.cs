using ExactCompression.Networks;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// How far results on the way to a node's value can be from it in size: factors may be applied before or after sums, one by one or joined,
/// so that what underflows is multiplied by a large number later, or what overflows by a small one. For each element of the node.
/// </summary>
/// <param name="Lost">How much larger what underflow loses is in the value; at least 1.</param>
/// <param name="Largest">How much larger than the value's terms a result on the way can be; at least 1.</param>
/// <param name="Steepest">How much larger than a value that the node takes a result on the way can be; at least 1.</param>
internal readonly record struct Detours(double[] Lost, double[] Largest, double[] Steepest)
{
    /// <summary>The detours of a node.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="n">0-based node.</param>
    /// <param name="behind">The factors behind it that may be folded into it, or into the product before it; null for none.</param>
    /// <param name="width">Number of its elements.</param>
    public static Detours Of(NetworkGraph graph, int n, FoldedFactors? behind, int width)
    {
        GraphNode node = graph.Nodes[n];
        var detours = new Detours(AffineMap.Filled(width, 1), AffineMap.Filled(width, 1), AffineMap.Filled(width, 1));
        switch (node.Operator)
        {
            case DenseOperator dense:
                double alpha = Math.Abs(dense.Alpha);
                detours.Times(Math.Max(1, alpha) * Math.Max(1, Math.Abs(dense.Beta)), Math.Max(1, 1 / alpha));
                break;
            case AveragePoolOperator pool:
                detours.Times(pool.Geometry.Taps, pool.Geometry.Taps);
                break;
            case ReductionOperator:
                int count = graph.ShapeOf(node.Inputs[0]).Elements / Math.Max(1, node.Shape.Elements);
                detours.Times(Math.Max(1, count), 1);
                break;
            case ScaleShiftOperator scale:
                double[] terms = FoldedFactors.Expand(scale, Terms(scale.Part), width);
                Array.Copy(FoldedFactors.Expand(scale, FoldedFactors.Steps(scale.Part), width), detours.Steepest, width);
                for (int i = 0; i < width; i++)
                    detours.Lost[i] = detours.Steepest[i] * (1 + terms[i]);
                break;
            default:
                break;
        }

        for (int i = 0; i < width && behind is not null; i++)
        {
            detours.Lost[i] *= 1 + behind.Lost[i];
            detours.Largest[i] = Math.Max(detours.Largest[i], behind.Largest[i]);
        }

        return detours;
    }

    private void Times(double lost, double largest)
    {
        Array.Fill(Lost, lost);
        Array.Fill(Largest, largest);
    }

    /// <summary>What is added before and after the factor.</summary>
    private static double[] Terms(AffinePart part) => part.Kind switch
    {
        AffinePartKind.BatchNormalization => [.. part.Values[1].Zip(part.Values[2], static (t, m) => Math.Abs(t) + Math.Abs(m))],
        AffinePartKind.Elementwise => Array.ConvertAll(part.Values[1], Math.Abs),
        _ => new double[part.Outputs],
    };
}
