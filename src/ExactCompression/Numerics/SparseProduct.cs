using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// A row with many zeros times a packed matrix: only the rows of the matrix that meet a value are read. Sums go up the row as in
/// <see cref="MatrixProduct"/>, so that leaving zeros out changes no result.
/// </summary>
internal static unsafe class SparseProduct
{
    /// <summary>Columns that <see cref="CollectColumns"/> processes at a time.</summary>
    public const int ColumnBlock = 16;

    /// <summary>Collects the values of a row that are not zero.</summary>
    /// <param name="row">The row.</param>
    /// <param name="length">Its length, a whole number of panels.</param>
    /// <param name="values">Gets the values; room for <paramref name="length"/>.</param>
    /// <param name="offsets">Gets where the row of a panel begins that each value meets; room for <paramref name="length"/>.</param>
    /// <returns>Their number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Collect(float* row, int length, float* values, int* offsets)
    {
        int count = 0;
        for (int k = 0; k < length; k += Vector512<float>.Count)
        {
            for (ulong found = NotZero(row + k); found != 0; found &= found - 1)
            {
                int at = k + BitOperations.TrailingZeroCount(found);
                values[count] = row[at];
                offsets[count++] = at * PackedMatrix<float>.PanelWidth;
            }
        }

        return count;
    }

    /// <summary>Collects the values of <see cref="ColumnBlock"/> columns that are not zero.</summary>
    /// <param name="a">The first value of the first column.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="values">Gets the values of each column, <paramref name="rows"/> from the one before.</param>
    /// <param name="offsets">Gets where the row of a panel begins that each value meets.</param>
    /// <param name="counts">Gets how many each column has: length <see cref="ColumnBlock"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CollectColumns(float* a, int rows, int stride, float* values, int* offsets, int* counts)
    {
        new Span<int>(counts, ColumnBlock).Clear();
        for (int row = 0; row < rows; row++, a += stride)
        {
            for (ulong found = NotZero(a); found != 0; found &= found - 1)
            {
                int column = BitOperations.TrailingZeroCount(found);
                int at = (column * rows) + counts[column]++;
                values[at] = a[column];
                offsets[at] = row * PackedMatrix<float>.PanelWidth;
            }
        }
    }

    /// <summary>Some adjacent panels of the product.</summary>
    /// <param name="values">What <see cref="Collect"/> found.</param>
    /// <param name="offsets">Where it found it.</param>
    /// <param name="count">How many values there are.</param>
    /// <param name="b">The packed factor.</param>
    /// <param name="panel">The first panel.</param>
    /// <param name="panels">1 or 2.</param>
    /// <param name="bias">Added to the result: a whole number of panels; null for none.</param>
    /// <param name="c">Gets the result: <paramref name="panels"/> panels, padding and all.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(float* values, int* offsets, int count, PackedMatrix<float> b, int panel, int panels, float* bias, float* c)
    {
        nint size = (nint)b.Rows * PackedMatrix<float>.PanelWidth;
        float* first = b.Data + (panel * size);
        if (panels == 2)
            Two(values, offsets, count, first, first + size, bias, c);
        else
            One(values, offsets, count, first, bias, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NotZero(float* a) =>
        ~Vector512.Equals(Vector512.Load(a), Vector512<float>.Zero).ExtractMostSignificantBits() & 0xffff;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(float* values, int* offsets, int count, float* p, float* q, float* bias, float* c)
    {
        int half = Vector512<float>.Count;
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        if (bias != null)
        {
            c0 = Vector512.Load(bias);
            c1 = Vector512.Load(bias + half);
            c2 = Vector512.Load(bias + (2 * half));
            c3 = Vector512.Load(bias + (3 * half));
        }

        for (int i = 0; i < count; i++)
        {
            Vector512<float> x = Vector512.Create(values[i]);
            nint at = offsets[i];
            c0 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(p + at), c0);
            c1 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(p + at + half), c1);
            c2 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(q + at), c2);
            c3 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(q + at + half), c3);
        }

        c0.Store(c);
        c1.Store(c + half);
        c2.Store(c + (2 * half));
        c3.Store(c + (3 * half));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* values, int* offsets, int count, float* p, float* bias, float* c)
    {
        int half = Vector512<float>.Count;
        Vector512<float> c0 = default, c1 = default;
        if (bias != null)
        {
            c0 = Vector512.Load(bias);
            c1 = Vector512.Load(bias + half);
        }

        for (int i = 0; i < count; i++)
        {
            Vector512<float> x = Vector512.Create(values[i]);
            nint at = offsets[i];
            c0 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(p + at), c0);
            c1 = Vector512.FusedMultiplyAdd(x, Vector512.LoadAligned(p + at + half), c1);
        }

        c0.Store(c);
        c1.Store(c + half);
    }
}
