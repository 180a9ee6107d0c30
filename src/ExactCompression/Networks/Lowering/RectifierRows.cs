using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>
/// Pre-activations as affine functions of the network's input and of what rectifiers give: layers without rectifiers are substituted, in
/// double.
/// </summary>
/// <param name="graph">The graph, which is piecewise linear up to its rectifiers.</param>
internal sealed class RectifierRows(LoweredGraph graph)
{
    /// <summary>Reads the row of a rectifier.</summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element of the layer.</param>
    public RectifierRow Read(int number, int element)
    {
        LoweredLayer layer = graph.Rectifier(number);
        var row = new RectifierRow(isExact: layer.Terms.Count == 1 && layer.IsExact && !IsSubstituted(layer.Terms[0].Source));
        Add(graph.ValueOf(number), element, 1, row);
        return row;
    }

    /// <summary>Adds an element of a value, with a weight, to an affine function.</summary>
    /// <param name="source">The value: 0 for the input, else a layer's 1-based place.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="row">The function.</param>
    public void AddEntry(int source, int element, double weight, RectifierRow row)
    {
        if (weight == 0)
            return;
        if (IsSubstituted(source))
            Add(source, element, weight, row);
        else
            row.Add(graph.NumberOf(source), element, weight);
    }

    /// <summary>Adds an element of a layer before its unit to an affine function.</summary>
    /// <param name="value">The layer's 1-based place.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="row">The function.</param>
    public void AddRow(int value, int element, RectifierRow row) => Add(value, element, 1, row);

    private bool IsSubstituted(int value)
    {
        if (value == 0 || graph.Layers[value - 1].IsRectifier)
            return false;
        return graph.Layers[value - 1].IsLinear
            ? true
            : throw new InvalidOperationException($"{graph.Layers[value - 1]} gives no affine function of what it takes.");
    }

    private void Add(int value, int element, double factor, RectifierRow row)
    {
        LoweredLayer layer = graph.Layers[value - 1];
        row.Bias += factor * layer.Bias.Span[element];
        var entries = new SparseRow();
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(element, entries);
            for (int k = 0; k < entries.Count; k++)
                AddEntry(term.Source, entries.Columns[k], factor * entries.Weights[k], row);
        }
    }
}

/// <summary>A pre-activation as an affine function of the input and of what rectifiers give.</summary>
/// <param name="isExact">Whether it is that of one layer, with its weights as stored.</param>
internal sealed class RectifierRow(bool isExact)
{
    private readonly Dictionary<(int Number, int Element), int> places = [];
    private readonly List<(int Number, int Element, double Weight)> entries = [];

    /// <summary>Whether it is that of one layer, whose weights are exact: nothing was substituted, so nothing was rounded.</summary>
    public bool IsExact => isExact;

    /// <summary>The constant.</summary>
    public double Bias { get; set; }

    /// <summary>
    /// The weights: of an element of the input, where the number is 0, or of what the rectifiers of a 1-based layer give.
    /// </summary>
    public IReadOnlyList<(int Number, int Element, double Weight)> Entries => entries;

    /// <summary>Adds a weight.</summary>
    /// <param name="number">Number of the layer with rectifiers; 0 for the input.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="weight">The weight.</param>
    public void Add(int number, int element, double weight)
    {
        if (!isExact && places.TryGetValue((number, element), out int at))
        {
            entries[at] = (number, element, entries[at].Weight + weight);
            return;
        }

        if (!isExact)
            places.Add((number, element), entries.Count);
        entries.Add((number, element, weight));
    }
}
