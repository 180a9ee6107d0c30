using System.Numerics;
using System.Runtime.InteropServices;

namespace ExactCompression.Numerics;

/// <summary>
/// Sums and products of non-negative numbers that are never below the true value, for adding up error bounds. Infinity stands for "no bound
/// known"; a NaN is turned into it.
/// </summary>
/// <remarks>
/// <para>With <c>u = 2^-53</c>, a sum of <c>n</c> products in double, in any order, with or without fused multiply-add, errs by at most
/// <c>gamma_n</c> times the sum of their magnitudes, <c>gamma_n = n u / (1 - n u)</c> (Higham, <em>Accuracy and Stability of Numerical
/// Algorithms</em>, section 3.1), as long as nothing underflows; each product that does adds at most <c>2^-1075</c>.</para>
/// </remarks>
internal static class UpperBound
{
    /// <summary>Covers the loss by underflow in one term, with a margin.</summary>
    private const double Underflow = 1e-300;

    /// <summary>An upper bound of <c>gamma_n</c>.</summary>
    public static double Gamma(int n) => n * (1.0 / (1L << 53)) * (1 + 1e-6);

    /// <summary>At least <c>a + b</c>; exactly the other where one is zero.</summary>
    public static double Add(double a, double b) => a == 0 ? Known(b) : b == 0 ? Known(a) : Known(Math.BitIncrement(a + b));

    /// <summary>At least <c>a b</c>; zero where either is, even when the other has no known bound.</summary>
    public static double Multiply(double a, double b) => a == 0 || b == 0 ? 0 : Known(Math.BitIncrement(a * b));

    /// <summary>At least <c>sum |row_j| values_j</c>; exactly 0 where every term is 0.</summary>
    /// <param name="row">Any numbers.</param>
    /// <param name="values">Numbers that are not negative, as many.</param>
    public static double MagnitudeDot(ReadOnlySpan<double> row, ReadOnlySpan<double> values) =>
        Widened(AbsoluteDot(row, values), row, values);

    /// <summary>
    /// The error that weights whose computation underflowed can contribute to a product with values up to these magnitudes: each weight
    /// errs by less than <c>1e-300</c> beyond its relative error.
    /// </summary>
    public static double Underflows(ReadOnlySpan<double> magnitudes)
    {
        double sum = 0;
        foreach (double magnitude in magnitudes)
            sum = Add(sum, Multiply(Underflow, magnitude));
        return sum;
    }

    /// <summary>An unknown bound is infinite.</summary>
    public static double Known(double bound) => double.IsNaN(bound) ? double.PositiveInfinity : bound;

    /// <summary><c>sum |row_j| values_j</c>, rounded in some way.</summary>
    private static double AbsoluteDot(ReadOnlySpan<double> row, ReadOnlySpan<double> values)
    {
        ReadOnlySpan<Vector<double>> rows = MemoryMarshal.Cast<double, Vector<double>>(row);
        ReadOnlySpan<Vector<double>> vectors = MemoryMarshal.Cast<double, Vector<double>>(values[..row.Length]);
        Vector<double> sums = Vector<double>.Zero;
        for (int i = 0; i < rows.Length; i++)
            sums += Vector.Abs(rows[i]) * vectors[i];
        double sum = Vector.Sum(sums);
        for (int j = rows.Length * Vector<double>.Count; j < row.Length; j++)
            sum += Math.Abs(row[j]) * values[j];
        return sum;
    }

    private static double Widened(double sum, ReadOnlySpan<double> row, ReadOnlySpan<double> values)
    {
        if (sum == 0)
            return HasTerm(row, values) ? row.Length * Underflow : 0;
        if (double.IsNaN(sum)) // 0 times infinity: the term is 0 all the same
            return FiniteTerms(row, values);
        double widened = sum * (1 + Gamma(row.Length + 4));
        return Math.BitIncrement(sum < 1e-280 ? widened + (row.Length * Underflow) : widened);
    }

    private static bool HasTerm(ReadOnlySpan<double> row, ReadOnlySpan<double> values)
    {
        for (int j = 0; j < row.Length; j++)
        {
            if (row[j] != 0 && values[j] != 0)
                return true;
        }

        return false;
    }

    private static double FiniteTerms(ReadOnlySpan<double> row, ReadOnlySpan<double> values)
    {
        double sum = 0;
        for (int j = 0; j < row.Length; j++)
            sum = Add(sum, Multiply(Math.Abs(row[j]), values[j]));
        return sum;
    }
}
