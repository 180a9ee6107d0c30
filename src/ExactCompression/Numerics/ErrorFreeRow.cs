using System.Numerics;
using System.Runtime.InteropServices;

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
    public void AddProducts(double factor, double factorRadius, ReadOnlySpan<double> row, ReadOnlySpan<double> rowRadius)
    {
        terms++;
        if (factor != 0)
            AddRounded(factor, row);
        if (factorRadius != 0 || !rowRadius.IsEmpty)
            AddRadii(Math.Abs(factor), factorRadius, row, rowRadius);
    }

    /// <summary>Converts the collected magnitudes to radii; nothing may be added afterwards.</summary>
    public readonly void Finish()
    {
        for (int j = 0; j < errors.Length; j++)
            errors[j] = ErrorFreeSum.RoundUp(errors[j], terms);
    }

    private readonly void AddRounded(double factor, ReadOnlySpan<double> row)
    {
        Span<Vector<double>> sumVectors = MemoryMarshal.Cast<double, Vector<double>>(sums);
        Span<Vector<double>> errorVectors = MemoryMarshal.Cast<double, Vector<double>>(errors);
        ReadOnlySpan<Vector<double>> rowVectors = MemoryMarshal.Cast<double, Vector<double>>(row);
        var factors = new Vector<double>(factor);
        var risk = new Vector<double>(Rounding.UnderflowRisk);
        var epsilon = new Vector<double>(double.Epsilon);
        for (int v = 0; v < sumVectors.Length; v++)
        {
            Vector<double> before = sumVectors[v], values = rowVectors[v];
            Vector<double> product = factors * values;
            Vector<double> residual = Vector.Abs(Vector.FusedMultiplyAdd(factors, values, -product));
            Vector<double> after = before + product;
            Vector<double> back = after - before;
            residual += Vector.Abs((before - (after - back)) + (product - back));
            Vector<long> underflow = Vector.AndNot(Vector.LessThan(Vector.Abs(product), risk), Vector.Equals(values, Vector<double>.Zero));
            errorVectors[v] += residual + Vector.ConditionalSelect(underflow, epsilon, Vector<double>.Zero);
            sumVectors[v] = after;
        }

        for (int j = sumVectors.Length * Vector<double>.Count; j < sums.Length; j++)
        {
            double product = factor * row[j], before = sums[j], after = before + product, back = after - before;
            errors[j] += Math.Abs(Math.FusedMultiplyAdd(factor, row[j], -product)) + Math.Abs((before - (after - back)) + (product - back))
                + (Math.Abs(product) < Rounding.UnderflowRisk && row[j] != 0 ? double.Epsilon : 0);
            sums[j] = after;
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
