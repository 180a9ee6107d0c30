using ExactCompression.Bounds;
using ExactCompression.Networks;

namespace ExactCompression.Milp;

/// <summary>
/// The rectifiers of a relaxed graph with the index that <see cref="CrownSubproblem"/> gives them, over the units of all layers.
/// </summary>
internal sealed class RectifierBounds
{
    private readonly List<LayerRelaxation> rectifiers = [];
    private readonly List<int> offsets = [];

    /// <summary>Numbers the rectifiers that have bounds.</summary>
    /// <param name="network">The graph, with bounds of its layers.</param>
    public RectifierBounds(RelaxedGraph network)
    {
        Network = network;
        int units = 0;
        foreach (LayerRelaxation layer in network.Layers)
        {
            if (layer.Layer.IsRectifier)
            {
                rectifiers.Add(layer);
                offsets.Add(units);
            }

            units += layer.Layer.IsLinear ? 0 : layer.Layer.Width;
        }
    }

    /// <summary>The graph.</summary>
    public RelaxedGraph Network { get; }

    /// <summary>Number of layers with rectifiers that have bounds.</summary>
    public int Layers => rectifiers.Count;

    /// <summary>Whether all bounds are finite, and so small that they can be computed with.</summary>
    public bool CanHold => rectifiers.TrueForAll(static r => r.Lower.Concat(r.Upper).All(BigMEncoding.IsOrdinary));

    /// <summary>The index of a rectifier over all layers.</summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element of the layer.</param>
    public int IndexOf(int number, int element) => offsets[number - 1] + element;

    /// <summary>The layer, 1-based among those with rectifiers, and the element of an index.</summary>
    /// <param name="index">Index over all layers.</param>
    public (int Number, int Element) Place(int index)
    {
        int number = offsets.FindLastIndex(offset => offset <= index) + 1;
        return (number, index - offsets[number - 1]);
    }

    /// <summary>The function above a rectifier over what its layer takes; null where it has none.</summary>
    /// <param name="index">Index over all layers.</param>
    /// <param name="rows">Rows of the graph's rectifiers.</param>
    public RectifierRow? FunctionOf(int index, RectifierRows rows)
    {
        (int number, int element) = Place(index);
        LayerRelaxation layer = rectifiers[number - 1];
        if (layer.Envelope is not { } envelope || !envelope.Has[element])
            return null;
        var row = new RectifierRow(isExact: false) { Bias = envelope.Intercepts[element] };
        for (int k = 0; k < layer.Layer.Terms.Count; k++)
        {
            ReadOnlySpan<double> weights = envelope.Row(k, element);
            for (int j = 0; j < weights.Length; j++)
                rows.AddEntry(layer.Layer.Terms[k].Source, j, weights[j], row);
        }

        return row;
    }

    /// <summary>Proven lower bound of a rectifier's pre-activation.</summary>
    /// <param name="index">Index over all layers.</param>
    public double Lower(int index)
    {
        (int number, int element) = Place(index);
        return rectifiers[number - 1].Lower[element];
    }

    /// <summary>Proven upper bound of a rectifier's pre-activation.</summary>
    /// <param name="index">Index over all layers.</param>
    public double Upper(int index)
    {
        (int number, int element) = Place(index);
        return rectifiers[number - 1].Upper[element];
    }
}
