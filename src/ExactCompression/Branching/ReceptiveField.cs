using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Branching;

/// <summary>
/// What one element of a layer depends on, as a graph of its own: of each layer below only the elements that count, with maps that are
/// matrices of their weights. Rectifiers that are off are left out. Trees of a neuron of a convolutional layer, which sees a small part of
/// the input, bound sub-problems many times faster in it.
/// </summary>
internal sealed class ReceptiveField : IDisposable
{
    private readonly float[] middle;
    private readonly int[] inputs;

    private ReceptiveField(LoweredLayer layer, RelaxedGraph below, int[][] kept)
    {
        inputs = kept[0];
        ReadOnlySpan<double> lower = below.Domain.Lower.Span, upper = below.Domain.Upper.Span;
        double[] low = new double[inputs.Length], high = new double[inputs.Length];
        for (int k = 0; k < inputs.Length; k++)
            (low[k], high[k]) = (lower[inputs[k]], upper[inputs[k]]);
        middle = new float[lower.Length];
        for (int i = 0; i < middle.Length; i++)
            middle[i] = (float)((0.5 * lower[i]) + (0.5 * upper[i]));

        // Layers of which nothing is kept are left out; the others keep their order.
        var places = new int[kept.Length];
        var layers = new List<LoweredLayer>();
        for (int value = 1; value < kept.Length; value++)
        {
            if (kept[value].Length == 0)
                continue;
            layers.Add(Restrict(LayerOf(layer, value, below), value, kept, places));
            places[value] = layers.Count;
        }

        Network = new(new InputDomain(low, high), new(MapShape.Vector(inputs.Length), layers, null), mayHaveEnvelopes: true);
        for (int value = 1; value <= below.Layers.Count; value++)
        {
            int[] elements = kept[value];
            LayerRelaxation known = below.Layers[value - 1];
            if (elements.Length > 0)
                Network.Add(Array.ConvertAll(elements, i => known.Lower[i]), Array.ConvertAll(elements, i => known.Upper[i]));
        }

        Bounds = new(layers[^1], Network);
    }

    /// <summary>Bounds for the element, the only one of its layer.</summary>
    public AlphaBetaCrown Bounds { get; }

    /// <summary>The layers below it.</summary>
    public RelaxedGraph Network { get; }

    /// <summary>Number of weights of the matrices.</summary>
    public long Weights => Network.Graph.Layers.Sum(static l => l.Terms.Sum(t => (long)t.Map.Input.Count * l.Width));

    /// <summary>Finds what an element depends on.</summary>
    /// <param name="layer">The element's layer.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="below">The layers below it.</param>
    /// <param name="most">The maximum number of weights to look at, and of the matrices.</param>
    /// <returns>The field, or null where it would have more weights.</returns>
    public static ReceptiveField? Of(LoweredLayer layer, int element, RelaxedGraph below, long most)
    {
        int last = below.Layers.Count + 1;
        var kept = new int[last + 1][];
        var marks = new bool[last + 1][];
        marks[last] = new bool[layer.Width];
        marks[last][element] = true;
        var row = new SparseRow();
        long weights = 0, entries = 0;
        for (int value = last; value >= 0; value--)
        {
            kept[value] = marks[value] is { } marked ? [.. Enumerable.Range(0, marked.Length).Where(i => marked[i])] : [];
            if (value == 0 || kept[value].Length == 0)
                continue;
            foreach (LinearTerm term in LayerOf(layer, value, below).Terms)
            {
                bool[] sources = marks[term.Source] ??= new bool[below.Graph.ShapeOf(term.Source).Count];
                LayerRelaxation? source = term.Source > 0 ? below.Layers[term.Source - 1] : null;
                foreach (int i in kept[value])
                {
                    term.Map.ReadRow(i, row);
                    entries += row.Count;
                    if (entries > most)
                        return null;
                    Mark(row, sources, source);
                    if (term.Map.Radius is not { } radius)
                        continue;
                    radius.ReadRow(i, row);
                    Mark(row, sources, source);
                }
            }
        }

        if (kept[0].Length == 0)
            kept[0] = [0]; // nothing but constants counts, and a graph has an input
        for (int value = 1; value <= last; value++)
        {
            foreach (LinearTerm term in LayerOf(layer, value, below).Terms)
                weights += (long)kept[value].Length * kept[term.Source].Length;
        }

        return weights <= most ? new(layer, below, kept) : null;
    }

