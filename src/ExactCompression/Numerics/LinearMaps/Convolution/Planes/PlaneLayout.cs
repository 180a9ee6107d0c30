using System.Runtime.CompilerServices;

namespace ExactCompression.Numerics;

/// <summary>
/// How windows of a convolution's source are laid out for <see cref="PlaneLanePass{T}"/>, and the grids of targets over them: in each grid
/// all targets are sums of the same terms, each from its own place on. The place of a target is its row in the grid times
/// <see cref="Width"/>, plus its column. Small windows of several rows of the batch lie one behind the other, <see cref="Plane"/> apart,
/// and so do their targets: vectors would otherwise be seldom full.
/// </summary>
internal sealed class PlaneLayout
{
    /// <summary>Places of one channel that are worth a call of the loops.</summary>
    private const int WorthWhile = 160;

    /// <summary>Places of all channels that stay in the first-level cache with their targets.</summary>
    private const int Cached = 2048;

    /// <summary>Elements between parts: rows are laid out with whole vectors of 256 bits, also beyond their ends.</summary>
    private const int Slack = 8;

    private readonly PlaneTerm[] terms;
    private readonly PlaneGrid[] grids;
    private readonly PlanePart[] parts;
    private readonly bool[] isEmpty;

    /// <summary>Lays out windows.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="weights">The convolution's weights.</param>
    /// <param name="windows">The rows and windows.</param>
    public static PlaneLayout Of<T>(ConvolutionWeights<T> weights, BatchWindows windows)
        where T : unmanaged =>
        new(
            new(weights.RowAxis, weights.RowOrder, windows.Vertical),
            new(weights.ColumnAxis, weights.ColumnOrder, windows.Horizontal),
            (weights.RowAxis.Taps, weights.ColumnAxis.Taps),
            weights.Sources,
            windows.Rows,
            windows.TargetPlane % PlaneTiles.Slack<T>() == 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private PlaneLayout(PlaneAxis rows, PlaneAxis columns, (int Rows, int Columns) taps, int sources, int batch, bool fillsTiles)
    {
        (Width, Plane, Step, TargetStep) = (columns.Pitch, rows.Pitch * columns.Pitch, columns.Step, columns.TargetStep);
        IsPlain = rows.IsPlain && columns.IsPlain;
        RowStep = rows.Step * columns.Windows.Length;
        (TargetHeight, TargetWidth, TargetRowStep) = (rows.Windows.Targets, columns.Windows.Targets, rows.TargetStep);
        int partCount = rows.Phases * columns.Phases;
        Stack = IsPlain || fillsTiles ? 1 : Math.Clamp(Math.Min(WorthWhile / Plane, Cached / (Plane * partCount * sources)), 1, batch);
        int part = ((((Stack - 1) * rows.Pitch) + rows.Length - 1) * Width) + columns.Length + (partCount > 1 ? Slack : 0);
        Channel = part * partCount;
        parts = new PlanePart[partCount];
        for (int p = 0; p < partCount; p++)
        {
            (int i, int j) = Math.DivRem(p, columns.Phases);
            (int top, int row, int height) = rows.ElementsOf(i);
            (int left, int column, int width) = columns.ElementsOf(j);
            parts[p] = new((p * part) + (top * Width) + left, (row * columns.Windows.Length) + column, height, width, false);
            if (columns.Step == 2 && j == 1)
                parts[p - 1] = parts[p - 1] with { IsPaired = parts[p - 1].IsPairedWith(parts[p]) };
        }

        terms = new PlaneTerm[taps.Rows * taps.Columns * sources];
        grids = new PlaneGrid[rows.TargetStep * columns.TargetStep];
        IsTarget = fillsTiles && grids.Length == 1 && Width == TargetWidth;
        isEmpty = new bool[rows.TargetStep];
        Array.Fill(isEmpty, true);
        int count = 0;
        for (int grid = 0; grid < grids.Length; grid++)
        {
            (int y, int x) = Math.DivRem(grid, columns.TargetStep);
            int first = count, metRows = MetBy(rows, y, taps.Rows), met = metRows * MetBy(columns, x, taps.Columns);
            for (int j = 0; j < taps.Columns; j++)
            {
                if (!columns.TryMeet(x, j, out int columnPhase, out int column))
                    continue;
                for (int i = 0; i < taps.Rows; i++)
                {
                    if (!rows.TryMeet(y, i, out int rowPhase, out int row))
                        continue;
                    int place = (((rowPhase * columns.Phases) + columnPhase) * part) + (row * Width) + column;
                    for (int s = 0; s < sources; s++)
                        terms[count + (s * met)] = new((s * Channel) + place, (((i * taps.Columns) + j) * sources) + s);
                    count++;
                }
            }

            count = first + (sources * met);
            isEmpty[y] &= met == 0;
            grids[grid] = new(Math.Max(0, rows.TargetsOf(y)), Math.Max(0, columns.TargetsOf(x)), first, count - first);
        }

        IsSpread = TargetStep == 2 && TargetRowStep == 2 && Array.FindLastIndex(grids, static g => g.TermCount > 0) == 0;
    }

    /// <summary>Windows that are laid out at a time.</summary>
    public int Stack { get; }

    /// <summary>Elements that a channel is laid out with, in all these windows.</summary>
    public int Channel { get; }

    /// <summary>From one window to the next.</summary>
    public int Plane { get; }

    /// <summary>From one row of a phase to the next.</summary>
    public int Width { get; }

    /// <summary>Whether channels are laid out as the window has them.</summary>
    public bool IsPlain { get; }

    /// <summary>In the source's window, from one element of a phase to its neighbour in the row.</summary>
    public int Step { get; }

    /// <summary>In the source's window, from one row of a phase to the next.</summary>
    public int RowStep { get; }

    /// <summary>Rows of the target's window.</summary>
    public int TargetHeight { get; }

    /// <summary>Columns of the target's window.</summary>
    public int TargetWidth { get; }

    /// <summary>In a row of the target's window, grids that take turns.</summary>
    public int TargetStep { get; }

    /// <summary>In a column of the target's window, grids that take turns.</summary>
    public int TargetRowStep { get; }

    /// <summary>Whether sums come to stand as the target's window has them, and fill the loops' tiles.</summary>
    public bool IsTarget { get; }

    /// <summary>Whether the targets in every other row and column are sums, and all between meet nothing.</summary>
    public bool IsSpread { get; }

    /// <summary>Whether the targets in every <see cref="TargetRowStep"/>-th row, from some row on, meet nothing.</summary>
    /// <param name="phase">The row.</param>
    public bool IsEmpty(int phase) => isEmpty[phase];

    /// <summary>What is laid out of each channel.</summary>
    public ReadOnlySpan<PlanePart> Parts => parts;

    /// <summary>The grids of targets, row after row of those that take turns; the first one is the largest.</summary>
    public ReadOnlySpan<PlaneGrid> Grids => grids;

    /// <summary>
    /// What the targets of a grid are sums of: source channel after channel, and of each one column of the kernel after the other.
    /// </summary>
    /// <param name="grid">The grid.</param>
    public ReadOnlySpan<PlaneTerm> TermsOf(PlaneGrid grid) => terms.AsSpan(grid.FirstTerm, grid.TermCount);

    /// <summary>The places from a grid's first target on to its last.</summary>
    /// <param name="grid">The grid.</param>
    /// <param name="windows">Number of windows.</param>
    public int PlacesOf(PlaneGrid grid, int windows) =>
        grid.Height == 0 || grid.Width == 0 ? 0 : ((windows - 1) * Plane) + ((grid.Height - 1) * Width) + grid.Width;

    private static int MetBy(PlaneAxis axis, int phase, int taps)
    {
        int met = 0;
        for (int tap = 0; tap < taps; tap++)
            met += axis.TryMeet(phase, tap, out _, out _) ? 1 : 0;
        return met;
    }
}
