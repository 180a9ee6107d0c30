using ExactCompression.Gpu.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace ExactCompression.Gpu;

/// <summary>How work is divided into thread groups: square groups, as large as the kernels support and the device allows.</summary>
internal readonly struct LaunchShape
{
    /// <summary>
    /// ILGPU's CPU accelerator runs groups one after the other, each on operating system threads that wait for each other: few groups that
    /// loop take far less time than many.
    /// </summary>
    private const int FewGroups = 4;

    private readonly int maxGridY;

    /// <summary>Chooses the group.</summary>
    /// <param name="accelerator">The device.</param>
    public LaunchShape(Accelerator accelerator)
    {
        int edge = Tile.MaxEdge;
        while (edge > 1
            && (edge * edge > Math.Min(accelerator.MaxNumThreadsPerGroup, accelerator.MaxGroupSize.X) || edge > accelerator.MaxGroupSize.Y))
            edge /= 2;
        Edge = edge;
        maxGridY = accelerator.AcceleratorType == AcceleratorType.CPU ? FewGroups : Math.Max(1, accelerator.MaxGridSize.Y);
    }

    /// <summary>Threads along one side of a group, a power of two.</summary>
    public int Edge { get; }

    /// <summary>Rows and columns of a product that a group computes.</summary>
    public int TileSide => Edge * Tile.PerThread;

    /// <summary>A thread for each element of a matrix; if there are more rows than the grid allows, each thread takes several.</summary>
    /// <param name="columns">Along the group's first axis, whose neighbours are adjacent in memory.</param>
    /// <param name="rows">Along its second.</param>
    public KernelConfig Elements(int columns, int rows) =>
        Square(Groups(columns, Edge), Math.Min(Groups(rows, Edge), maxGridY));

    /// <summary>A group for each tile of a product.</summary>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="rows">Rows of the product.</param>
    public KernelConfig Tiles(int columns, int rows) =>
        Square(Groups(columns, TileSide), Groups(rows, TileSide));

    /// <summary>
    /// A thread for each four columns and a position; if there are more positions than the grid allows, each takes several.
    /// </summary>
    /// <param name="columns">Along the group's first axis.</param>
    /// <param name="positions">Positions of a block, along its second axis.</param>
    /// <param name="blocks">Blocks that have these positions each.</param>
    public KernelConfig Positions(int columns, int positions, int blocks) =>
        Square(Groups(columns, TileSide), (int)Math.Min((long)Groups(positions, Edge) * blocks, maxGridY));

    /// <summary>A group for each tile of a matrix; if there are more rows than the grid allows, each takes several.</summary>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="rows">Rows of the matrix.</param>
    public KernelConfig RowTiles(int columns, int rows) =>
        Square(Groups(columns, TileSide), Math.Min(Groups(rows, TileSide), maxGridY));

    /// <summary>A group of all threads for each of some items.</summary>
    /// <param name="items">Number of items.</param>
    public KernelConfig GroupEach(int items) => new(items, Edge * Edge);

    /// <summary>A thread for each of some items.</summary>
    /// <param name="items">Number of items.</param>
    public KernelConfig ThreadEach(int items) => new(Groups(items, Edge * Edge), Edge * Edge);

    /// <summary>Enough groups for all columns, each as many as it is wide.</summary>
    /// <param name="columns">Number of columns.</param>
    public KernelConfig Columns(int columns) => Square(Groups(columns, Edge), 1);

    private static int Groups(int items, int each) => (items + each - 1) / each;

    private KernelConfig Square(int x, int y) => new(new Index2D(x, y), new Index2D(Edge, Edge));
}
