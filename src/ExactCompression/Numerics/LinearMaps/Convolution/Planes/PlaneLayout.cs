using System.Buffers;
using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// How windows of a convolution's source are laid out for <see cref="PlaneLanePass{T}"/>, and the grids of targets over them: in each grid
/// all targets are sums of the same terms, each from its own place on. The place of a target is its row in the grid times
/// <see cref="Width"/>, plus its column.
/// </summary>
internal readonly ref struct PlaneLayout
{
    private readonly PlaneTerm[] terms;
    private readonly PlaneGrid[] grids;
    private readonly PlanePart[] parts;
    private readonly int gridCount;
    private readonly int partCount;

    /// <summary>Lays out windows.</summary>
    /// <param name="rows">The axis of rows.</param>
    /// <param name="columns">The axis of columns.</param>
    /// <param name="taps">Rows and columns of the kernel.</param>
    /// <param name="sources">Source channels of a group.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PlaneLayout(PlaneAxis rows, PlaneAxis columns, (int Rows, int Columns) taps, int sources)
    {
        (Width, Step, TargetStep) = (columns.Length, columns.Step, columns.TargetStep);
        IsPlain = rows.IsPlain && columns.IsPlain;
        RowStep = rows.Step * columns.SourceLength;
        TargetRowStep = rows.TargetStep * columns.Targets;
        int plane = rows.Length * columns.Length;
        Channel = plane * rows.Step * columns.Step;
        (partCount, gridCount) = (rows.Step * columns.Step, rows.TargetStep * columns.TargetStep);
        parts = ArrayPool<PlanePart>.Shared.Rent(partCount);
        for (int part = 0; part < partCount; part++)
        {
            (int i, int j) = Math.DivRem(part, columns.Step);
            (int top, int row, int height) = rows.ElementsOf(i);
            (int left, int column, int width) = columns.ElementsOf(j);
            parts[part] = new((part * plane) + (top * Width) + left, (row * columns.SourceLength) + column, height, width);
        }

        terms = ArrayPool<PlaneTerm>.Shared.Rent(taps.Rows * taps.Columns * sources);
        grids = ArrayPool<PlaneGrid>.Shared.Rent(gridCount);
        int count = 0;
        for (int grid = 0; grid < gridCount; grid++)
        {
            (int y, int x) = Math.DivRem(grid, columns.TargetStep);
            int first = count;
            for (int i = 0; i < taps.Rows; i++)
            {
                if (!rows.TryMeet(y, i, out int rowPhase, out int row))
                    continue;
                for (int j = 0; j < taps.Columns; j++)
                {
                    if (!columns.TryMeet(x, j, out int columnPhase, out int column))
                        continue;
                    int place = (((rowPhase * columns.Step) + columnPhase) * plane) + (row * Width) + column;
                    for (int s = 0; s < sources; s++)
                        terms[count++] = new((s * Channel) + place, (((i * taps.Columns) + j) * sources) + s);
                }
            }

            grids[grid] = new(
                Math.Max(0, rows.TargetsOf(y)), Math.Max(0, columns.TargetsOf(x)), (y * columns.Targets) + x, first, count - first);
        }
    }

    /// <summary>Elements that a channel is laid out with.</summary>
    public int Channel { get; }

    /// <summary>From one row of a phase to the next.</summary>
    public int Width { get; }

    /// <summary>Whether channels are laid out as the window has them.</summary>
    public bool IsPlain { get; }

    /// <summary>In the source's window, from one element of a phase to its neighbour in the row.</summary>
    public int Step { get; }

    /// <summary>In the source's window, from one row of a phase to the next.</summary>
    public int RowStep { get; }

    /// <summary>In the target's window, from one target of a grid to its neighbour in the row.</summary>
    public int TargetStep { get; }

    /// <summary>In the target's window, from one row of a grid to the next.</summary>
    public int TargetRowStep { get; }

    /// <summary>What is laid out of each channel.</summary>
    public ReadOnlySpan<PlanePart> Parts => parts.AsSpan(0, partCount);

    /// <summary>The grids of targets; the first one is the largest.</summary>
    public ReadOnlySpan<PlaneGrid> Grids => grids.AsSpan(0, gridCount);

    /// <summary>What the targets of a grid are sums of.</summary>
    /// <param name="grid">The grid.</param>
    public ReadOnlySpan<PlaneTerm> TermsOf(PlaneGrid grid) => terms.AsSpan(grid.FirstTerm, grid.TermCount);

    /// <summary>Gives the arrays back.</summary>
    public void Dispose()
    {
        ArrayPool<PlaneTerm>.Shared.Return(terms);
        ArrayPool<PlaneGrid>.Shared.Return(grids);
        ArrayPool<PlanePart>.Shared.Return(parts);
    }
}
