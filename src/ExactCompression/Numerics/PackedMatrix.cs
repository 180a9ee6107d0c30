using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The right-hand factor of a matrix product, laid out for the kernel of <see cref="MatrixProduct"/>: panels of <see cref="PanelWidth"/>
/// columns, each panel row after row, the last one padded with zeros. Packed once, used for every product with the same weights.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed unsafe class PackedMatrix<T> : IDisposable
    where T : unmanaged
{
    private PackedMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        Panels = (columns + PanelWidth - 1) / PanelWidth;
        nuint bytes = (nuint)Panels * (nuint)rows * (nuint)PanelWidth * (nuint)sizeof(T);
        Data = (T*)NativeMemory.AlignedAlloc(Math.Max(bytes, 64), 64);
        NativeMemory.Clear(Data, bytes);
        GC.AddMemoryPressure((long)bytes);
        ByteCount = (long)bytes;
    }

    /// <summary>Releases the memory where <see cref="Dispose"/> was not called.</summary>
    ~PackedMatrix() => Release();

    /// <summary>Columns of a panel: two 512-bit vectors.</summary>
    public static int PanelWidth => 2 * Vector512<T>.Count;

    /// <summary>Rows of the matrix: the length of the sums.</summary>
    public int Rows { get; }

    /// <summary>Columns of the matrix: the width of the product.</summary>
    public int Columns { get; }

    /// <summary>Number of panels.</summary>
    public int Panels { get; }

    /// <summary>The panels, 64-byte aligned.</summary>
    internal T* Data { get; private set; }

    private long ByteCount { get; }

    /// <summary>A matrix of zeros, to be written panel by panel.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    public static PackedMatrix<T> Zeros(int rows, int columns) => new(rows, columns);

    /// <summary>Packs a row-major matrix as it is, so that <c>X W</c> can be computed.</summary>
    /// <param name="values">Row-major <paramref name="rows"/> x <paramref name="columns"/>.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    public static PackedMatrix<T> FromRows(ReadOnlySpan<T> values, int rows, int columns)
    {
        var packed = new PackedMatrix<T>(rows, columns);
        int width = PanelWidth;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column += width)
            {
                int count = Math.Min(width, columns - column);
                values.Slice((row * columns) + column, count).CopyTo(new Span<T>(packed.Data + PanelOffset(rows, column, row), count));
            }
        }

        return packed;
    }

    /// <summary>Packs the transpose of a row-major matrix, so that <c>X W^T</c> can be computed.</summary>
    /// <param name="values">Row-major <paramref name="rows"/> x <paramref name="columns"/>.</param>
    /// <param name="rows">Its rows: the columns of the packed matrix.</param>
    /// <param name="columns">Its columns: the rows of the packed matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PackedMatrix<T> FromTransposed(ReadOnlySpan<T> values, int rows, int columns)
    {
        var packed = new PackedMatrix<T>(columns, rows);
        int width = PanelWidth;
        for (int row = 0; row < rows; row++)
        {
            T* target = packed.Data + PanelOffset(columns, row, 0);
            for (int column = 0; column < columns; column++)
                target[column * width] = values[(row * columns) + column];
        }

        return packed;
    }

    /// <summary>Writes some rows.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="values">Row-major rows of <see cref="Columns"/>.</param>
    public void SetRows(int first, ReadOnlySpan<T> values)
    {
        int width = PanelWidth;
        for (int column = 0; column < Columns; column += width)
        {
            int count = Math.Min(width, Columns - column);
            T* target = Data + PanelOffset(Rows, column, first);
            for (int at = column; at < values.Length; at += Columns, target += width)
                values.Slice(at, count).CopyTo(new Span<T>(target, count));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static nint PanelOffset(int rows, int column, int row)
    {
        int width = PanelWidth;
        return ((nint)(column / width) * rows * width) + ((nint)row * width) + (column % width);
    }

    private void Release()
    {
        if (Data is null)
            return;
        NativeMemory.AlignedFree(Data);
        Data = null;
        GC.RemoveMemoryPressure(ByteCount);
    }
}