    /// <summary>A point of the whole input; what the element does not depend on is in the middle of its range.</summary>
    /// <param name="point">A point of the field's input.</param>
    public float[] Widen(float[] point)
    {
        float[] whole = [.. middle];
        for (int k = 0; k < inputs.Length; k++)
            whole[inputs[k]] = point[k];
        return whole;
    }

    /// <summary>The same in double.</summary>
    /// <param name="point">A point of the field's input.</param>
    public double[] Widen(double[] point)
    {
        double[] whole = Array.ConvertAll(middle, static v => (double)v);
        for (int k = 0; k < inputs.Length; k++)
            whole[inputs[k]] = point[k];
        return whole;
    }

    /// <inheritdoc/>
    public void Dispose() => Network.Dispose();

    private static void Mark(SparseRow row, bool[] sources, LayerRelaxation? source)
    {
        for (int k = 0; k < row.Count; k++)
        {
            int column = row.Columns[k];
            if (row.Weights[k] != 0 && !(source is { Layer.IsRectifier: true } && source.Upper[column] <= 0))
                sources[column] = true;
        }
    }

    /// <summary>The layer that gives a value: one of those below the element's, or that.</summary>
    private static LoweredLayer LayerOf(LoweredLayer layer, int value, RelaxedGraph below) =>
        value > below.Layers.Count ? layer : below.Layers[value - 1].Layer;

    /// <summary>A layer with the elements that are kept alone.</summary>
    private static LoweredLayer Restrict(LoweredLayer layer, int value, int[][] kept, int[] places)
    {
        int[] rows = kept[value];
        MapShape shape = MapShape.Vector(rows.Length);
        var terms = new List<LinearTerm>();
        foreach (LinearTerm term in layer.Terms)
        {
            int[] columns = kept[term.Source];
            if (columns.Length > 0)
                terms.Add(new(places[term.Source], new DenseMap(
                    Matrix(term.Map, rows, columns), shape, MapShape.Vector(columns.Length),
                    term.Map.Radius is { } radius ? Matrix(radius, rows, columns) : default)));
        }

        if (terms.Count == 0)
            terms.Add(new(0, new DenseMap(new double[rows.Length * kept[0].Length], shape, MapShape.Vector(kept[0].Length))));
        return new(
            layer.Name, shape, terms, Pick(layer.Bias.Span, rows), layer.BiasRadius.IsEmpty ? default : Pick(layer.BiasRadius.Span, rows),
            layer.Unit, layer.Layer);
    }

    private static double[] Matrix(ILinearMap map, int[] rows, int[] columns)
    {
        var places = new Dictionary<int, int>();
        for (int k = 0; k < columns.Length; k++)
            places.Add(columns[k], k);
        var matrix = new double[rows.Length * columns.Length];
        var row = new SparseRow();
        for (int r = 0; r < rows.Length; r++)
        {
            map.ReadRow(rows[r], row);
            for (int k = 0; k < row.Count; k++)
            {
                if (places.TryGetValue(row.Columns[k], out int column))
                    matrix[(r * columns.Length) + column] = row.Weights[k];
            }
        }

        return matrix;
    }

    private static double[] Pick(ReadOnlySpan<double> numbers, int[] elements)
    {
        var picked = new double[elements.Length];
        for (int k = 0; k < elements.Length; k++)
            picked[k] = numbers[elements[k]];
        return picked;
    }
}
