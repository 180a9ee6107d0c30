namespace ExactCompression.Networks;

/// <summary>
/// Rectifiers below which there is no other, and no smooth function: their pre-activations are affine functions of the network's input.
/// </summary>
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
            isLinear[value] = isBelow[value] && graph.Layers[value - 1].IsLinear;
        }

        return [.. Enumerable.Range(1, graph.Rectifiers).Where(number => isBelow[graph.ValueOf(number)])];
    }

    /// <summary>The weights of such a pre-activation over the input; rounded where there are layers without rectifiers below.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="number">One of <see cref="Layers"/>.</param>
    /// <param name="element">0-based element of the layer.</param>
    public static double[] Row(LoweredGraph graph, int number, int element) =>
        LoweredGradient.ByInput(graph, number, element, static (_, _) => true);
}
