using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// The rows of a convolution's source that are at hand, transposed: position after position, in each the channels of a group, for each
/// channel a vector or two with a lane for each row of the block. Those that are 0 in all lanes are left out.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal unsafe ref struct LaneSource<T>
    where T : unmanaged
{
    private readonly int groups;
    private readonly int depth;
    private readonly int height;
    private readonly int width;
    private readonly int ring;
    private readonly int vectors;
    private readonly T[] valueArray;
    private readonly int[] indexArray;
    private readonly GCHandle valueHandle;
    private readonly GCHandle indexHandle;
    private readonly T* values;
    private readonly int* entries;
    private readonly int* starts;
    private T* source;
    private int rowSize;
    private int rows;
    private int loaded;

    /// <summary>Makes room.</summary>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="depth">Channels of a group.</param>
    /// <param name="window">The source's window.</param>
    /// <param name="ring">Rows that are at hand at a time.</param>
    /// <param name="vectors">Vectors of a row's element.</param>
    public LaneSource(int groups, int depth, Window window, int ring, int vectors)
    {
        (this.groups, this.depth, this.ring, this.vectors) = (groups, depth, ring, vectors);
        (height, width) = (window.Height, window.Width);
        int lanes = Vector512<T>.Count, elements = groups * ring * width * depth;
        valueArray = ArrayPool<T>.Shared.Rent((elements * vectors * lanes) + (2 * lanes));
        indexArray = ArrayPool<int>.Shared.Rent(elements + 1 + (groups * ring * (width + 1)));
        valueHandle = GCHandle.Alloc(valueArray, GCHandleType.Pinned);
        indexHandle = GCHandle.Alloc(indexArray, GCHandleType.Pinned);
        values = (T*)((valueHandle.AddrOfPinnedObject() + 63) & ~63);
        starts = (int*)indexHandle.AddrOfPinnedObject();
        entries = starts + (groups * ring * (width + 1));
    }

    /// <summary>Begins a block of rows.</summary>
    /// <param name="source">The first of them.</param>
    /// <param name="rowSize">From one to the next.</param>
    /// <param name="rows">Their number.</param>
    public void Begin(T* source, int rowSize, int rows)
    {
        this.source = source;
        (this.rowSize, this.rows, loaded) = (rowSize, rows, 0);
    }

    /// <summary>Tells a sweep where a group's values are.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="group">The group.</param>
    public readonly void Describe(ref ConvolutionSweep<T> sweep, int group)
    {
        nint first = (nint)group * ring * width * depth;
        sweep.Values = values + (first * vectors * Vector512<T>.Count);
        sweep.Entries = entries + first;
        sweep.Starts = starts + ((nint)group * ring * (width + 1));
        sweep.StartStride = width + 1;
    }

    /// <summary>Loads rows.</summary>
    /// <param name="end">How far down.</param>
    public void Load(int end)
    {
        while (loaded < end)
        {
            int slot = loaded % ring, count = Math.Min(end - loaded, ring - slot);
            for (int group = 0; group < groups; group++)
            {
                Transpose(group, slot, count);
                for (int row = slot; row < slot + count; row++)
                    Compact(group, row);
            }

            loaded += count;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public readonly void Dispose()
    {
        valueHandle.Free();
        indexHandle.Free();
        ArrayPool<T>.Shared.Return(valueArray);
        ArrayPool<int>.Shared.Return(indexArray);
    }

    [SkipLocalsInit]
    private readonly void Transpose(int group, int slot, int count)
    {
        int lanes = Vector512<T>.Count, length = count * width, channels = depth;
        T* tile = stackalloc T[2 * lanes * lanes];
        T* to = values + ((((nint)group * ring) + slot) * width * depth * vectors * lanes);
        T* from = source + ((nint)group * depth * height * width) + ((nint)loaded * width);
        if (count == height)
            (channels, length) = (1, channels * length);
        int channel = 0, position = 0;
        for (int c = 0; c < channels; c++, from += (nint)height * width)
        {
            for (int at = 0; at < length; at += lanes)
            {
                int elements = Math.Min(lanes, length - at);
                for (int v = 0; v < vectors; v++)
                {
                    int first = v * lanes;
                    LaneTranspose.Read(
                        from + at + ((nint)first * rowSize), rowSize, Math.Min(lanes, rows - first), elements, tile + (first * lanes));
                }

                for (int e = 0; e < elements; e++)
                {
                    T* cell = to + ((((nint)position * depth) + channel) * vectors * lanes);
                    for (int v = 0; v < vectors; v++)
                        Vector512.Load(tile + (((v * lanes) + e) * lanes)).Store(cell + (v * lanes));
                    if (++position == count * width)
                        (position, channel) = (0, channel + 1);
                }
            }
        }
    }

    /// <summary>Leaves out what is 0 in all lanes.</summary>
    private readonly void Compact(int group, int slot)
    {
        int lanes = Vector512<T>.Count, size = vectors * lanes;
        nint region = (nint)group * ring * width * depth;
        int n = slot * width * depth;
        T* read = values + ((region + n) * size), write = read;
        int* start = starts + ((((nint)group * ring) + slot) * (width + 1));
        for (int w = 0, k = 0; w < width; w++)
        {
            start[w] = n;
            for (int c = 0; c < depth; c++, k++, read += size)
            {
                Vector512<T> first = Vector512.Load(read), last = Vector512.Load(read + size - lanes);
                first.Store(write);
                last.Store(write + size - lanes);
                entries[region + n] = k;
                bool zero = Vector512.EqualsAll(first, Vector512<T>.Zero) & Vector512.EqualsAll(last, Vector512<T>.Zero);
                n += zero ? 0 : 1;
                write += zero ? 0 : size;
            }
        }

        start[width] = n;
    }
}
