using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// The two products that take most of the time of checking. Both only add up products, in some order: errors are bounded by
/// <see cref="Outward.Gamma"/>.
/// </summary>
internal static class Products
{
    private const int Columns = 128;

    /// <summary>Rows times a matrix: <c>next_r = sum_k row_rk W_k</c>, zero coefficients left out.</summary>
    /// <param name="rows">Coefficients, row-major.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="layer">The matrix <c>W</c>: a row for each coefficient.</param>
    /// <param name="next">Receives the products, row-major.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(ReadOnlySpan<double> rows, int count, AffineLayer layer, Span<double> next)
    {
        int from = layer.Outputs, to = layer.Inputs;
        var places = new int[count * from];
        var ends = new int[count];
        for (int r = 0; r < count; r++)
        {
            int end = r * from;
            for (int k = 0; k < from; k++)
            {
                if (rows[(r * from) + k] != 0)
                    places[end++] = k;
            }

            ends[r] = end;
        }

        // A tile of columns stays in cache while all rows are processed.
        for (int first = 0; first < to; first += Columns)
        {
            int width = Math.Min(Columns, to - first);
            for (int r = 0; r < count; r++)
                AddUp(rows.Slice(r * from, from), places.AsSpan((r * from)..ends[r]), layer.Weights.Span, to, first,
                    next.Slice((r * to) + first, width));
        }
    }

    /// <summary>Points times a layer's rows: <c>z_pi = sum_j W_ij a_pj</c> and <c>e_pi = sum_j |W_ij| s_pj</c>.</summary>
    /// <param name="points">The <c>a</c>, row-major.</param>
    /// <param name="spreads">The <c>s</c>, row-major.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="values">Receives the <c>z</c>, row-major.</param>
    /// <param name="errors">Receives the <c>e</c>, row-major.</param>
    /// <param name="budget">Its budget.</param>
    public static void Multiply(double[] points, double[] spreads, AffineLayer layer, double[] values, double[] errors, CheckBudget budget)
    {
        int inputs = layer.Inputs, outputs = layer.Outputs, count = points.Length / inputs;
        Parallel.For(0, (outputs + 15) / 16, budget.Parallel, block =>
        {
            for (int i = block * 16; i < Math.Min(outputs, (block + 1) * 16); i++)
            {
                budget.Spend(2.0 * points.Length);
                for (int p = 0; p < count; p++)
                    (values[(p * outputs) + i], errors[(p * outputs) + i]) = Dot(
                        layer.Row(i), points.AsSpan(p * inputs, inputs), spreads.AsSpan(p * inputs, inputs));
            }
        });
    }

    /// <summary>Adds a multiple of a row: <c>sums_j += factor * row_j</c>, with one rounding each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddMultiple(ReadOnlySpan<double> row, double factor, Span<double> sums)
    {
        ReadOnlySpan<Vector512<double>> from = MemoryMarshal.Cast<double, Vector512<double>>(row);
        Span<Vector512<double>> into = MemoryMarshal.Cast<double, Vector512<double>>(sums);
        var factors = Vector512.Create(factor);
        for (int v = 0; v < into.Length; v++)
            into[v] = Vector512.FusedMultiplyAdd(from[v], factors, into[v]);
        for (int j = into.Length * Vector512<double>.Count; j < sums.Length; j++)
            sums[j] = Math.FusedMultiplyAdd(row[j], factor, sums[j]);
    }

    /// <summary>
    /// <c>sum_j |w_j| m_j</c>, rounded in some way: the same way on every processor, so that a certificate that was checked here is valid
    /// elsewhere.
    /// </summary>
    public static double Size(ReadOnlySpan<double> weights, ReadOnlySpan<double> magnitudes)
    {
        ReadOnlySpan<Vector512<double>> w = MemoryMarshal.Cast<double, Vector512<double>>(weights),
            m = MemoryMarshal.Cast<double, Vector512<double>>(magnitudes);
        Vector512<double> sums = default;
        for (int v = 0; v < w.Length; v++)
            sums = Vector512.FusedMultiplyAdd(Vector512.Abs(w[v]), m[v], sums);
        double sum = Sum(sums);
        for (int j = w.Length * Vector512<double>.Count; j < weights.Length; j++)
            sum += Math.Abs(weights[j]) * magnitudes[j];
        return sum;
    }

