namespace ExactCompression.Numerics;

/// <summary>One axis of a convolution or of its transpose: which elements of the source each element of the target is a sum of.</summary>
/// <param name="Taps">Length of the kernel.</param>
/// <param name="Stride">Step between elements of the convolution's result.</param>
/// <param name="Pad">Zeros in front.</param>
/// <param name="Dilation">Step between elements of the kernel.</param>
/// <param name="IsTransposed">Whether the source is the convolution's result.</param>
internal readonly record struct ConvolutionAxis(int Taps, int Stride, int Pad, int Dilation, bool IsTransposed)
{
    /// <summary>
    /// The order in which weights are packed. With it, neighbours in the source of one target meet neighbours among the weights
    /// (but where kernels are dilated): so both are read as one stretch.
    /// </summary>
    /// <returns>For each place, an element of the kernel.</returns>
    public int[] Order()
    {
        var order = new int[Taps];
        for (int i = 0; i < Taps; i++)
            order[i] = i;
        if (!IsTransposed)
            return order;
        int stride = Stride;
        Array.Sort(order, (a, b) => a % stride != b % stride ? (a % stride).CompareTo(b % stride) : b.CompareTo(a));
        return order;
    }

    /// <summary>What sums over windows depend on.</summary>
    /// <param name="first">The first element of the source's window.</param>
    /// <param name="length">Its length.</param>
    /// <param name="target">The first element of the target's window.</param>
    /// <param name="targets">Its length.</param>
    public AxisWindows Between(int first, int length, int target, int targets) =>
        new(IsTransposed ? target + Pad - (Stride * first) : (target * Stride) - Pad - first, length, targets);

    /// <summary>The element of the source that an element of the target meets with an element of the kernel.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="target">The target, 0-based in its window.</param>
    /// <param name="tap">Of the kernel.</param>
    /// <param name="source">The source, 0-based in its window.</param>
    /// <returns>Whether they meet, and in the source's window.</returns>
    public bool TryMeet(AxisWindows windows, int target, int tap, out int source)
    {
        int remainder = 0;
        if (IsTransposed)
            (source, remainder) = Math.DivRem(windows.Shift + target - (tap * Dilation), Stride);
        else
            source = windows.Shift + (target * Stride) + (tap * Dilation);
        return remainder == 0 && (uint)source < (uint)windows.Length;
    }
}
