using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// A layer of a <see cref="RegionNetwork"/>: the rows of the elements that targets depend on, sparse, over all elements of the network.
/// </summary>
internal sealed class RegionLayer
{
    private readonly int[] starts;
    private readonly int[] columns;
    private readonly double[] weights;

    /// <summary>Reads the rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="value">The value that it gives.</param>
    /// <param name="number">Its number among the layers with rectifiers; 0 where it has none.</param>
    /// <param name="first">Place of its first element among all elements.</param>
    /// <param name="phases">The phase of each element.</param>
    /// <param name="placeOf">Place of the first element of each value.</param>
    /// <param name="isZero">Whether an element, by its place, gives 0 on all of the box.</param>
    public RegionLayer(
        LoweredLayer layer, int value, int number, int first, RegionPhase[] phases, int[] placeOf, Func<int, bool> isZero)
    {
        (Value, Number, First, Phases, Bias) = (value, number, first, phases, layer.Bias);
        starts = new int[layer.Width + 1];
        List<int> allColumns = [];
        List<double> allWeights = [];
        var row = new SparseRow();
        for (int i = 0; i < layer.Width; i++)
        {
            if (phases[i] != RegionPhase.Unread)
            {
                foreach (LinearTerm term in layer.Terms)
                {
                    term.Map.ReadRow(i, row);
                    for (int k = 0; k < row.Count; k++)
                    {
                        int column = placeOf[term.Source] + row.Columns[k];
                        if (row.Weights[k] == 0 || isZero(column))
                            continue;
                        allColumns.Add(column);
                        allWeights.Add(row.Weights[k]);
                    }
                }
            }

            starts[i + 1] = allColumns.Count;
            LongestRow = Math.Max(LongestRow, starts[i + 1] - starts[i]);
        }

        (columns, weights) = ([.. allColumns], [.. allWeights]);
    }

    /// <summary>The value that it gives.</summary>
    public int Value { get; }

    /// <summary>Its 1-based number among the layers with rectifiers; 0 where it has none.</summary>
    public int Number { get; }

    /// <summary>Place of its first element among all elements.</summary>
    public int First { get; }

    /// <summary>The phase of each element. Elements become unread when no open target depends on them any more.</summary>
    public RegionPhase[] Phases { get; }

    /// <summary>The biases.</summary>
    public ReadOnlyMemory<double> Bias { get; }

    /// <summary>Number of elements.</summary>
    public int Width => Phases.Length;

    /// <summary>Whether it gives <c>max(0, z)</c>.</summary>
    public bool IsRectifier => Number > 0;

    /// <summary>The most entries of a row.</summary>
    public int LongestRow { get; }

    /// <summary>The entries of all rows.</summary>
    public int Entries => columns.Length;

    /// <summary>The elements, by their places, that an element takes.</summary>
    /// <param name="element">0-based element of the layer.</param>
    public ReadOnlySpan<int> ColumnsOf(int element) => columns.AsSpan(starts[element]..starts[element + 1]);

    /// <summary>The weights of what an element takes.</summary>
    /// <param name="element">0-based element of the layer.</param>
    public ReadOnlySpan<double> WeightsOf(int element) => weights.AsSpan(starts[element]..starts[element + 1]);
}

/// <summary>What is known of an element on the whole box.</summary>
internal enum RegionPhase : byte
{
    /// <summary>No open target depends on it, or it gives 0 everywhere.</summary>
    Unread,

    /// <summary>It gives its pre-activation everywhere.</summary>
    On,

    /// <summary>A rectifier that may be on or off.</summary>
    Open,
}
