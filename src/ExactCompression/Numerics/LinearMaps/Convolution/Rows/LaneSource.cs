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
    private readonly int size;
    private readonly bool compact;
    private readonly T[] valueArray;
    private readonly int[] indexArray;
    private readonly GCHandle valueHandle;
    private readonly GCHandle indexHandle;
    private readonly T* values;
    private readonly int* entries;
    private readonly int* starts;
    private readonly T* staging;
    private T* source;
    private int rowSize;
    private int rows;
    private int loaded;

    /// <summary>Makes room.</summary>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="depth">Channels of a group.</param>
    /// <param name="windows">The rows and windows.</param>
    /// <param name="ring">Rows that are at hand at a time.</param>
    /// <param name="vectors">Vectors of an element.</param>
    /// <param name="compact">Whether it is worth while to leave zeros out.</param>
    /// <param name="isNumbered">Whether values are looked up where none is left out.</param>
    public LaneSource(int groups, int depth, BatchWindows windows, int ring, int vectors, bool compact, bool isNumbered)
    {
        (this.groups, this.depth, this.ring, this.compact) = (groups, depth, ring, compact);
        size = vectors * Vector512<T>.Count;
        (height, width) = (windows.Vertical.Length, windows.Horizontal.Length);
        int lanes = Vector512<T>.Count, elements = groups * ring * width * depth, staged = lanes * depth;
        valueArray = ArrayPool<T>.Shared.Rent(((elements + staged + lanes) * size) + lanes);
        indexArray = ArrayPool<int>.Shared.Rent(elements + (groups * ring * (width + 1)));
        valueHandle = GCHandle.Alloc(valueArray, GCHandleType.Pinned);
        indexHandle = GCHandle.Alloc(indexArray, GCHandleType.Pinned);
        staging = (T*)((valueHandle.AddrOfPinnedObject() + 63) & ~63);
        values = staging + ((staged + lanes) * size);
        starts = (int*)indexHandle.AddrOfPinnedObject();
        entries = starts + (groups * ring * (width + 1));
        if (!compact && isNumbered)
            NumberAll();
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
        sweep.Values = values + (first * size);
        sweep.Entries = entries + first;
        sweep.Starts = starts + ((nint)group * ring * (width + 1));
        sweep.StartStride = width + 1;
    }

    /// <summary>Loads rows.</summary>
    /// <param name="end">How far down.</param>
    /// <param name="used">Which rows are needed at all.</param>
    public void Load(int end, ReadOnlySpan<bool> used)
    {
        while (loaded < end)
        {
            if (!used[loaded])
            {
                loaded++;
                continue;
            }

            int slot = loaded % ring, most = Math.Min(end - loaded, ring - slot), count = used.Slice(loaded, most).IndexOf(false);
            count = count < 0 ? most : count;
            for (int group = 0; group < groups; group++)
                Transpose(group, slot, count);

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

    /// <summary>Describes values none of which is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void NumberAll()
    {
        for (int row = 0; row < groups * ring; row++)
        {
            int first = row % ring * width * depth;
            for (int w = 0; w <= width; w++)
                starts[(row * (width + 1)) + w] = first + (w * depth);
            for (int k = 0; k < width * depth; k++)
                entries[(row * width * depth) + k] = k;
        }
    }

    /// <summary>Transposes some rows, by a few positions of all channels at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Transpose(int group, int slot, int count)
    {
        int lanes = Vector512<T>.Count, positions = count * width, plane = height * width;
        nint begin = (((nint)group * ring) + slot) * width * depth;
        T* from = source + ((nint)group * depth * plane) + ((nint)loaded * width);
        var cursor = new Cursor { Place = slot * width };
        for (int at = 0; at < positions; at += lanes)
        {
            int elements = Math.Min(lanes, positions - at);
            T* cells = compact ? staging : values + ((begin + ((nint)at * depth)) * size);
            if (plane == 1)
                Read(from, depth, cells, size);
            for (int c = 0; c < depth && plane > 1; c++)
                Read(from + ((nint)c * plane) + at, elements, cells + ((nint)c * size), (nint)depth * size);
            if (compact)
                Append(group, elements, ref cursor);
        }
    }

    /// <summary>Transposes neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Read(T* from, int count, T* cells, nint step)
    {
        int lanes = Vector512<T>.Count;
        for (int at = 0; at < count; at += lanes)
        {
            for (int first = 0; first < size; first += lanes)
            {
                LaneTranspose.Read(
                    from + at + ((nint)first * rowSize),
                    rowSize,
                    Math.Min(lanes, rows - first),
                    Math.Min(lanes, count - at),
                    cells + (at * step) + first,
                    step);
            }
        }
    }

    /// <summary>Takes over positions from the staging area, without what is 0 in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Append(int group, int positions, ref Cursor cursor)
    {
        int lanes = Vector512<T>.Count, last = size - lanes, n = cursor.Next, stop = depth, step = size;
        nint region = (nint)group * ring * width * depth;
        int* entry = entries + region;
        T* read = staging;
        for (int p = 0; p < positions; p++, cursor.Place++)
        {
            (int slot, int w) = Math.DivRem(cursor.Place, width);
            if (w == 0)
                n = cursor.Place * depth;
            int* start = starts + ((((nint)group * ring) + slot) * (width + 1)) + w;
            *start = n;
            T* write = values + ((region + n) * step);
            for (int c = 0, k = w * depth; c < stop; c++, k++, read += step)
            {
                Vector512<T> x = Vector512.Load(read), y = Vector512.Load(read + last);
                x.Store(write);
                y.Store(write + last);
                entry[n] = k;
                bool kept = !Vector512.EqualsAll((x | y).AsInt64(), Vector512<long>.Zero);
                n += kept ? 1 : 0;
                write += kept ? step : 0;
            }

            start[1] = n;
        }

        cursor.Next = n;
    }

    /// <summary>Where values are taken over to.</summary>
    private struct Cursor
    {
        /// <summary>Row and column of the next position.</summary>
        public int Place;

        /// <summary>The next value.</summary>
        public int Next;
    }
}
