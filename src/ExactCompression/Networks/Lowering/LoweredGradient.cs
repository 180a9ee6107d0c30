using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Plain gradients over a lowered graph in double, one pre-activation at a time.</summary>
internal static class LoweredGradient
{
    /// <summary>The gradient of a pre-activation, below which there is no smooth function, by the network's input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element of the layer.</param>
    /// <param name="isOn">Whether a rectifier below passes its gradient on: number of its layer, and element.</param>
    public static double[] ByInput(LoweredGraph graph, int number, int element, Func<int, int, bool> isOn)
    {
        int target = graph.ValueOf(number);
        var gradients = new double[]?[target + 1];
        var row = new SparseRow();
        Add(target, element, 1);
        for (int value = target - 1; value >= 1; value--)
        {
            if (gradients[value] is not { } gradient)
                continue;
            int below = graph.NumberOf(value);
            for (int i = 0; i < gradient.Length; i++)
            {
                if (gradient[i] != 0 && (below == 0 || isOn(below, i)))
                    Add(value, i, gradient[i]);
            }

            gradients[value] = null;
        }

        return gradients[0] ?? new double[graph.Input.Count];

        void Add(int value, int at, double factor)
        {
            foreach (LinearTerm term in graph.Layers[value - 1].Terms)
            {
                double[] below = gradients[term.Source] ??= new double[graph.ShapeOf(term.Source).Count];
                term.Map.ReadRow(at, row);
                for (int k = 0; k < row.Count; k++)
                    below[row.Columns[k]] += factor * row.Weights[k];
            }
        }
    }
}
