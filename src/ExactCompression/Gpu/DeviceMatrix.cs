using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>Memory on the device, seen as a row-major matrix of any shape that fits.</summary>
/// <typeparam name="T">Type of an element.</typeparam>
internal sealed class DeviceMatrix<T> : IDisposable
    where T : unmanaged
{
    private readonly MemoryBuffer1D<T, Stride1D.Dense> buffer;

    /// <summary>Allocates memory.</summary>
    /// <param name="accelerator">The device.</param>
    /// <param name="length">Elements.</param>
    public DeviceMatrix(Accelerator accelerator, long length) => buffer = accelerator.Allocate1D<T>(Math.Max(1, length));

    /// <summary>The memory as a matrix.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public ArrayView2D<T, Stride2D.DenseY> As(int rows, int columns) =>
        buffer.View.SubView(0, (long)rows * columns).As2DDenseYView(new LongIndex2D(rows, columns));

    /// <summary>The memory's first elements.</summary>
    /// <param name="length">How many.</param>
    public ArrayView<T> Vector(long length) => buffer.View.SubView(0, length);

    /// <inheritdoc/>
    public void Dispose() => buffer.Dispose();
}
