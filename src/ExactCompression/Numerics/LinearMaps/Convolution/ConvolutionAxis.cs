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

    /// <summary>The element of the source that an element of the target meets with an element of the kernel.</summary>
    /// <param name="target">The target.</param>
    /// <param name="tap">Of the kernel.</param>
    /// <param name="source">The source; may lie outside of what there is.</param>
    /// <returns>Whether they meet.</returns>
    public bool TryMeet(int target, int tap, out int source)
    {
        if (!IsTransposed)
        {
            source = (target * Stride) - Pad + (tap * Dilation);
            return true;
        }

        source = target + Pad - (tap * Dilation);
        if (Stride == 1)
            return true;
        int remainder = source % Stride;
        source /= Stride;
        return remainder == 0;
    }
}
