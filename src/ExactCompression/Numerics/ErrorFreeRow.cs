using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary><see cref="ErrorFreeSum"/> for a whole row of sums at once: one row of a matrix product, vectorised along the row.</summary>
/// <param name="sums">Receives the sums; zero at the start.</param>
/// <param name="errors">Receives the radii; zero at the start.</param>
internal ref struct ErrorFreeRow(Span<double> sums, Span<double> errors)
{
    private readonly Span<double> sums = sums;
    private readonly Span<double> errors = errors;
    private int terms;

    /// <summary>Adds <c>factor * row[j]</c> to sum <c>j</c>.</summary>
    /// <param name="factor">The common factor.</param>
    /// <param name="factorRadius">How far the true factor may be from it.</param>
    /// <param name="row">As many values as there are sums.</param>
    /// <param name="rowRadius">How far the true values may be from them; empty where they are exact.</param>
    /// <param name="least">
    /// No value of the row other than 0 is smaller in magnitude: if that excludes underflow, the check for it is skipped.
    /// </param>
    public void AddProducts(
        double factor, double factorRadius, ReadOnlySpan<double> row, ReadOnlySpan<double> rowRadius, double least = 0)
    {
        terms++;
        if (factor != 0)
            AddRounded(factor, row);
        if (factor != 0 && !(Math.Abs(factor) * least > Rounding.UnderflowRisk))
            AddUnderflow(factor, row);
        if (factorRadius != 0 || !rowRadius.IsEmpty)
            AddRadii(Math.Abs(factor), factorRadius, row, rowRadius);
    }

    /// <summary>The least magnitude among values that are not 0; infinity where all are.</summary>
    /// <param name="values">The values of one row, or of several.</param>
    public static double LeastOf(ReadOnlySpan<double> values)
    {
        double least = double.PositiveInfinity;
        foreach (double value in values)
        {
            double magnitude = Math.Abs(value);
            if (magnitude < least && value != 0)
                least = magnitude;
        }

        return least;
    }

    /// <summary>Converts the collected magnitudes to radii; nothing may be added afterwards.</summary>
    public readonly void Finish()
    {
        for (int j = 0; j < errors.Length; j++)
            errors[j] = ErrorFreeSum.RoundUp(errors[j], terms);
    }

    private readonly void AddRounded(double factor, ReadOnlySpan<double> row)
    {
        int done = Vector512.IsHardwareAccelerated ? AddWide(factor, row) : AddNarrow(factor, row);
        for (int j = done; j < sums.Length; j++)
        {
            double product = factor * row[j], before = sums[j], after = before + product, back = after - before;
            errors[j] += Math.Abs(Math.FusedMultiplyAdd(factor, row[j], -product)) + Math.Abs((before - (after - back)) + (product - back));
            sums[j] = after;
        }
    }

    /// <summary>Adds to the columns that lie in vectors of 512 bits.</summary>
    /// <returns>How many these are.</returns>
    internal readonly int AddWide(double factor, ReadOnlySpan<double> row)
    {
        Span<Vector512<double>> sumVectors = MemoryMarshal.Cast<double, Vector512<double>>(sums);
        Span<Vector512<double>> errorVectors = MemoryMarshal.Cast<double, Vector512<double>>(errors);
        ReadOnlySpan<Vector512<double>> rowVectors = MemoryMarshal.Cast<double, Vector512<double>>(row);
        Vector512<double> factors = Vector512.Create(factor);
        for (int v = 0; v < sumVectors.Length; v++)
        {
            Vector512<double> before = sumVectors[v], values = rowVectors[v];
            Vector512<double> product = factors * values;
            Vector512<double> residual = Vector512.Abs(Vector512.FusedMultiplyAdd(factors, values, -product));
            Vector512<double> after = before + product;
            Vector512<double> back = after - before;
            errorVectors[v] += residual + Vector512.Abs((before - (after - back)) + (product - back));
            sumVectors[v] = after;
        }

        return sumVectors.Length * Vector512<double>.Count;
    }

    /// <summary>Adds to the columns that lie in the vectors of the machine.</summary>
    /// <returns>How many these are.</returns>
    internal readonly int AddNarrow(double factor, ReadOnlySpan<double> row)
    {
        Span<Vector<double>> sumVectors = MemoryMarshal.Cast<double, Vector<double>>(sums);
        Span<Vector<double>> errorVectors = MemoryMarshal.Cast<double, Vector<double>>(errors);
        ReadOnlySpan<Vector<double>> rowVectors = MemoryMarshal.Cast<double, Vector<double>>(row);
        var factors = new Vector<double>(factor);
        for (int v = 0; v < sumVectors.Length; v++)
        {
            Vector<double> before = sumVectors[v], values = rowVectors[v];
            Vector<double> product = factors * values;
            Vector<double> residual = Vector.Abs(Vector.FusedMultiplyAdd(factors, values, -product));
            Vector<double> after = before + product;
            Vector<double> back = after - before;
            errorVectors[v] += residual + Vector.Abs((before - (after - back)) + (product - back));
            sumVectors[v] = after;
        }

        return sumVectors.Length * Vector<double>.Count;
    }

    /// <summary>Adds the possible error of the residuals of products near underflow.</summary>
    private readonly void AddUnderflow(double factor, ReadOnlySpan<double> row)
    {
        var risk = new Vector<double>(Rounding.UnderflowRisk);
        var epsilon = new Vector<double>(double.Epsilon);
        Span<Vector<double>> errorVectors = MemoryMarshal.Cast<double, Vector<double>>(errors);
        ReadOnlySpan<Vector<double>> rowVectors = MemoryMarshal.Cast<double, Vector<double>>(row);
        var factors = new Vector<double>(factor);
        for (int v = 0; v < errorVectors.Length; v++)
        {
            Vector<double> values = rowVectors[v];
            Vector<long> underflow = Vector.AndNot(
                Vector.LessThan(Vector.Abs(factors * values), risk), Vector.Equals(values, Vector<double>.Zero));
            if (underflow != Vector<long>.Zero)
                errorVectors[v] += Vector.ConditionalSelect(underflow, epsilon, Vector<double>.Zero);
        }

        for (int j = errorVectors.Length * Vector<double>.Count; j < errors.Length; j++)
        {
            if (row[j] != 0 && Math.Abs(factor * row[j]) < Rounding.UnderflowRisk)
                errors[j] += double.Epsilon;
        }
    }

    private readonly void AddRadii(double factor, double factorRadius, ReadOnlySpan<double> row, ReadOnlySpan<double> rowRadius)
    {
        for (int j = 0; j < errors.Length; j++)
        {
            double radius = rowRadius.IsEmpty ? 0 : rowRadius[j];
            if (factorRadius != 0 || radius != 0)
                errors[j] += factor * radius + factorRadius * (Math.Abs(row[j]) + radius)
                    + double.Epsilon; // the last: both products may underflow
        }
    }
}
