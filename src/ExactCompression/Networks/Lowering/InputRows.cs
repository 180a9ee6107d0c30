using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>Rectifiers below which there is no other: their pre-activations are affine functions of the network's input.</summary>
internal static class InputRows
{
    /// <summary>The layers of such rectifiers, 1-based among those with rectifiers. In a chain of dense layers it is the first.</summary>
    /// <param name="graph">The graph.</param>
    public static int[] Layers(LoweredGraph graph)
    {
        var isLinear = new bool[graph.Layers.Count + 1];
        var isBelow = new bool[isLinear.Length];
        isLinear[0] = true;
        for (int value = 1; value < isLinear.Length; value++)
        {
            isBelow[value] = graph.Layers[value - 1].Terms.All(t => isLinear[t.Source]);
            isLinear[value] = isBelow[value] && !graph.Layers[value - 1].IsRectifier;
        }

        return [.. Enumerable.Range(1, graph.Rectifiers).Where(number => isBelow[graph.ValueOf(number)])];
    }

    /// <summary>The weights of such a pre-activation over the input; rounded where there are layers without rectifiers below.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="number">One of <see cref="Layers"/>.</param>
    /// <param name="element">0-based element of the layer.</param>
    public static double[] Row(LoweredGraph graph, int number, int element)
    {
        int target = graph.ValueOf(number);
        var gradients = new double[]?[target + 1];
        var row = new SparseRow();
        Add(target, element, 1);
        for (int value = target - 1; value >= 1; value--)
        {
            if (gradients[value] is not { } gradient)
                continue;
            for (int i = 0; i < gradient.Length; i++)
            {
                if (gradient[i] != 0)
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
