using ExactCompression.Numerics;

namespace ExactCompression.Formats.Onnx;

/// <summary>The windows of a convolution or pooling, as its attributes describe them.</summary>
/// <param name="Geometry">Kernel, strides, padding, dilations, for one or two axes. Rounding a size up pads more than is stated.</param>
/// <param name="Sizes">The sizes of the result along the axes.</param>
/// <param name="Padded">The stated padding below and on the right.</param>
/// <param name="AreFull">Whether each window meets an element of the input.</param>
internal sealed record OnnxWindows(ConvolutionShape Geometry, int[] Sizes, (int Bottom, int Right) Padded, bool AreFull)
{
    /// <summary>Reads the windows of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="sizes">The sizes of the input along one or two axes.</param>
    /// <param name="kernel">The sizes of the kernel.</param>
    /// <param name="roundsUp">Whether sizes of the result are rounded up.</param>
    /// <exception cref="InvalidFileException">The attributes do not fit, or the kernel is larger than the padded input.</exception>
    public static OnnxWindows Of(OnnxNode node, int[] sizes, int[] kernel, bool roundsUp)
    {
        int rank = sizes.Length;
        int[] strides = List(node, "strides", rank, 1), dilations = List(node, "dilations", rank, 1);
        (int[] before, int[] after) = Padding(node, sizes, kernel, strides, dilations);
        int[] results = new int[rank], extended = new int[rank];
        bool full = true;
        for (int axis = 0; axis < rank; axis++)
        {
            long extent = ((kernel[axis] - 1L) * dilations[axis]) + 1, padded = (long)sizes[axis] + before[axis] + after[axis];
            if (extent > padded)
                throw node.ShapeFault(
                    $"The kernel {OnnxShapes.Show(kernel)} is larger than the padded input, {OnnxShapes.Show(sizes)}: along axis {axis} it "
                        + $"takes {extent} of {padded} elements.");
            long steps = (padded - extent + (roundsUp ? strides[axis] - 1 : 0)) / strides[axis];
            if (roundsUp && steps * strides[axis] >= (long)sizes[axis] + before[axis])
                steps--; // a window begins in the input or before it
            long end = Math.Max(after[axis], (steps * strides[axis]) + extent - sizes[axis] - before[axis]);
            if (steps + 1 > int.MaxValue || padded > int.MaxValue || padded - after[axis] + end > int.MaxValue)
                throw node.ShapeFault($"Its padding {before[axis]} and {after[axis]} is too large.");
            (results[axis], extended[axis]) = ((int)steps + 1, (int)end);
            full &= MeetInput(sizes[axis], kernel[axis], before[axis], strides[axis], dilations[axis], (int)steps);
        }

        int[] One(int[] values, int otherwise) => rank == 2 ? values : [otherwise, values[0]];
        (int[] k, int[] s, int[] d) = (One(kernel, 1), One(strides, 1), One(dilations, 1));
        (int[] b, int[] a, int[] stated) = (One(before, 0), One(extended, 0), One(after, 0));
        return new(new(k[0], k[1], s[0], s[1], b[0], b[1], a[0], a[1], d[0], d[1]), results, (stated[0], stated[1]), full);
    }

    /// <summary>A list of numbers, one for each axis, each at least 1.</summary>
    /// <param name="node">The node.</param>
    /// <param name="name">Name of the attribute.</param>
    /// <param name="rank">Number of axes.</param>
    /// <param name="otherwise">The number for each axis if it is left out.</param>
    public static int[] List(OnnxNode node, string name, int rank, int otherwise)
    {
        long[]? values = node.Integers(name);
        if (values is null)
            return [.. Enumerable.Repeat(otherwise, rank)];
        if (values.Length != rank)
            throw node.ShapeFault($"The attribute '{name}' has {values.Length} numbers for {rank} axes.");
        return Array.TrueForAll(values, static v => v is >= 1 and <= int.MaxValue)
            ? Array.ConvertAll(values, static v => (int)v)
            : throw node.Fault("OnnxInvalidAttribute", $"The attribute '{name}' is [{string.Join(',', values)}].");
    }

    private static (int[] Before, int[] After) Padding(OnnxNode node, int[] sizes, int[] kernel, int[] strides, int[] dilations)
    {
        int rank = sizes.Length;
        string mode = node.Text("auto_pad") ?? "NOTSET";
        if (mode == "VALID")
            return (new int[rank], new int[rank]);
        if (mode is "SAME_UPPER" or "SAME_LOWER")
        {
            (int[] before, int[] after) = (new int[rank], new int[rank]);
            for (int axis = 0; axis < rank; axis++)
            {
                long steps = (sizes[axis] - 1L) / strides[axis], extent = ((kernel[axis] - 1L) * dilations[axis]) + 1;
                long total = Math.Max(0, (steps * strides[axis]) + extent - sizes[axis]);
                if (total > int.MaxValue)
                    throw node.ShapeFault("Its padding is too large.");
                before[axis] = (int)(mode == "SAME_UPPER" ? total / 2 : total - (total / 2));
                after[axis] = (int)total - before[axis];
            }

            return (before, after);
        }

        if (mode is not ("NOTSET" or ""))
            throw node.Fault("OnnxInvalidAttribute", $"The attribute 'auto_pad' is {OnnxFault.Quote(mode)}.");
        long[] pads = node.Integers("pads") ?? new long[2 * rank];
        if (pads.Length != 2 * rank)
            throw node.ShapeFault($"The attribute 'pads' has {pads.Length} numbers for {rank} axes.");
        if (Array.Exists(pads, static p => p is < 0 or > int.MaxValue))
            throw node.Fault("OnnxInvalidAttribute", $"The attribute 'pads' is [{string.Join(',', pads)}].");
        return ([.. pads.Take(rank).Select(static p => (int)p)], [.. pads.Skip(rank).Select(static p => (int)p)]);
    }

    /// <summary>
    /// Whether all windows along an axis meet an element of the input: the first and the last decide it if taps lie close.
    /// </summary>
    private static bool MeetInput(int size, int kernel, int before, int stride, int dilation, int steps)
    {
        bool Meets(long at)
        {
            // The first tap that is not before the input.
            long tap = at >= 0 ? 0 : (-at + dilation - 1) / dilation;
            return tap < kernel && at + (tap * dilation) < size;
        }

        for (long step = 0; step <= steps && (step * stride) - before < 0; step++)
        {
            if (!Meets((step * stride) - before))
                return false;
        }

        return Meets(((long)steps * stride) - before);
    }
}
