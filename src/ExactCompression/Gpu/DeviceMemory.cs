using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>Everything that one owner has allocated on a device, released together.</summary>
/// <param name="accelerator">The device.</param>
internal sealed class DeviceMemory(Accelerator accelerator) : IDisposable
{
    private readonly List<IDisposable> taken = [];

    /// <summary>Memory for a matrix.</summary>
    /// <param name="length">Elements.</param>
    public DeviceMatrix<float> Matrix(long length) => Matrix<float>(length);

    /// <summary>Memory for a matrix.</summary>
    /// <typeparam name="T">Type of an element.</typeparam>
    /// <param name="length">Elements.</param>
    public DeviceMatrix<T> Matrix<T>(long length)
        where T : unmanaged => Keep(new DeviceMatrix<T>(accelerator, length));

    /// <summary>Memory for some values.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="length">How many.</param>
    public ArrayView<T> Vector<T>(long length)
        where T : unmanaged => Keep(accelerator.Allocate1D<T>(Math.Max(1, length))).View;

    /// <summary>Values, copied to the device.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="values">The values.</param>
    public ArrayView<T> Vector<T>(T[] values)
        where T : unmanaged
    {
        ArrayView<T> view = Vector<T>(values.LongLength);
        if (values.Length > 0)
            view.CopyFromCPU(values);
        return view;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in taken)
            DeviceFailure.Dispose(part);
        taken.Clear();
    }

    /// <summary>Transfers something to this owner.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="part">What to dispose with the rest.</param>
    public T Keep<T>(T part)
        where T : IDisposable
    {
        taken.Add(part);
        return part;
    }
}
