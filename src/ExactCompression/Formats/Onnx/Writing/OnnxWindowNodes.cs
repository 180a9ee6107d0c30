using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using static ExactCompression.Formats.Onnx.OnnxGraphParts;

namespace ExactCompression.Formats.Onnx;

/// <summary>The nodes of poolings, and what they share with convolutions.</summary>
internal static class OnnxWindowNodes
{
    /// <summary>The extents of a kernel.</summary>
    /// <param name="geometry">The windows.</param>
    /// <param name="axes">One or two.</param>
    public static int[] Kernel(ConvolutionShape geometry, int axes) =>
        axes == 1 ? [geometry.KernelWidth] : [geometry.KernelHeight, geometry.KernelWidth];

    /// <summary>The attributes that state windows; those with usual values are left out.</summary>
    /// <param name="geometry">The windows.</param>
    /// <param name="axes">One or two.</param>
    public static IEnumerable<AttributeProto> Attributes(ConvolutionShape geometry, int axes)
    {
        yield return IntegerList("kernel_shape", Kernel(geometry, axes));
        if ((geometry.StrideRows, geometry.StrideColumns) != (1, 1))
            yield return IntegerList("strides", new[] { geometry.StrideRows, geometry.StrideColumns }.TakeLast(axes));
        if ((geometry.DilationRows, geometry.DilationColumns) != (1, 1))
            yield return IntegerList("dilations", new[] { geometry.DilationRows, geometry.DilationColumns }.TakeLast(axes));
        if (geometry.HasPadding)
            yield return IntegerList(
                "pads", [.. new[] { geometry.PadTop, geometry.PadLeft }.TakeLast(axes),
                    .. new[] { geometry.PadBottom, geometry.PadRight }.TakeLast(axes)]);
    }

    /// <summary>Max pooling. Runtimes pad by less than the kernel only: more is padded before, with what is never the largest.</summary>
    public static string Maximum(MaxPoolOperator pool, TensorShape input, string value, OnnxGraphParts parts)
    {
        ConvolutionShape geometry = pool.Geometry;
        int axes = input.Count - 1;
        if (PadsTooFar(geometry))
        {
            double lowest = parts.Precision == WeightPrecision.Float64 ? double.MinValue : float.MinValue;
            value = OnnxArrangementNodes.Pad(
                value, [0, .. new[] { geometry.PadTop, geometry.PadLeft }.TakeLast(axes)],
                [0, .. new[] { geometry.PadBottom, geometry.PadRight }.TakeLast(axes)], parts, lowest);
            geometry = geometry with { PadTop = 0, PadLeft = 0, PadBottom = 0, PadRight = 0 };
        }

        return parts.Node("MaxPool", [value], [.. Attributes(geometry, axes)]);
    }

    /// <summary>Average pooling; as a sum and a quotient where ONNX's own node counts other elements.</summary>
    public static string Mean(AveragePoolOperator pool, TensorShape input, TensorShape output, string value, OnnxGraphParts parts)
    {
        ConvolutionShape geometry = pool.Geometry;
        int axes = input.Count - 1;
        MapShape shape = MapShapes.Of(input), pooled = MapShapes.Of(output);
        bool isGlobal = !geometry.HasPadding && (geometry.KernelHeight, geometry.KernelWidth) == (shape.Height, shape.Width)
            && (geometry.DilationRows, geometry.DilationColumns) == (1, 1);
        if (isGlobal)
            return parts.Node("GlobalAveragePool", [value]);
        bool countsAll = !pool.CountsPadding || (pool.Padded.Bottom >= geometry.PadBottom && pool.Padded.Right >= geometry.PadRight);
        if (countsAll && !PadsTooFar(geometry) && (geometry.DilationRows, geometry.DilationColumns) == (1, 1))
        {
            bool counts = pool.CountsPadding && geometry.HasPadding;
            return parts.Node(
                "AveragePool", [value], [.. Attributes(geometry, axes), .. counts ? new[] { Integer("count_include_pad", 1) } : []]);
        }

        int[] tall = Counts(
            geometry.KernelHeight, pooled.Height, shape.Height, pool.CountsPadding, geometry.PadTop, pool.Padded.Bottom, geometry.InputRow);
        int[] wide = Counts(
            geometry.KernelWidth, pooled.Width, shape.Width, pool.CountsPadding, geometry.PadLeft, pool.Padded.Right, geometry.InputColumn);
        double[] counted = [.. tall.SelectMany(t => wide.Select(w => (double)t * w))];
        var ones = new double[shape.Channels * geometry.KernelHeight * geometry.KernelWidth];
        Array.Fill(ones, 1);
        string sums = parts.Node(
            "Conv", [value, parts.Tensor("ones", [shape.Channels, 1, .. Kernel(geometry, axes)], ones)],
            [.. Attributes(geometry, axes), Integer("group", shape.Channels)]);
        return parts.Node("Div", [sums, parts.Broadcast("count", [.. output.Skip(1)], counted)]);
    }

    private static bool PadsTooFar(ConvolutionShape geometry) =>
        Math.Max(geometry.PadTop, geometry.PadBottom) >= geometry.KernelHeight
        || Math.Max(geometry.PadLeft, geometry.PadRight) >= geometry.KernelWidth;

    /// <summary>How many elements count in the mean at each position of an axis.</summary>
    private static int[] Counts(
        int kernel, int positions, int length, bool countsPadding, int before, int after, Func<int, int, int> meet)
    {
        (int least, int most) = countsPadding ? (-before, length + after) : (0, length);
        return [.. Enumerable.Range(0, positions).Select(
            p => Enumerable.Range(0, kernel).Count(k => meet(p, k) is var at && at >= least && at < most))];
    }
}
