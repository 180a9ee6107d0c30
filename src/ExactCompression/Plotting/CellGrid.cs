using System.Globalization;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Plotting;

/// <summary>
/// Where the cells of neurons lie: layers one below the other, each in rows of the same length; or, where a layer has rows and columns of
/// its own, with a map for each channel, side by side, below its number. Lengths are in pixels downwards, and in columns to the right.
/// </summary>
internal sealed class CellGrid
{
    private const double HeaderHeight = 24;
    private const double LayerGap = 8;
    private const double MaximalCell = 20;
    private const double MinimalCell = 2;
    private const double FullHeight = 720;
    private const double LabelledRow = 12;

    /// <summary>Rows of cells above a map, which part it from the one above and have its channel's number.</summary>
    private const int AboveMap = 2;

    private const double NarrowestNumber = 14;

    // Round numbers that are easy to count from.
    private static readonly int[] RowLengths = [10, 20, 50, 100, 200, 500, 1000];

    private readonly MapShape[] shapes;
    private readonly double[] tops;

    /// <summary>Chooses the row length: the shortest with which all fits on a page, so that cells are as large as can be.</summary>
    /// <param name="shapes">The shape of each layer.</param>
    /// <param name="width">Pixels for a row.</param>
    public CellGrid(IEnumerable<TensorShape> shapes, double width)
    {
        this.shapes = [.. shapes.Select(MapShapes.Of)];
        int widest = this.shapes.Max(static s => s.Count), map = this.shapes.Max(static s => s.Width);
        Columns = RowLengths[^1];
        foreach (int length in RowLengths)
        {
            double cell = width / length;
            if (length <= map)
                continue;
            if (cell <= MaximalCell * 2.5 && (length >= 50 || length >= widest) && Rows(length) * Math.Min(cell, MaximalCell) <= FullHeight
                || cell < MinimalCell * 2)
            {
                Columns = length;
                break;
            }
        }

        Cell = Math.Clamp(width / Columns, MinimalCell, MaximalCell);
        tops = new double[this.shapes.Length];
        double top = 0;
        for (int layer = 0; layer < tops.Length; layer++)
        {
            tops[layer] = top + HeaderHeight;
            top = tops[layer] + Rows(this.shapes[layer], Columns) * Cell + LayerGap;
        }

        Height = top;
    }

    /// <summary>Cells in a full row.</summary>
    public int Columns { get; }

    /// <summary>Height of a row.</summary>
    public double Cell { get; }

    /// <summary>Height of all.</summary>
    public double Height { get; }

    /// <summary>Whether a layer takes more than one row.</summary>
    public bool HasSeveralRows => Array.Exists(shapes, s => s.Count > Columns);

    /// <summary>Whether a layer has a map for each channel.</summary>
    public bool HasMaps => Array.Exists(shapes, static s => s.Plane > 1);

    /// <summary>Where a neuron's cell is.</summary>
    /// <param name="layer">0-based layer.</param>
    /// <param name="neuron">0-based neuron.</param>
    public (int Column, double Top) Place(int layer, int neuron)
    {
        MapShape shape = shapes[layer];
        if (shape.Plane == 1)
            return (neuron % Columns, tops[layer] + neuron / Columns * Cell);
        (int channel, int place) = Math.DivRem(neuron, shape.Plane);
        (int row, int column) = Math.DivRem(place, shape.Width);
        int across = Across(shape, Columns);
        int above = channel / across * (shape.Height + AboveMap) + AboveMap;
        return (channel % across * (shape.Width + 1) + column, tops[layer] + (above + row) * Cell);
    }

    /// <summary>
    /// The number of each channel, at the left end of its map and in the middle of the room above it; none of a layer without maps, or
    /// whose maps are too small.
    /// </summary>
    /// <param name="layer">0-based layer.</param>
    public IEnumerable<(double Column, double Middle, string Label)> ChannelNumbers(int layer)
    {
        MapShape shape = shapes[layer];
        if (shape.Plane == 1 || !HasNumbers(shape))
            yield break;
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            (int column, double top) = Place(layer, channel * shape.Plane);
            yield return (column, top - AboveMap * Cell / 2, Label(channel));
        }
    }

    /// <summary>The middle of the heading above a layer.</summary>
    public double HeaderMiddle(int layer) => tops[layer] - HeaderHeight / 2 + 2;

    /// <summary>The number of the first neuron of each row, or of the first channel of each row of maps, as far as there is room.</summary>
    public IEnumerable<(double Position, string Label)> RowTicks()
    {
        int step = Math.Max(1, (int)Math.Ceiling(LabelledRow / Cell));
        for (int layer = 0; layer < shapes.Length; layer++)
        {
            MapShape shape = shapes[layer];
            if (shape.Plane > 1 && HasNumbers(shape))
                continue;
            (int height, int count) = shape.Plane == 1 ? (step, step * Columns) : (shape.Height + AboveMap, Across(shape, Columns));
            for (int row = 0, first = 0; row < Rows(shape, Columns); row += height, first += count)
                yield return (tops[layer] + (row + (shape.Plane == 1 ? 0.5 : AboveMap + shape.Height / 2.0)) * Cell, Label(first));
        }
    }

    /// <summary>Numbers under the columns.</summary>
    public IEnumerable<(double Position, string Label)> ColumnTicks()
    {
        int step = Math.Max(1, Columns / 10);
        // No further than there are neurons.
        int widest = HasSeveralRows || HasMaps ? Columns : shapes.Max(static s => s.Count);
        for (int column = 0; column < widest; column += step)
            yield return (column + 0.5, Label(column));
    }

    private static string Label(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Maps side by side, with a gap of a cell between them.</summary>
    private static int Across(MapShape shape, int columns) => Math.Max(1, (columns + 1) / (shape.Width + 1));

    private static int Rows(MapShape shape, int columns)
    {
        if (shape.Plane == 1)
            return (shape.Count + columns - 1) / columns;
        int across = Across(shape, columns);
        return (shape.Channels + across - 1) / across * (shape.Height + AboveMap);
    }

    /// <summary>Whether numbers fit above maps. A column is as wide as the plot makes it, and at least a cell.</summary>
    private bool HasNumbers(MapShape shape) => AboveMap * Cell >= LabelledRow && shape.Width * Cell >= NarrowestNumber;

    private int Rows(int length) => shapes.Sum(shape => Rows(shape, length));
}
