using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>Everything that one owner has taken on a device, given back together.</summary>
/// <param name="accelerator">The device.</param>
internal sealed class DeviceMemory(Accelerator accelerator) : IDisposable
{
    private readonly List<IDisposable> taken = [];

    /// <summary>Memory for a matrix.</summary>
    /// <param name="length">Elements.</param>
    public DeviceMatrix Matrix(long length) => Keep(new DeviceMatrix(accelerator, length));

    /// <summary>Memory for some values.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="length">How many.</param>
    public ArrayView<T> Vector<T>(long length)
        where T : unmanaged => Keep(accelerator.Allocate1D<T>(Math.Max(1, length))).View;

    /// <summary>Values, copied to the device.</summary>
    /// <param name="values">The values; at least one.</param>
    public ArrayView<float> Vector(float[] values)
    {
        ArrayView<float> view = Vector<float>(values.Length);
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

    private T Keep<T>(T part)
        where T : IDisposable
    {
        taken.Add(part);
        return part;
    }
}
