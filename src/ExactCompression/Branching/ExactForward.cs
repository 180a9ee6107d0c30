using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Branching;

/// <summary>The layers of a lowered graph up to some rectifiers, evaluated at single points in exact arithmetic.</summary>
internal sealed class ExactForward
{
    private readonly LoweredGraph graph;
    private readonly ForwardOrder order;
    private readonly int last;
    private readonly SparseRow row = new();

    private ExactForward(LoweredGraph graph, int last)
    {
        (this.graph, this.last) = (graph, last);
        order = new(graph, Enumerable.Range(1, last).Select(graph.ValueOf));
    }

    /// <summary>Products in one evaluation, at most.</summary>
    public long Products => order.Values.Sum(v => graph.Layers[v - 1].Weights);

    /// <summary>
    /// The layers up to some rectifiers, or null where their weights are known only up to a radius, or where there are smooth functions:
    /// the digits of their values have no end.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="last">The last layer with rectifiers to take, 1-based among these.</param>
    public static ExactForward? Of(LoweredGraph graph, int last)
    {
        var forward = new ExactForward(graph, last);
        return forward.order.Values.All(v => graph.Layers[v - 1] is { IsExact: true, Smooth: null }) ? forward : null;
    }

    /// <summary>The exact pre-activations at a point: of each layer with rectifiers, of each of its elements.</summary>
    /// <param name="point">An input.</param>
    public Dyadic[][] PreActivations(double[] point)
    {
        var all = new Dyadic[last][];
        var values = new Dyadic[graph.Layers.Count + 1][];
        values[0] = [.. point.Select(static x => (Dyadic)x)];
        foreach (int value in order.Values)
        {
            LoweredLayer layer = graph.Layers[value - 1];
            Dyadic[] z = [.. Enumerable.Range(0, layer.Width).Select(i => PreActivation(layer, i, values))];
            if (graph.NumberOf(value) is > 0 and var number)
                all[number - 1] = z;
            values[value] = layer.IsRectifier ? Array.ConvertAll(z, static v => Dyadic.Max(v, 0.0)) : z;
        }

        return all;
    }

    /// <summary>The approximate gradient of a pre-activation at a point, in double.</summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element of the layer.</param>
    /// <param name="point">An input.</param>
    public double[] Gradient(int number, int element, double[] point)
    {
        double[][] z = LoweredEvaluation.PreActivations(graph, point, number - 1);
        return LoweredGradient.ByInput(graph, number, element, (below, i) => z[below - 1][i] >= 0);
    }

    private Dyadic PreActivation(LoweredLayer layer, int element, Dyadic[][] values)
    {
        Dyadic z = layer.Bias.Span[element];
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
            {
                Dyadic a = values[term.Source][row.Columns[k]];
                if (row.Weights[k] != 0 && a.Sign != 0)
                    z += (Dyadic)row.Weights[k] * a;
            }
        }

        return z;
    }
}
