using System.Globalization;

namespace ExactCompression.Plotting;

/// <summary>
/// Where the cells of neurons lie: layers one below the other, each in rows of the same length. Lengths are in pixels downwards, and in
/// columns to the right.
/// </summary>
internal sealed class CellGrid
{
    private const double HeaderHeight = 24;
    private const double LayerGap = 8;
    private const double MaximalCell = 20;
    private const double MinimalCell = 2;
    private const double FullHeight = 720;
    private const double LabelledRow = 12;

    // Round numbers that are easy to count from.
    private static readonly int[] RowLengths = [10, 20, 50, 100, 200, 500, 1000];

    private readonly int[] widths;
    private readonly double[] tops;

    /// <summary>Chooses the row length: the shortest with which all fits on a page, so that cells are as large as can be.</summary>
    /// <param name="widths">Neurons of each layer.</param>
    /// <param name="width">Pixels for a row.</param>
    public CellGrid(int[] widths, double width)
    {
        this.widths = widths;
        int widest = widths.Max();
        Columns = RowLengths[^1];
        foreach (int length in RowLengths)
        {
            double cell = width / length;
            if (cell <= MaximalCell * 2.5 && (length >= 50 || length >= widest) && Rows(length) * Math.Min(cell, MaximalCell) <= FullHeight
                || cell < MinimalCell * 2)
            {
                Columns = length;
                break;
            }
        }

        Cell = Math.Clamp(width / Columns, MinimalCell, MaximalCell);
        tops = new double[widths.Length];
        double top = 0;
        for (int layer = 0; layer < widths.Length; layer++)
        {
            tops[layer] = top + HeaderHeight;
            top = tops[layer] + RowsOf(layer) * Cell + LayerGap;
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
    public bool HasSeveralRows => widths.Any(w => w > Columns);

    /// <summary>Where a neuron's cell is.</summary>
    /// <param name="layer">0-based layer.</param>
    /// <param name="neuron">0-based neuron.</param>
    public (int Column, double Top) Place(int layer, int neuron) => (neuron % Columns, tops[layer] + neuron / Columns * Cell);

    /// <summary>The middle of the heading above a layer.</summary>
    public double HeaderMiddle(int layer) => tops[layer] - HeaderHeight / 2 + 2;

    /// <summary>The number of the first neuron of each row, as far as there is room.</summary>
    public IEnumerable<(double Position, string Label)> RowTicks()
    {
        int step = Math.Max(1, (int)Math.Ceiling(LabelledRow / Cell));
        for (int layer = 0; layer < widths.Length; layer++)
        {
            for (int row = 0; row < RowsOf(layer); row += step)
                yield return (tops[layer] + (row + 0.5) * Cell, (row * Columns).ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Numbers under the columns.</summary>
    public IEnumerable<(double Position, string Label)> ColumnTicks()
    {
        int step = Math.Max(1, Columns / 10);
        for (int column = 0; column < Columns; column += step)
            yield return (column + 0.5, column.ToString(CultureInfo.InvariantCulture));
    }

    private int RowsOf(int layer) => (widths[layer] + Columns - 1) / Columns;

    private int Rows(int length) => widths.Sum(w => (w + length - 1) / length);
}
