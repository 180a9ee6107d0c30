using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ExactCompression.Numerics;

namespace ExactCompression.Training;

/// <summary>
/// The products of training on one thread, with the memory that they need. Rows with many zeros, such as those of most pictures and of ReLU
/// outputs, are multiplied without the zeros.
/// </summary>
internal sealed unsafe class RowScratch : IDisposable
{
    /// <summary>
    /// Where more than this share of a row's values is not zero, the dense product is quicker: its factor comes from the second-level cache
    /// once for several rows.
    /// </summary>
    private const double SparseRows = 0.4;

    /// <summary>The same for columns, whose factor fits into the first-level cache.</summary>
    private const double SparseColumns = 0.6;

    private readonly float* values;
    private readonly int* offsets;
    private readonly int* counts;
    private readonly float* transposed;
    private readonly float* products;
    private readonly float* row;

    /// <summary>Takes the memory.</summary>
    /// <param name="rowsAtOnce">Most rows of a <see cref="Multiply"/>.</param>
    /// <param name="batch">Most rows of a factor of <see cref="ColumnProducts"/>: those of a whole batch.</param>
    /// <param name="widest">Width of the widest layer, input and output among them.</param>
    /// <param name="room">Most values of a factor of <see cref="Multiply"/>, where that is less than all rows of the widest layer.</param>
    /// <param name="patches">Values of the largest set of patches.</param>
    public RowScratch(int rowsAtOnce, int batch, int widest, nuint? room = null, nuint patches = 0)
    {
        nuint lists = Math.Max(room ?? ((nuint)rowsAtOnce * (nuint)widest), (nuint)SparseProduct.ColumnBlock * (nuint)batch);
        values = (float*)Allocate(lists);
        offsets = (int*)Allocate(lists);
        counts = (int*)Allocate((nuint)Math.Max(rowsAtOnce, SparseProduct.ColumnBlock));
        transposed = (float*)Allocate((nuint)SparseProduct.ColumnBlock * (nuint)batch);
        products = (float*)Allocate((nuint)SparseProduct.ColumnBlock * (nuint)widest);
        row = (float*)Allocate((nuint)widest);
        Patches = (float*)Allocate(patches);
    }

    /// <summary>Releases the memory where <see cref="Dispose"/> was not called.</summary>
    ~RowScratch() => Release();

    /// <summary>Room for the patches of a row, free for its user between calls.</summary>
    public float* Patches { get; }

    /// <summary>Room for one row of the widest layer, free for its user between calls.</summary>
    public float* Row => row;

    /// <summary><c>C = A B + 1 bias^T</c> for some rows.</summary>
    /// <param name="a">Rows of <c>b.Rows</c>.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="b">The packed factor.</param>
    /// <param name="bias">Added to every row; null for none.</param>
    /// <param name="c">Gets the rows of <c>b.Columns</c>.</param>
    public void Multiply(float* a, int rows, PackedMatrix<float> b, float* bias, float* c)
    {
        int found = 0;
        for (int r = 0; r < rows; r++)
            found += counts[r] = SparseProduct.Collect(
                a + ((nint)r * b.Rows), b.Rows, values + ((nint)r * b.Rows), offsets + ((nint)r * b.Rows));
        if (found > SparseRows * rows * b.Rows)
        {
            MatrixProduct.Multiply(
                new(a, rows * b.Rows), rows, b, bias == null ? [] : new ReadOnlySpan<float>(bias, b.Columns),
                new Span<float>(c, rows * b.Columns));
            return;
        }

        for (int panel = 0; panel < b.Panels; panel += 2)
        {
            int panels = Math.Min(2, b.Panels - panel), column = panel * PackedMatrix<float>.PanelWidth;
            for (int r = 0; r < rows; r++)
                SparseProduct.Multiply(
                    values + ((nint)r * b.Rows), offsets + ((nint)r * b.Rows), counts[r], b, panel, panels,
                    bias == null ? null : bias + column, c + ((nint)r * b.Columns) + column);
        }
    }

    /// <summary><c>A^T B</c> for <see cref="SparseProduct.ColumnBlock"/> columns of <c>A</c>.</summary>
    /// <param name="a">The first of the columns.</param>
    /// <param name="rows">Rows of <c>A</c>; of <c>B</c> further rows are passed over.</param>
    /// <param name="stride">From one row of <c>A</c> to the next.</param>
    /// <param name="b">The packed factor.</param>
    /// <returns>Rows of <c>b.Columns</c>, good until the next call.</returns>
    public float* ColumnProducts(float* a, int rows, int stride, PackedMatrix<float> b)
    {
        SparseProduct.CollectColumns(a, rows, stride, values, offsets, counts);
        int found = 0;
        for (int k = 0; k < SparseProduct.ColumnBlock; k++)
            found += counts[k];
        if (found > SparseColumns * SparseProduct.ColumnBlock * rows)
        {
            Transpose(a, rows, stride, b.Rows);
            MatrixProduct.Multiply(
                new(transposed, SparseProduct.ColumnBlock * b.Rows), SparseProduct.ColumnBlock, b, [],
                new Span<float>(products, SparseProduct.ColumnBlock * b.Columns));
            return products;
        }

        for (int panel = 0; panel < b.Panels; panel += 2)
        {
            int panels = Math.Min(2, b.Panels - panel), column = panel * PackedMatrix<float>.PanelWidth;
            for (int k = 0; k < SparseProduct.ColumnBlock; k++)
                SparseProduct.Multiply(
                    values + (k * rows), offsets + (k * rows), counts[k], b, panel, panels, null, products + (k * b.Columns) + column);
        }

        return products;
    }

    /// <summary>The sum of each column.</summary>
    /// <param name="b">A packed matrix.</param>
    /// <param name="rows">How many of its rows to sum.</param>
    /// <param name="sums">Gets the sums: length <c>b.Columns</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ColumnSums(PackedMatrix<float> b, int rows, float* sums)
    {
        int width = PackedMatrix<float>.PanelWidth, half = Vector512<float>.Count;
        for (int p = 0; p < b.Panels; p++)
        {
            float* row = b.Data + ((nint)p * b.Rows * width);
            Vector512<float> s0 = default, s1 = default;
            for (int r = 0; r < rows; r++, row += width)
            {
                s0 += Vector512.Load(row);
                s1 += Vector512.Load(row + half);
            }

            s0.Store(sums + (p * width));
            s1.Store(sums + (p * width) + half);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static void* Allocate(nuint count)
    {
        void* memory = NativeMemory.AlignedAlloc(Math.Max(count * 4, 64), 64);
        NativeMemory.Clear(memory, Math.Max(count * 4, 64));
        return memory;
    }

    /// <summary>Brings columns into rows of some length, zeros beyond the last row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(float* a, int rows, int stride, int length)
    {
        for (int k = 0; k < SparseProduct.ColumnBlock; k++)
        {
            float* target = transposed + ((nint)k * length);
            for (int r = 0; r < rows; r++)
                target[r] = a[((nint)r * stride) + k];
            new Span<float>(target + rows, length - rows).Clear();
        }
    }

    private void Release()
    {
        NativeMemory.AlignedFree(values);
        NativeMemory.AlignedFree(offsets);
        NativeMemory.AlignedFree(counts);
        NativeMemory.AlignedFree(transposed);
        NativeMemory.AlignedFree(products);
        NativeMemory.AlignedFree(row);
        NativeMemory.AlignedFree(Patches);
    }
}
