using System.Numerics.Tensors;

namespace ExactCompression.Numerics;

/// <summary>
/// A well-conditioned basis among some rows of a layer's weights, and the coefficients of the other rows in it:
/// <c>W_dependent = K W_base</c> up to rounding (LEO++ step 4). Constant rows have rank 0 and never enter the basis.
/// </summary>
/// <remarks>
/// <para>Every row is first scaled by a power of two so that its largest entry lies in [1, 2): scaling is exact, and a row is never taken
/// for dependent because it is small. Gaussian elimination with complete pivoting then reveals the rank: the remainder of a dependent row
/// is rounding. Stored weights depend on each other exactly or not at all (duplicates, multiples, more rows than columns with weights), so
/// the tolerance is that of rounding, <see cref="Tolerance"/>.</para>
/// <para>Rows of the basis are exchanged for dependent ones while that increases the volume they span (Gu and Eisenstat, <em>Efficient
/// Algorithms for Computing a Strong Rank-Revealing QR Factorization</em>, 1996), so that no coefficient of a scaled row exceeds
/// <see cref="LargestCoefficient"/>. <c>K</c> is solved for with iterative refinement and verified on every column; a row that fails
/// verification enters the basis after all.</para>
/// </remarks>
internal sealed class RowBasis
{
    /// <summary>The largest remainder of a row whose largest entry was in [1, 2), for the row to count as dependent.</summary>
    public const double Tolerance = 1e-12;

    /// <summary>Largest coefficient between scaled rows that is allowed before rows change places.</summary>
    public const double LargestCoefficient = 2;

    private RowBasis(int[] basis, int[] dependent, double[] coefficients)
    {
        Base = basis;
        Dependent = dependent;
        Coefficients = coefficients;
    }

    /// <summary>Rows in the basis, ascending.</summary>
    public int[] Base { get; }

    /// <summary>The other rows, ascending.</summary>
    public int[] Dependent { get; }

    /// <summary><c>K</c>, row-major <c>Dependent.Length x Base.Length</c>.</summary>
    public double[] Coefficients { get; }

    /// <summary>Numerical rank.</summary>
    public int Rank => Base.Length;

    /// <summary>Chooses a basis.</summary>
    /// <param name="weights">Row-major weights with <paramref name="columns"/> columns.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="rows">0-based rows to choose among, each once.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <param name="tolerance">The largest remainder of a scaled dependent row.</param>
    public static RowBasis Choose(
        ReadOnlySpan<double> weights, int columns, ReadOnlySpan<int> rows, CancellationToken cancellation, double tolerance = Tolerance)
    {
        int[] sorted = rows.ToArray();
        Array.Sort(sorted);
        ScaledRows scaled = ScaledRows.From(weights, columns, sorted);
        RowElimination found = RowElimination.Of(scaled.Values, scaled.Columns, Range(sorted.Length), tolerance, cancellation);
        int[] basis = found.PivotRows.ToArray();
        int[] dependent = Without(sorted.Length, basis);
        double[] k = Solve(scaled, found, basis, dependent, cancellation);
        if (CoefficientExchange.Run(k, basis, dependent, LargestCoefficient))
        {
            found = RowElimination.Of(scaled.Values, scaled.Columns, basis, 0, cancellation);
            if (found.PivotRows.Length < basis.Length)
                return Unscaled(scaled, sorted, [.. Range(sorted.Length)], [], []); // cannot happen in sane arithmetic: keep all rows
            basis = found.PivotRows.ToArray();
            k = Solve(scaled, found, basis, dependent, cancellation);
        }

        return Verified(scaled, sorted, basis, dependent, k, tolerance);
    }

    /// <summary>Coefficients of the dependent rows, in scaled rows, with one step of iterative refinement.</summary>
    private static double[] Solve(ScaledRows scaled, RowElimination factors, int[] basis, int[] dependent, CancellationToken cancellation)
    {
        int rank = basis.Length;
        var k = new double[dependent.Length * rank];
        var residual = new double[scaled.Columns];
        for (int d = 0; d < dependent.Length; d++)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<double> coefficients = k.AsSpan(d * rank, rank);
            factors.SolveRow(scaled.Row(dependent[d]), coefficients);
            scaled.Residual(dependent[d], basis, coefficients, residual);
            var correction = new double[rank];
            factors.SolveRow(residual, correction);
            TensorPrimitives.Add(coefficients, correction, coefficients);
            Snap(scaled, dependent[d], basis, coefficients, residual);
        }

        return k;
    }

    /// <summary>
    /// Replaces coefficients that are rounding noise by 0 and near-integers by integers if that represents the row at least as well: a
    /// duplicate is expressed by its twin alone.
    /// </summary>
    private static void Snap(ScaledRows scaled, int row, int[] basis, Span<double> coefficients, double[] residual)
    {
        scaled.Residual(row, basis, coefficients, residual);
        double before = TensorPrimitives.Norm<double>(residual);
        double[] snapped = coefficients.ToArray();
        for (int j = 0; j < snapped.Length; j++)
        {
            double nearest = Math.Round(snapped[j] * 8) / 8;
            if (Math.Abs(snapped[j] - nearest) < 1e-13)
                snapped[j] = nearest;
        }

        scaled.Residual(row, basis, snapped, residual);
        if (TensorPrimitives.Norm<double>(residual) <= before)
            snapped.CopyTo(coefficients);
    }

    private static RowBasis Verified(ScaledRows scaled, int[] rows, int[] basis, int[] dependent, double[] k, double tolerance)
    {
        int rank = basis.Length;
        var residual = new double[scaled.Columns];
        var good = new List<int>();
        var bad = new List<int>();
        for (int d = 0; d < dependent.Length; d++)
        {
            scaled.Residual(dependent[d], basis, k.AsSpan(d * rank, rank), residual);
            double left = residual.Length == 0 ? 0 : TensorPrimitives.MaxMagnitude<double>(residual);
            (left <= tolerance ? good : bad).Add(d); // a NaN is bad
        }

        var kept = new double[good.Count * (rank + bad.Count)];
        for (int i = 0; i < good.Count; i++)
            k.AsSpan(good[i] * rank, rank).CopyTo(kept.AsSpan(i * (rank + bad.Count)));
        return Unscaled(scaled, rows, [.. basis, .. bad.Select(d => dependent[d])], [.. good.Select(d => dependent[d])], kept);
    }

    /// <summary>Sorts the basis, removes the scaling from the coefficients and identifies rows by their numbers in the layer.</summary>
    private static RowBasis Unscaled(ScaledRows scaled, int[] rows, int[] basis, int[] dependent, double[] k)
    {
        int[] order = Range(basis.Length);
        Array.Sort([.. basis], order);
        var coefficients = new double[k.Length];
        for (int d = 0; d < dependent.Length; d++)
        {
            for (int j = 0; j < order.Length; j++)
            {
                int from = order[j];
                coefficients[(d * order.Length) + j] = Math.ScaleB(
                    k[(d * order.Length) + from], scaled.Exponent(dependent[d]) - scaled.Exponent(basis[from]));
            }
        }

        return new([.. order.Select(j => rows[basis[j]])], [.. dependent.Select(d => rows[d])], coefficients);
    }

    private static int[] Range(int count) => [.. Enumerable.Range(0, count)];

    private static int[] Without(int count, int[] taken)
    {
        var isTaken = new bool[count];
        foreach (int row in taken)
            isTaken[row] = true;
        return [.. Enumerable.Range(0, count).Where(row => !isTaken[row])];
    }
}
