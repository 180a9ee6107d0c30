using System.Numerics.Tensors;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Branching;

/// <summary>The layers of a lowered graph up to some rectifiers, evaluated at single points in exact arithmetic.</summary>
internal sealed class ExactForward
{
    private readonly LoweredGraph graph;
    private readonly ForwardOrder order;
    private readonly int[] numbers;
    private readonly int last;
    private readonly SparseRow row = new();

    private ExactForward(LoweredGraph graph, int last)
    {
        (this.graph, this.last) = (graph, last);
        order = new(graph, Enumerable.Range(1, last).Select(graph.ValueOf));
        numbers = new int[graph.Layers.Count + 1];
        for (int number = 1; number <= last; number++)
            numbers[graph.ValueOf(number)] = number;
    }

    /// <summary>Products in one evaluation, at most.</summary>
    public long Products => order.Values.Sum(v => graph.Layers[v - 1].Width * graph.Layers[v - 1].Terms.Sum(static t => (long)t.Map.FanIn));

    /// <summary>The layers up to some rectifiers, or null where their weights are known only up to a radius.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="last">The last layer with rectifiers to take, 1-based among these.</param>
    public static ExactForward? Of(LoweredGraph graph, int last)
    {
        var forward = new ExactForward(graph, last);
        return forward.order.Values.All(v => graph.Layers[v - 1].IsExact) ? forward : null;
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
            if (numbers[value] > 0)
                all[numbers[value] - 1] = z;
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
        int target = graph.ValueOf(number);
        var on = new bool[target][];
        var values = new double[target][];
        values[0] = point;
        foreach (int value in order.Values.TakeWhile(v => v < target))
        {
            LoweredLayer layer = graph.Layers[value - 1];
            double[] z = [.. Enumerable.Range(0, layer.Width).Select(i => PreActivation(layer, i, values))];
            on[value] = Array.ConvertAll(z, v => !layer.IsRectifier || v >= 0);
            values[value] = layer.IsRectifier ? Array.ConvertAll(z, static v => Math.Max(0, v)) : z;
        }

        var gradients = new double[target + 1][];
        Add(target, element, 1, gradients);
        foreach (int value in order.Values.Reverse().Where(v => v < target && gradients[v] is not null))
        {
            for (int i = 0; i < gradients[value].Length; i++)
            {
                if (on[value][i] && gradients[value][i] != 0)
                    Add(value, i, gradients[value][i], gradients);
            }
        }

        return gradients[0] ?? new double[point.Length];
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

    private double PreActivation(LoweredLayer layer, int element, double[][] values)
    {
        double z = layer.Bias.Span[element];
        foreach (LinearTerm term in layer.Terms)
        {
            if (term.Map is DenseMap dense)
            {
                z += TensorPrimitives.Dot(dense.Row(element), values[term.Source]);
                continue;
            }

            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
                z += row.Weights[k] * values[term.Source][row.Columns[k]];
        }

        return z;
    }

    private void Add(int value, int element, double factor, double[][] gradients)
    {
        foreach (LinearTerm term in graph.Layers[value - 1].Terms)
        {
            double[] below = gradients[term.Source] ??= new double[graph.ShapeOf(term.Source).Count];
            if (term.Map is DenseMap dense)
            {
                TensorPrimitives.MultiplyAdd(dense.Row(element), factor, below, below);
                continue;
            }

            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
                below[row.Columns[k]] += factor * row.Weights[k];
        }
    }
}
