namespace ExactCompression.Gpu.Kernels;

/// <summary>How many threads a square group has along one side: a constant of the compiled kernel.</summary>
/// <remarks>
/// A type and not an argument: the compiler then knows all distances inside a tile, unrolls its loops, and encodes the distances in the
/// load instructions. Read from the group at run time, they would cost more instructions than the multiply-adds.
/// </remarks>
internal interface IGroupEdge
{
    /// <summary>Threads along one side; a power of two, at most <see cref="Tile.MaxEdge"/>.</summary>
    int Threads { get; }
}

/// <summary>256 threads: for GPUs.</summary>
internal readonly struct Edge16 : IGroupEdge
{
    /// <inheritdoc/>
    public int Threads => 16;
}

/// <summary>64 threads.</summary>
internal readonly struct Edge8 : IGroupEdge
{
    /// <inheritdoc/>
    public int Threads => 8;
}

/// <summary>16 threads: what ILGPU's CPU accelerator takes by default.</summary>
internal readonly struct Edge4 : IGroupEdge
{
    /// <inheritdoc/>
    public int Threads => 4;
}

/// <summary>4 threads.</summary>
internal readonly struct Edge2 : IGroupEdge
{
    /// <inheritdoc/>
    public int Threads => 2;
}

/// <summary>A single thread.</summary>
internal readonly struct Edge1 : IGroupEdge
{
    /// <inheritdoc/>
    public int Threads => 1;
}