    /// <summary>Adds four rows at a time, so that the sums are loaded and stored a quarter as often.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddUp(
        ReadOnlySpan<double> row, ReadOnlySpan<int> places, ReadOnlySpan<double> weights, int stride, int first, Span<double> sums)
    {
        sums.Clear();
        Span<Vector512<double>> into = MemoryMarshal.Cast<double, Vector512<double>>(sums);
        int tail = into.Length * Vector512<double>.Count, k = 0;
        for (; k + 4 <= places.Length; k += 4)
        {
            ReadOnlySpan<double> a = weights.Slice((places[k] * stride) + first, sums.Length),
                b = weights.Slice((places[k + 1] * stride) + first, sums.Length);
            ReadOnlySpan<double> c = weights.Slice((places[k + 2] * stride) + first, sums.Length),
                d = weights.Slice((places[k + 3] * stride) + first, sums.Length);
            double x = row[places[k]], y = row[places[k + 1]], z = row[places[k + 2]], w = row[places[k + 3]];
            ref double pa = ref MemoryMarshal.GetReference(a), pb = ref MemoryMarshal.GetReference(b),
                pc = ref MemoryMarshal.GetReference(c), pd = ref MemoryMarshal.GetReference(d);
            Vector512<double> vx = Vector512.Create(x), vy = Vector512.Create(y), vz = Vector512.Create(z), vw = Vector512.Create(w);
            for (int v = 0; v < into.Length; v++)
            {
                nuint at = (nuint)(v * Vector512<double>.Count);
                Vector512<double> left = Vector512.FusedMultiplyAdd(vx, Vector512.LoadUnsafe(ref pa, at), into[v]);
                left = Vector512.FusedMultiplyAdd(vy, Vector512.LoadUnsafe(ref pb, at), left);
                left = Vector512.FusedMultiplyAdd(vz, Vector512.LoadUnsafe(ref pc, at), left);
                into[v] = Vector512.FusedMultiplyAdd(vw, Vector512.LoadUnsafe(ref pd, at), left);
            }

            for (int j = tail; j < sums.Length; j++)
                sums[j] += (x * a[j]) + (y * b[j]) + (z * c[j]) + (w * d[j]);
        }

        for (; k < places.Length; k++)
            AddMultiple(weights.Slice((places[k] * stride) + first, sums.Length), row[places[k]], sums);
    }

    /// <summary>The sum of all lanes in an order of its own; the runtime's depends on the processor.</summary>
    private static double Sum(Vector512<double> lanes)
    {
        Vector256<double> four = lanes.GetLower() + lanes.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two.GetElement(0) + two.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Value, double Error) Dot(ReadOnlySpan<double> weights, ReadOnlySpan<double> point, ReadOnlySpan<double> spread)
    {
        ReadOnlySpan<Vector512<double>> w = MemoryMarshal.Cast<double, Vector512<double>>(weights),
            a = MemoryMarshal.Cast<double, Vector512<double>>(point), s = MemoryMarshal.Cast<double, Vector512<double>>(spread);
        Vector512<double> values = default, errors = default;
        for (int v = 0; v < w.Length; v++)
        {
            values = Vector512.FusedMultiplyAdd(w[v], a[v], values);
            errors = Vector512.FusedMultiplyAdd(Vector512.Abs(w[v]), s[v], errors);
        }

        double value = Sum(values), error = Sum(errors);
        for (int j = w.Length * Vector512<double>.Count; j < weights.Length; j++)
        {
            value += weights[j] * point[j];
            error += Math.Abs(weights[j]) * spread[j];
        }

        return (value, error);
    }
}
