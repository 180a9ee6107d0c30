using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ExactCompression.Numerics;

/// <summary>
/// Gaussian elimination with complete pivoting on some rows of a matrix, <c>P A Q = L U</c>, stopped when only rounding is left.
/// </summary>
internal sealed class RowElimination
{
    private readonly int[] pivotColumns;
    private readonly double[] lower;
    private readonly double[] upper;

    private RowElimination(int[] pivotRows, int[] pivotColumns, double[] lower, double[] upper)
    {
        PivotRows = pivotRows;
        this.pivotColumns = pivotColumns;
        this.lower = lower;
        this.upper = upper;
    }

    /// <summary>The independent rows, in the order in which they were taken.</summary>
    public int[] PivotRows { get; }

    /// <summary>Eliminates.</summary>
    /// <param name="matrix">Row-major; it is not changed.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="rows">Rows to look at.</param>
    /// <param name="tolerance">Entries up to this are taken for rounding.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static RowElimination Of(double[] matrix, int columns, int[] rows, double tolerance, CancellationToken cancellation)
    {
        int count = rows.Length;
        int most = Math.Min(count, columns);
        var work = new double[count * columns];
        var multipliers = new double[count * most];
        var largest = new double[count];
        for (int i = 0; i < count; i++)
        {
            matrix.AsSpan(rows[i] * columns, columns).CopyTo(work.AsSpan(i * columns));
            largest[i] = Largest(work.AsSpan(i * columns, columns));
        }

        // Rows that are left stand in `open`; a pivot's row keeps what it was at its turn, which is its row of U.
        List<int> open = [.. Enumerable.Range(0, count)];
        var pivots = new List<int>();
        var pivotColumns = new List<int>();
        while (pivots.Count < most)
        {
            cancellation.ThrowIfCancellationRequested();
            int at = Best(open, largest);
            int pivot = open[at];
            if (!(largest[pivot] > tolerance))
                break;
            open[at] = open[^1];
            open.RemoveAt(open.Count - 1);
            Span<double> pivotRow = work.AsSpan(pivot * columns, columns);
            int column = TensorPrimitives.IndexOfMaxMagnitude<double>(pivotRow);
            int step = pivots.Count;
            double diagonal = pivotRow[column];
            pivotRow[column] = 0; // so that the column of the rows below keeps the 0 that it is set to
            foreach (int i in open)
            {
                Span<double> row = work.AsSpan(i * columns, columns);
                if (row[column] == 0)
                    continue;
                double multiplier = row[column] / diagonal;
                multipliers[(i * most) + step] = multiplier;
                row[column] = 0;
                largest[i] = Subtract(row, pivotRow, multiplier);
            }

            pivotRow[column] = diagonal;
            pivots.Add(pivot);
            pivotColumns.Add(column);
        }

        return Packed(rows, columns, most, work, multipliers, pivots, [.. pivotColumns]);
    }

    /// <summary>Solves <c>x A_pivots = row</c> on the pivot columns.</summary>
    /// <param name="row">A row with all columns of the matrix.</param>
    /// <param name="x">One coefficient for each of <see cref="PivotRows"/>.</param>
    public void SolveRow(ReadOnlySpan<double> row, Span<double> x)
    {
        int rank = PivotRows.Length;
        for (int j = 0; j < rank; j++)
            x[j] = row[pivotColumns[j]];
        for (int j = 0; j < rank; j++) // y U = row
        {
            x[j] /= upper[(j * rank) + j];
            if (x[j] != 0 && j + 1 < rank)
                TensorPrimitives.FusedMultiplyAdd(
                    upper.AsSpan((j * rank) + j + 1, rank - j - 1), -x[j], x[(j + 1)..rank], x[(j + 1)..rank]);
        }

        for (int j = rank - 1; j > 0; j--) // x L = y
        {
            if (x[j] != 0)
                TensorPrimitives.FusedMultiplyAdd(lower.AsSpan(j * rank, j), -x[j], x[..j], x[..j]);
        }
    }

    private static RowElimination Packed(
        int[] rows, int columns, int most, double[] work, double[] multipliers, List<int> pivots, int[] pivotColumns)
    {
        int rank = pivots.Count;
        var lower = new double[rank * rank];
        var upper = new double[rank * rank];
        for (int i = 0; i < rank; i++)
        {
            multipliers.AsSpan(pivots[i] * most, i).CopyTo(lower.AsSpan(i * rank));
            for (int j = i; j < rank; j++)
                upper[(i * rank) + j] = work[(pivots[i] * columns) + pivotColumns[j]];
        }

        return new([.. pivots.Select(p => rows[p])], pivotColumns, lower, upper);
    }

    private static int Best(List<int> open, double[] largest)
    {
        int best = 0;
        for (int at = 1; at < open.Count; at++)
        {
            int row = open[at];
            if (largest[row] > largest[open[best]] || (largest[row] == largest[open[best]] && row < open[best]))
                best = at;
        }

        return best;
    }

    /// <summary><c>row -= multiplier pivot</c>; returns the largest magnitude left.</summary>
    private static double Subtract(Span<double> row, ReadOnlySpan<double> pivot, double multiplier)
    {
        Span<Vector<double>> rows = MemoryMarshal.Cast<double, Vector<double>>(row);
        ReadOnlySpan<Vector<double>> pivots = MemoryMarshal.Cast<double, Vector<double>>(pivot)[..rows.Length];
        var factor = new Vector<double>(-multiplier);
        Vector<double> most = Vector<double>.Zero;
        for (int j = 0; j < rows.Length; j++)
        {
            Vector<double> left = Vector.FusedMultiplyAdd(factor, pivots[j], rows[j]);
            rows[j] = left;
            most = Vector.MaxNative(most, Vector.Abs(left));
        }

        double largest = 0;
        for (int j = 0; j < Vector<double>.Count; j++)
            largest = Math.Max(largest, most[j]);
        for (int j = rows.Length * Vector<double>.Count; j < row.Length; j++)
        {
            row[j] = Math.FusedMultiplyAdd(-multiplier, pivot[j], row[j]);
            largest = Math.Max(largest, Math.Abs(row[j]));
        }

        return largest;
    }

    private static double Largest(ReadOnlySpan<double> row) => row.IsEmpty ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude(row));
}
