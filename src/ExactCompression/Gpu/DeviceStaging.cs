using ExactCompression.Witnesses;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>Copies points to the device on a stream of its own, so that the copy of one batch overlaps with the work on another.</summary>
/// <remarks>
/// Two buffers alternate, each a page-locked array on the host (which the GPU reads directly) and as much memory on the device. Streams are
/// not ordered with each other: the host waits for a copy before it queues work that reads it, and for the work before it overwrites what
/// that reads.
/// </remarks>
internal sealed class DeviceStaging(Accelerator accelerator, int inputs, int threads) : IDisposable
{
    /// <summary>Number of buffers.</summary>
    public const int Buffers = 2;

    /// <summary>Points that a thread writes at a time.</summary>
    private const int Block = 256;

    private readonly AcceleratorStream copies = accelerator.CreateStream();
    private readonly Buffer[] buffers = [new(), new()];
    private readonly ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
    private int next;
    private int staged;

    /// <summary>Fills a buffer and starts to copy it; returns while the copy runs.</summary>
    /// <param name="count">Number of points.</param>
    /// <param name="source">Writes them.</param>
    public void Stage(int count, PointSource source)
    {
        Buffer buffer = buffers[next];
        if (staged > 0)
            copies.Synchronize(); // points that were staged and not taken are overwritten
        if (buffer.IsRead)
            WorkIsDone();
        staged = count;
        int length = checked(count * inputs);
        if (buffer.Host is null || buffer.Host.Length < length)
        {
            buffer.Dispose();
            buffer.Host = accelerator.AllocatePageLocked1D<float>(length, uninitialized: true);
            buffer.Device = new(accelerator, length);
        }

        float[] host = buffer.Host.GetArray();
        Parallel.For(0, (count + Block - 1) / Block, parallel, block =>
        {
            int first = block * Block, rows = Math.Min(Block, count - first);
            source(first, rows, host.AsSpan(first * inputs, rows * inputs));
        });
        buffer.Device!.Vector(length).CopyFrom(copies, buffer.Host.ArrayView.SubView(0, length));
    }

    /// <summary>
    /// The staged points on the device, as rows, once they are copied; valid for work that is queued before the next call of
    /// <see cref="Stage"/> but one.
    /// </summary>
    public MatrixView Take()
    {
        if (staged == 0)
            throw new InvalidOperationException("Stage points first.");
        copies.Synchronize();
        Buffer buffer = buffers[next];
        MatrixView points = buffer.Device!.As(staged, inputs);
        buffer.IsRead = true;
        next = (next + 1) % Buffers;
        staged = 0;
        return points;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Buffer buffer in buffers)
            buffer.Dispose();
        DeviceFailure.Dispose(copies);
    }

    private void WorkIsDone()
    {
        accelerator.DefaultStream.Synchronize();
        foreach (Buffer buffer in buffers)
            buffer.IsRead = false;
    }

    private sealed class Buffer : IDisposable
    {
        public PageLockedArray1D<float>? Host { get; set; }

        public DeviceMatrix<float>? Device { get; set; }

        /// <summary>Whether queued work may still read it.</summary>
        public bool IsRead { get; set; }

        public void Dispose()
        {
            DeviceFailure.Dispose(Host);
            DeviceFailure.Dispose(Device);
            (Host, Device) = (null, null);
        }
    }
}
