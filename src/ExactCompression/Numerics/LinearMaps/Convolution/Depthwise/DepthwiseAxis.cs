namespace ExactCompression.Numerics;

/// <summary>
/// One axis of a window of a depthwise convolution whose kernel has three elements, next to one another. Where it is no transpose with a
/// stride of 2, target <c>t</c> meets the source's elements <c>Offset + Stride t + i</c>, with <c>i</c> from 0 to 2; of a transpose the
/// kernel is then reversed. Of a transpose with a stride of 2, the source's element <c>s</c> meets the targets <c>2 s - Offset + i</c>.
/// </summary>
internal readonly struct DepthwiseAxis
{
    /// <summary>Elements of a kernel.</summary>
    public const int Taps = 3;

    /// <summary>Describes windows.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="first">The first element of the source's window.</param>
    /// <param name="length">Its length.</param>
    /// <param name="target">The first element of the target's window.</param>
    /// <param name="targets">Its length.</param>
    public DepthwiseAxis(ConvolutionAxis axis, int first, int length, int target, int targets)
    {
        (Length, Targets) = (length, targets);
        Offset = !axis.IsTransposed ? (target * axis.Stride) - axis.Pad - first
            : axis.Stride == 1 ? target + axis.Pad - (Taps - 1) - first
            : target + axis.Pad - (2 * first);
    }

    /// <summary>Length of the source's window.</summary>
    public int Length { get; }

    /// <summary>Length of the target's window.</summary>
    public int Targets { get; }

    /// <summary>Where the source and the target meet.</summary>
    public int Offset { get; }
}
