using ExactCompression.Networks;

namespace ExactCompression.Bounds.Deployed;

/// <summary>
/// The factors of the nodes behind a value that may be joined with those before it, one after another; one that is 0 ends the row. For
/// each element of the value.
/// </summary>
/// <param name="Lost">What underflow of a joined factor loses in the value: the sum of its parts over their factors.</param>
/// <param name="Largest">The largest factor.</param>
internal sealed record FoldedFactors(double[] Lost, double[] Largest)
{
    /// <summary>The factors behind all values.</summary>
    /// <param name="graph">The network.</param>
    /// <returns>For each value; null where there are none.</returns>
    public static FoldedFactors?[] Of(NetworkGraph graph)
    {
        var behind = new FoldedFactors?[graph.Values];
        for (int value = graph.Values - 1; value >= graph.Inputs.Count; value--)
        {
            if (graph.Producer(value)!.Operator is not (DenseOperator or ConvolutionOperator or ScaleShiftOperator or SumOperator)
                || !graph.IsReadOnce(value))
                continue;
            int reader = graph.Readers[value][0];
            FoldedFactors? next = behind[graph.ValueOf(reader)];
            behind[value] = graph.Nodes[reader].Operator switch
            {
                ScaleShiftOperator scale => Before(scale, next, graph.ShapeOf(value).Elements),
                SumOperator => next,
                _ => null,
            };
        }

        return behind;
    }

    /// <summary>How much a normalisation enlarges what it multiplies and divides in one of several orders; at least 1.</summary>
    /// <param name="part">The normalisation, or other arithmetic.</param>
    public static double[] Steps(AffinePart part) => part.Kind == AffinePartKind.BatchNormalization
        ? [.. part.Values[0].Zip(part.Values[3], (scale, variance) => 1 + Math.Abs(scale) + (1 / Math.Sqrt(variance + part.Epsilon)))]
        : AffineMap.Filled(part.Outputs, 1);

    /// <summary>A number for each element.</summary>
    /// <param name="scale">The node.</param>
    /// <param name="entries">A number for each of its entries.</param>
    /// <param name="width">Number of elements.</param>
    public static double[] Expand(ScaleShiftOperator scale, double[] entries, int width) =>
        scale.PerChannel ? MapShapes.PerElement(entries, width) : entries;

    private static FoldedFactors Before(ScaleShiftOperator scale, FoldedFactors? next, int width)
    {
        double[] factors = Expand(scale, scale.Map().Weights, width), steps = Expand(scale, Steps(scale.Part), width);
        var behind = new FoldedFactors(new double[width], new double[width]);
        for (int i = 0; i < width; i++)
        {
            double factor = Math.Abs(factors[i]);
            behind.Lost[i] = factor == 0 ? 0 : (steps[i] + (next?.Lost[i] ?? 0)) / factor;
            behind.Largest[i] = Math.Max(steps[i], factor * (next?.Largest[i] ?? 1));
        }

        return behind;
    }
}
