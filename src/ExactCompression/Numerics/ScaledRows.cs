using System.Numerics.Tensors;

namespace ExactCompression.Numerics;

/// <summary>
/// Some rows of a matrix, each scaled by a power of two so that its largest entry lies in [1, 2), on the columns where any of them has a
/// weight.
/// </summary>
internal sealed class ScaledRows
{
    private readonly int[] exponents;

    private ScaledRows(double[] values, int columns, int[] exponents)
    {
        Values = values;
        Columns = columns;
        this.exponents = exponents;
    }

    /// <summary>Row-major, <see cref="Columns"/> a row.</summary>
    public double[] Values { get; }

    /// <summary>Columns that are not zero in every row.</summary>
    public int Columns { get; }

    /// <summary>Takes rows out of a matrix.</summary>
    public static ScaledRows From(ReadOnlySpan<double> weights, int columns, ReadOnlySpan<int> rows)
    {
        var used = new bool[columns];
        var exponents = new int[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<double> row = weights.Slice(rows[i] * columns, columns);
            double largest = Math.Abs(TensorPrimitives.MaxMagnitude(row));
            exponents[i] = largest == 0 ? 0 : Math.ILogB(largest);
            for (int j = 0; j < columns; j++)
                used[j] |= row[j] != 0;
        }

        int[] kept = [.. Enumerable.Range(0, columns).Where(j => used[j])];
        var values = new double[rows.Length * kept.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<double> row = weights.Slice(rows[i] * columns, columns);
            Span<double> to = values.AsSpan(i * kept.Length, kept.Length);
            for (int j = 0; j < kept.Length; j++)
                to[j] = Math.ScaleB(row[kept[j]], -exponents[i]);
        }

        return new(values, kept.Length, exponents);
    }

    /// <summary>A scaled row; the row itself is this times <c>2^Exponent</c>.</summary>
    public ReadOnlySpan<double> Row(int row) => Values.AsSpan(row * Columns, Columns);

    /// <summary>The binary exponent taken out of a row.</summary>
    public int Exponent(int row) => exponents[row];

    /// <summary>What is left of a row after its expression by others: <c>row - sum_j coefficients_j basis_j</c>.</summary>
    public void Residual(int row, ReadOnlySpan<int> basis, ReadOnlySpan<double> coefficients, Span<double> residual)
    {
        Row(row).CopyTo(residual);
        for (int j = 0; j < basis.Length; j++)
        {
            if (coefficients[j] != 0)
                TensorPrimitives.FusedMultiplyAdd(Row(basis[j]), -coefficients[j], residual, residual);
        }
    }
}
