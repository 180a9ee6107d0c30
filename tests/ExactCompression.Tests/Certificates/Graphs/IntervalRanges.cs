using ExactCompression.Certificates.Checking;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Bounds of the values of a graph by interval arithmetic, and by what a search has proven.</summary>
internal static class IntervalRanges
{
    /// <summary>Bounds of all values.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="box">The domain.</param>
    /// <param name="table">What is proven of its neurons; null for nothing.</param>
    public static CheckedBounds Of(CheckedGraph graph, InputBox box, StabilityTable? table = null)
    {
        double[][] lower = new double[graph.Values.Count][], upper = new double[graph.Values.Count][];
        ILookup<int, NeuronStability>? known = table?.Neurons.Where(static n => n.IsProven).ToLookup(
            n => ((RectifiedValue)graph.Values[graph.Rectifiers[graph.Layers[n.Layer - 1]]]).Source);
        for (int v = 0; v < lower.Length; v++)
        {
            (lower[v], upper[v]) = graph.Values[v] switch
            {
                InputValue => (box.Lower, box.Upper),
                RectifiedValue rectified => (Rectified(lower[rectified.Source]), Rectified(upper[rectified.Source])),
                OpaqueValue smooth => (Filled(smooth.Size, smooth.Meaning == "Tanh" ? -1 : 0), Filled(smooth.Size, 1)),
                AffineValue affine => (Sums(affine, lower, upper, 1), Array.ConvertAll(Sums(affine, upper, lower, -1), static s => -s)),
                _ => throw new NotSupportedException(graph.Values[v].Name),
            };
            foreach (NeuronStability neuron in known?[v] ?? [])
            {
                lower[v][neuron.Neuron] = Math.Max(lower[v][neuron.Neuron], neuron.LowerBound);
                upper[v][neuron.Neuron] = Math.Min(upper[v][neuron.Neuron], neuron.UpperBound);
                if (neuron.State == NeuronState.StablyActive)
                    lower[v][neuron.Neuron] = Math.Max(0, lower[v][neuron.Neuron]);
                if (neuron.State == NeuronState.StablyInactive)
                    upper[v][neuron.Neuron] = Math.Min(0, upper[v][neuron.Neuron]);
            }
        }

        return new(lower, upper);
    }

    private static double[] Rectified(double[] ends) => Array.ConvertAll(ends, static z => Math.Max(0, z));

    private static double[] Filled(int size, double number)
    {
        var filled = new double[size];
        Array.Fill(filled, number);
        return filled;
    }

    /// <summary>The least sums, or for sign -1 the negatives of the largest.</summary>
    private static double[] Sums(AffineValue affine, double[][] near, double[][] far, int sign)
    {
        var sums = new double[affine.Size];
        var row = new MapRow();
        for (int i = 0; i < sums.Length; i++)
        {
            double sum = sign * affine.Bias[i], size = 0, radius = affine.BiasRadius?[i] ?? 0;
            bool any = radius != 0;
            foreach (CheckedTerm term in affine.Terms)
            {
                row.Read(term.Map, i, new());
                for (int k = 0; k < row.Count; k++)
                {
                    int column = row.Columns[k];
                    double w = row.Weights[k], x = (w > 0 ? near : far)[term.Source][column];
                    sum += sign * w * x;
                    size += Math.Abs(w * x);
                    any |= row.Radii[k] != 0 || x != 0; // products may underflow
                    radius += row.Radii[k] * Math.Max(Math.Abs(near[term.Source][column]), Math.Abs(far[term.Source][column]));
                }
            }

            double error = !any ? 0 : (1e-12 * (size + Math.Abs(affine.Bias[i]))) + (radius * 1.001) + 1e-300;
            sums[i] = sum - error;
        }

        return sums;
    }
}
