using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Which rectifiers are on around a point, proven. The inputs with the same pattern are a convex set on which all pre-activations are
/// affine functions of the input: its cell.
/// </summary>
internal sealed class CellPattern
{
    private readonly LoweredGraph graph;
    private readonly sbyte[][] signs;
    private readonly SparseRow row = new();

    /// <summary>Makes a pattern of proven signs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="signs">The sign of each rectifier, over all layers; 0 where it is not proven.</param>
    public CellPattern(LoweredGraph graph, sbyte[] signs)
    {
        this.graph = graph;
        this.signs = new sbyte[graph.Rectifiers][];
        for (int number = 1, at = 0; number <= graph.Rectifiers; number++)
        {
            int width = graph.Rectifier(number).Width;
            this.signs[number - 1] = signs[at..(at + width)];
            at += width;
        }
    }

    /// <summary>Whether a rectifier passes on what it gets, around the point.</summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element.</param>
    public bool IsOn(int number, int element) => signs[number - 1][element] > 0;

    /// <summary>The proven sign of a rectifier's pre-activation, or 0.</summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element.</param>
    public int Sign(int number, int element) => signs[number - 1][element];

    /// <summary>
    /// Whether it is known of a rectifier what it does around the point: its sign is proven, or it is 0 there whatever the input, since all
    /// that it reads is.
    /// </summary>
    /// <param name="number">The layer, 1-based among those with rectifiers.</param>
    /// <param name="element">0-based element.</param>
    public bool IsKnown(int number, int element) =>
        signs[number - 1][element] != 0 || IsSumZero(graph.ValueOf(number), element);

    /// <summary>Whether what all rectifiers of some layers do is known.</summary>
    /// <param name="numbers">The layers, 1-based among those with rectifiers.</param>
    public bool IsKnown(IEnumerable<int> numbers) =>
        numbers.All(number => Enumerable.Range(0, signs[number - 1].Length).All(element => IsKnown(number, element)));

    private bool IsZero(int value, int element)
    {
        if (value == 0)
            return false;
        int number = graph.NumberOf(value);
        return number > 0
            ? signs[number - 1][element] < 0 || (signs[number - 1][element] == 0 && IsSumZero(value, element))
            : graph.Layers[value - 1].IsLinear && IsSumZero(value, element);
    }

    private bool IsSumZero(int value, int element)
    {
        LoweredLayer layer = graph.Layers[value - 1];
        if (!layer.IsExact || layer.Bias.Span[element] != 0)
            return false;
        var sources = new List<(int Source, int Element)>();
        foreach (LinearTerm term in layer.Terms)
        {
            term.Map.ReadRow(element, row);
            for (int k = 0; k < row.Count; k++)
            {
                if (row.Weights[k] != 0)
                    sources.Add((term.Source, row.Columns[k]));
            }
        }

        return sources.All(source => IsZero(source.Source, source.Element));
    }
}
