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
    /// <summary>Elements that may be laid out at a time: kernels with great dilations have them far apart, with zeros between.</summary>
    private const int MostLaidOut = 1 << 20;

    /// <summary>To transpose a vector of elements on the way in or out.</summary>
    private const double Transposed = 12;

    /// <summary>To begin and end a target's sums, where they are those of a few channels.</summary>
    private const double Target = 30;

    /// <summary>To copy a vector of elements.</summary>
    private const double Copied = 3;

    /// <summary>To copy an element on its own, as strides take it.</summary>
    private const double Single = 2;

    /// <summary>To begin and end a run of what a target meets with a row of the kernel.</summary>
    private const double Run = 3;

    /// <summary>To begin and end copying a row of a plane.</summary>
    private const double Line = 6;

    private readonly double terms = sources * Meets(rowAxis) * Meets(columnAxis);

    private int PaddedTargets => targets < 3 ? targets : (targets + 3) / 4 * 4;

    private static int Lanes => Vector512<T>.Count;

    /// <summary>The time of <see cref="RowLanePass{T}"/>, for each group of channels.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="from">The source's window.</param>
    /// <param name="to">The target's window.</param>
    public double OfRowLanes(int rows, Window from, Window to)
    {
        double channels = PaddedTargets, blocks = targets >= 3 ? channels / 4 : channels;
        return Vectors(rows)
            * ((to.Plane * ((channels * terms) + (blocks * Target))) + (Transposed * ((sources * from.Plane) + (targets * to.Plane))));
    }

    /// <summary>The time of <see cref="ChannelLanePass{T}"/>.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfChannelLanes(int rows, Window from, Window to)
    {
        double source = sources % Lanes == 0 ? Transposed * Vectors(sources * from.Plane) : Single * sources * from.Plane;
        double sums = Vectors(targets) * to.Plane * (terms + (Run * terms / (sources * Meets(columnAxis))));
        return rows * (sums + source + (Transposed * Vectors(targets) * to.Plane / Lanes));
    }

    /// <summary>The time of <see cref="PlaneLanePass{T}"/>.</summary>
    /// <inheritdoc cref="OfRowLanes"/>
    public double OfPlaneLanes(int rows, Window from, Window to)
    {
        var row = new PlaneAxis(rowAxis, [], from.Top, from.Height, to.Top, to.Height);
        var column = new PlaneAxis(columnAxis, [], from.Left, from.Width, to.Left, to.Width);
        double laidOut = (double)sources * row.Length * row.Step * column.Length * column.Step;
        if (laidOut > MostLaidOut)
            return double.PositiveInfinity;
        int grids = row.TargetStep * column.TargetStep;
        double vectors = grids * Vectors(((row.TargetsOf(0) - 1) * column.Length) + column.TargetsOf(0));
        double read = row.IsPlain && column.IsPlain ? 0 : CopyOf(from, column.Step, column.Step <= 2);
        bool isWhole = column.TargetStep == 1 && column.Length == to.Width;
        double written = isWhole ? Line + (Copied * Vectors(to.Plane)) : CopyOf(to, column.TargetStep, column.TargetStep == 1);
        return (laidOut / Lanes) + (rows * ((vectors * PaddedTargets * terms) + (sources * read) + (targets * written)));
    }

    private static double CopyOf(Window window, int step, bool isQuick) =>
        (window.Height * Line * step) + (isQuick ? step * Copied * window.Height * Vectors(window.Width) : Single * window.Plane);

    private static int Vectors(int elements) => (elements + Lanes - 1) / Lanes;

    /// <summary>Kernel elements that a target meets, on average.</summary>
    private static double Meets(ConvolutionAxis axis) => axis.IsTransposed ? (double)axis.Taps / axis.Stride : axis.Taps;
}
