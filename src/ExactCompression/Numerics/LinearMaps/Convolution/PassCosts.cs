using System.Runtime.Intrinsics;

namespace ExactCompression.Numerics;

/// <summary>
/// Estimates how long the passes of a convolution take for a block of rows. The unit is the time of a multiply-add of vectors that are at
/// hand; the other constants are measured, on processors with vectors of 256 bits, and have no more than one digit that counts.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="rowAxis">The axis of rows.</param>
/// <param name="columnAxis">The axis of columns.</param>
/// <param name="sources">Source channels of a group.</param>
/// <param name="targets">Target channels of a group.</param>
internal sealed class PassCosts<T>(ConvolutionAxis rowAxis, ConvolutionAxis columnAxis, int sources, int targets)
    where T : unmanaged
{
    /// <summary>
    /// Elements that may be laid out at a time, and targets of a channel: kernels with great dilations have elements far apart, with zeros
    /// between, and great strides have many grids of targets.
    /// </summary>
    private const int MostLaidOut = 1 << 20;

    /// <summary>To transpose a vector of elements on the way in or out.</summary>
    private const double Transposed = 12;

    /// <summary>To begin and end a target's sums, where they are those of a few channels.</summary>
    private const double Target = 30;

    /// <summary>To begin and end a target's sums, where they are those of a vector of channels.</summary>
    private const double Point = 3;

    /// <summary>A multiply-add of half a vector of channels.</summary>
    private const double Half = 0.7;

    /// <summary>A multiply-add where a weight's place is looked up.</summary>
    private const double LookedUp = 1.1;

    /// <summary>Three channels at a time, where they take less than four: there is less between loads to hide them.</summary>
    private const double Triple = 3.5;

    /// <summary>To begin and end with three columns of the kernel that an element meets, and to add to their targets.</summary>
    private const double Three = 30;

    /// <summary>To copy a vector of elements.</summary>
    private const double Copied = 2;

    /// <summary>To copy an element on its own, as strides take it.</summary>
    private const double Single = 2;

    /// <summary>To begin and end a run of what a target meets with a row of the kernel.</summary>
    private const double Run = 3;

    /// <summary>To begin and end copying a row of a plane.</summary>
    private const double Line = 5;

    /// <summary>To begin and end with a grid of targets in the planes of a group.</summary>
    private const double Grid = 30;

    /// <summary>A multiply-add of a plane's vector, which does not begin where the cache's lines do.</summary>
    private const double Unaligned = 1.15;

    /// <summary>To begin and end with a vector of columns of a depthwise convolution.</summary>
    private const double Column = 20;

    /// <summary>A row of the source of a depthwise convolution, for a vector of columns.</summary>
    private const double ColumnRow = 5;

    /// <summary>To begin and end with a tile of sums over a column of the kernel.</summary>
    private const double Tile = 10;

    private readonly double terms = sources * Meets(rowAxis) * Meets(columnAxis);

    private int PaddedTargets => targets < 3 ? targets : (targets + 3) / 4 * 4;

    private static int Lanes => Vector512<T>.Count;

    /// <summary>The time of <see cref="RowLanePass{T}"/>, for each group of channels.</summary>
    /// <param name="windows">The rows and windows.</param>
    public double OfRowLanes(BatchWindows windows)
    {
        double channels = targets == 3 && Vector512.IsHardwareAccelerated ? Triple : PaddedTargets;
        double blocks = targets >= 3 ? PaddedTargets / 4 : channels;
        double sums = (LookedUp * channels * TermsOf(windows)) + (windows.TargetPlane * blocks * Target);
        if (RowLanePass<T>.IsSingle(targets, rowAxis.Taps * columnAxis.Taps))
        {
            int threes = (columnAxis.Taps + 2) / 3;
            sums = (double)targets * windows.SourcePlane * rowAxis.Taps * threes * ((3 * LookedUp * sources) + Three);
        }

        return Vectors(windows.Rows) * (sums + (Transposed * ((sources * windows.SourcePlane) + (targets * windows.TargetPlane))));
    }

    /// <summary>The time of <see cref="ChannelLanePass{T}"/>.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfChannelLanes(BatchWindows windows)
    {
        int from = windows.SourcePlane, to = windows.TargetPlane;
        double source = from <= ChannelLanePass<T>.MostAsTheyLie ? 0 : Math.Min(Transposed * Vectors(sources), Single * sources) * from;
        double vectors = Vector512.IsHardwareAccelerated && 2 * targets <= Lanes ? Half : Vectors(targets);
        double met = TermsOf(windows), sums = vectors * ((to * Point) + met + (Run * met / (sources * Meets(columnAxis))));
        return windows.Rows * (sums + source + (Transposed * Vectors(targets) * to / Lanes));
    }

    /// <summary>The time of <see cref="PlaneLanePass{T}"/>.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfPlaneLanes(BatchWindows windows)
    {
        PlaneAxis row = new(rowAxis, [], windows.Vertical), column = new(columnAxis, [], windows.Horizontal);
        double laidOut = (double)sources * row.Length * row.Phases * column.Length * column.Phases;
        double places = ((double)row.TargetsOf(0) * column.Pitch) + Lanes, grids = (double)row.TargetStep * column.TargetStep;
        if (Math.Max(laidOut, grids * places) > MostLaidOut)
            return double.PositiveInfinity;
        double sums = grids * places / Lanes * PaddedTargets * terms * Unaligned;
        double lines = (double)row.Windows.Length * row.Phases / row.Step;
        double met = Math.Min(1, rowAxis.Taps / (double)row.TargetStep);
        double written = row.Windows.Targets * ((met * LineOf(column.Windows.Targets, column.TargetStep)) + ((1 - met) * Copied));
        double time = (grids * Grid) + sums + (targets * written);
        return row.IsPlain && column.IsPlain
            ? windows.Rows * time
            : (laidOut / Lanes) + (windows.Rows * (time + (sources * lines * LineOf(column.Windows.Length, column.Step))));
    }

    /// <summary>The time of <see cref="DepthwisePass{T}"/>; without end where there is none.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfDepthwise(BatchWindows windows)
    {
        if (!DepthwisePass<T>.Suits(rowAxis, columnAxis, sources, targets))
            return double.PositiveInfinity;
        int columns = (windows.Horizontal.Targets + Vector256<T>.Count - 1) / Vector256<T>.Count, height = windows.Vertical.Targets;
        double met = (rowAxis.IsTransposed ? height / (double)rowAxis.Stride : height * rowAxis.Stride) + 2;
        return (double)windows.Rows * columns * (Column + (ColumnRow * met));
    }

    /// <summary>The time of <see cref="ColumnSumPass{T}"/>; without end where there is none.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfColumnSums(BatchWindows windows)
    {
        if (!ColumnSumPass<T>.Suits(rowAxis, columnAxis, targets, windows))
            return double.PositiveInfinity;
        int tile = ColumnSumTiles.Columns<T>(), height = windows.Vertical.Targets;
        int bands = (height + ColumnSumTiles.Rows - 1) / ColumnSumTiles.Rows;
        int vectors = (windows.Horizontal.Length + tile - 1) / tile * tile / Lanes;
        double sums = bands * columnAxis.Taps * vectors * ((ColumnSumTiles.Rows * rowAxis.Taps * sources) + Tile);
        double added = height * (Line + (Copied * (columnAxis.Taps + 1) * Vectors(windows.Horizontal.Targets)));
        return windows.Rows * targets * (sums + added);
    }

    /// <summary>To copy a row of a plane, the elements of which are or become neighbours by turns.</summary>
    private static double LineOf(int width, int step) => Line + (step <= 2 ? step * Copied * Vectors(width) : Single * width);

    /// <summary>The terms of all targets of a channel: of small windows of a transpose, no more than there are of the source.</summary>
    private double TermsOf(BatchWindows windows) =>
        sources * TermsOf(rowAxis, windows.Vertical) * TermsOf(columnAxis, windows.Horizontal);

    private static double TermsOf(ConvolutionAxis axis, AxisWindows windows) =>
        Math.Min(windows.Targets * Meets(axis), axis.IsTransposed ? windows.Length * axis.Taps : double.PositiveInfinity);

    private static int Vectors(int elements) => (elements + Lanes - 1) / Lanes;

    /// <summary>Kernel elements that a target meets, on average.</summary>
    private static double Meets(ConvolutionAxis axis) => axis.IsTransposed ? (double)axis.Taps / axis.Stride : axis.Taps;
}
