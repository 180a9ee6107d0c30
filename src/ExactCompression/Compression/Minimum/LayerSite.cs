using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// A layer of ReLU neurons that could be replaced by itself: it is one matrix or convolution of one value, and all that becomes of it is
/// sums by other matrices and convolutions, its readers. Between it and them there may be linear operations that keep its channels apart.
/// </summary>
internal sealed class LayerSite
{
    /// <summary>Readers with more products than this are not looked at.</summary>
    private const long MostProducts = 1L << 27;

    private readonly LoweredGraph graph;
    private readonly HashSet<int> passing;
    private readonly IReadOnlyList<(int Value, LinearTerm Term)> readers;

    private LayerSite(LoweredGraph graph, int number, HashSet<int> passing, IReadOnlyList<(int Value, LinearTerm Term)> readers)
    {
        (this.graph, Number, this.passing, this.readers) = (graph, number, passing, readers);
        Value = graph.ValueOf(number);
        Below = [.. new ForwardOrder(graph, Value).Values.Where(v => v != Value && graph.NumberOf(v) > 0).Select(graph.NumberOf)];
    }

    /// <summary>The layer, 1-based among those with rectifiers.</summary>
    public int Number { get; }

    /// <summary>The value that it gives.</summary>
    public int Value { get; }

    /// <summary>The layer.</summary>
    public LoweredLayer Layer => graph.Layers[Value - 1];

    /// <summary>The layers with rectifiers that it depends on, 1-based among these.</summary>
    public IReadOnlyList<int> Below { get; }

    /// <summary>Its map.</summary>
    public ILinearMap Map => Layer.Terms[0].Map;

    /// <summary>The value that it takes.</summary>
    public int Source => Layer.Terms[0].Source;

    /// <summary>Positions of a channel; 1 in a dense layer, where each neuron is a channel.</summary>
    public int Plane => Map is ConvolutionMap ? Map.Output.Plane : 1;

    /// <summary>Number of channels.</summary>
    public int Channels => Layer.Width / Plane;

    /// <summary>The site of a layer, or null where it has another form, or weights that are not exact.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    public static LayerSite? Of(LoweredGraph graph, int number)
    {
        int value = graph.ValueOf(number);
        bool isExact = new ForwardOrder(graph, value).Values.All(v => graph.Layers[v - 1] is { IsExact: true, Smooth: null });
        if (!isExact || graph.Layers[value - 1].Terms is not [{ Map: DenseMap or ConvolutionMap { Groups: 1 } }])
            return null;
        var passing = new HashSet<int> { value };
        var readers = new List<(int Value, LinearTerm Term)>();
        long products = 0;
        for (int v = value + 1; v <= graph.Layers.Count; v++)
        {
            LoweredLayer layer = graph.Layers[v - 1];
            foreach (LinearTerm term in layer.Terms.Where(term => passing.Contains(term.Source)))
            {
                if (!layer.IsExact)
                    return null;
                if (term.Map is DenseMap or ConvolutionMap { Groups: 1 })
                {
                    readers.Add((v, term));
                    products += (long)layer.Width * term.Map.FanIn;
                }
                else if (layer.IsLinear)
                {
                    passing.Add(v);
                }
                else
                {
                    return null; // a maximum, or a sum that is rectified channel by channel
                }
            }
        }

        bool isOutput = graph.Outputs is null || graph.Outputs.Any(passing.Contains);
        return isOutput || readers.Count == 0 || products > MostProducts ? null : new(graph, number, passing, readers);
    }

    /// <summary>
    /// What the readers take of the layer, row by row: the elements and the residues of the weights that they have in the sum. Together
    /// these rows are all that anything after the layer knows of it.
    /// </summary>
    public IEnumerable<IReadOnlyList<(int Element, ulong Weight)>> ReaderRows()
    {
        var row = new Dictionary<int, ulong>();
        foreach ((int value, LinearTerm term) in readers)
        {
            for (int i = 0; i < graph.Layers[value - 1].Width; i++)
            {
                row.Clear();
                Expand(term, i, 1, row);
                yield return [.. row.Select(static entry => (entry.Key, entry.Value))];
            }
        }
    }

    /// <summary>
    /// The elements of the layers below that a neuron of any filter at a position can depend on: by the layer's geometry, whatever its
    /// weights, and by the weights of what is below.
    /// </summary>
    /// <param name="position">0-based position.</param>
    /// <returns>For each value below, its elements; null for a value that none depends on.</returns>
    public bool[]?[] Cone(int position)
    {
        var reached = new bool[]?[Value + 1];
        Mark(Value, position, isOwn: true);
        for (int value = Value - 1; value >= 1; value--)
        {
            if (reached[value] is not { } elements)
                continue;
            for (int i = 0; i < elements.Length; i++)
            {
                if (elements[i])
                    Mark(value, i, isOwn: false);
            }
        }

        return reached;

        void Mark(int value, int element, bool isOwn)
        {
            var row = new SparseRow();
            foreach (LinearTerm term in graph.Layers[value - 1].Terms)
            {
                bool[] below = reached[term.Source] ??= new bool[graph.ShapeOf(term.Source).Count];
                term.Map.ReadRow(element, row);
                for (int k = 0; k < row.Count; k++)
                    below[row.Columns[k]] |= isOwn || row.Weights[k] != 0;
            }
        }
    }

    private void Expand(LinearTerm term, int element, ulong factor, Dictionary<int, ulong> into)
    {
        var row = new SparseRow();
        term.Map.ReadRow(element, row);
        for (int k = 0; k < row.Count; k++)
        {
            if (row.Weights[k] == 0)
                continue;
            ulong weight = PrimeField.Multiply(factor, PrimeField.Of(row.Weights[k]));
            int column = row.Columns[k];
            if (term.Source == Value)
            {
                into[column] = PrimeField.Add(into.GetValueOrDefault(column), weight);
                continue;
            }

            foreach (LinearTerm below in graph.Layers[term.Source - 1].Terms.Where(below => passing.Contains(below.Source)))
                Expand(below, column, weight, into);
        }
    }
}
