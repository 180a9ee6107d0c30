using System.Numerics.Tensors;

namespace ExactCompression.Numerics;

/// <summary>Exchanges rows of a basis for dependent ones until no coefficient is large (a strong rank-revealing choice).</summary>
internal static class CoefficientExchange
{
    /// <summary>
    /// Exchanges rows; <paramref name="basis"/>, <paramref name="dependent"/> and <paramref name="k"/> are changed in place.
    /// </summary>
    /// <param name="k">Coefficients, row-major dependent x basis.</param>
    /// <param name="basis">Rows of the basis.</param>
    /// <param name="dependent">The other rows.</param>
    /// <param name="limit">Largest coefficient allowed; above 1.</param>
    /// <returns>Whether anything changed; then <paramref name="k"/> has accumulated rounding errors and must be solved for again.</returns>
    public static bool Run(double[] k, int[] basis, int[] dependent, double limit)
    {
        int rank = basis.Length;
        bool changed = false;

        // Each exchange multiplies the volume of the basis by more than the limit, so there cannot be many; the cap is for NaNs.
        for (int exchange = 0; exchange < 4 * (rank + 1) && k.Length > 0; exchange++)
        {
            int at = TensorPrimitives.IndexOfMaxMagnitude<double>(k);
            if (at < 0 || !(Math.Abs(k[at]) > limit))
                break;
            Exchange(k, rank, dependent.Length, at / rank, at % rank);
            (basis[at % rank], dependent[at / rank]) = (dependent[at / rank], basis[at % rank]);
            changed = true;
        }

        if (changed)
            Array.Sort(dependent);
        return changed;
    }

    /// <summary>Dependent row <paramref name="d"/> takes the place of basis row <paramref name="j"/>.</summary>
    private static void Exchange(double[] k, int rank, int count, int d, int j)
    {
        Span<double> pivotRow = k.AsSpan(d * rank, rank);
        double pivot = pivotRow[j];
        TensorPrimitives.Divide(pivotRow, -pivot, pivotRow);
        pivotRow[j] = 1 / pivot;
        for (int i = 0; i < count; i++)
        {
            Span<double> row = k.AsSpan(i * rank, rank);
            double factor = row[j];
            if (i == d || factor == 0)
                continue;
            row[j] = 0;
            TensorPrimitives.FusedMultiplyAdd(pivotRow, factor, row, row);
        }
    }
}
