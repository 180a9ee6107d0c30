using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Convolutions and poolings over one or two axes.</summary>
internal static class OnnxWindowOperators
{
    /// <summary>A convolution with constant filters.</summary>
    public static void Conv(OnnxStep step)
    {
        OnnxNode node = step.Node;
        node.AllowAttributes("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides");
        OnnxTensor filters = step.Constant(1);
        OnnxTensor? bias = step.OptionalConstant(2);
        (OnnxValue value, int channels, int[] sizes) = Spatial(step);
        if (filters.Shape.Length != sizes.Length + 2)
            throw node.ShapeFault(
                $"The filters of shape {OnnxShapes.Show(filters.Shape)} do not fit a value of shape {OnnxShapes.Show(value.Shape!)}.");
        long groups = node.Integer("group", 1);
        (int outputs, int[] kernel) = (filters.Shape[0], filters.Shape[2..]);
        if (groups < 1 || channels % groups != 0 || outputs % groups != 0)
            throw node.ShapeFault($"{groups} groups do not divide {channels} and {outputs} channels.");
        if (filters.Shape[1] != channels / groups || filters.Count == 0)
            throw node.ShapeFault(
                $"The filters of shape {OnnxShapes.Show(filters.Shape)} take {filters.Shape[1]} channels a group, but there are "
                    + $"{channels / groups}.");
        if (node.Integers("kernel_shape") is { } stated && !stated.SequenceEqual(kernel.Select(static k => (long)k)))
            throw node.ShapeFault($"The kernel is [{string.Join(',', stated)}], but the filters are of {OnnxShapes.Show(filters.Shape)}.");
        if (bias is not null && (bias.Shape.Length != 1 || bias.Count != outputs))
            throw node.ShapeFault($"The bias of shape {OnnxShapes.Show(bias.Shape)} does not fit {outputs} channels.");
        var windows = OnnxWindows.Of(node, sizes, kernel, roundsUp: false);
        WeightPrecision precision = bias is null
            ? filters.Precision : (WeightPrecision)Math.Max((int)filters.Precision, (int)bias.Precision);
        var op = new ConvolutionOperator(
            filters.Weights, bias?.Weights ?? new double[outputs], windows.Geometry, (int)groups, precision);
        Give(step, value, op, outputs, windows.Sizes);
    }

    /// <summary>The largest element of each window.</summary>
    public static void MaxPool(OnnxStep step)
    {
        step.Node.AllowAttributes("auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides");
        (OnnxValue value, int channels, OnnxWindows windows) = Pool(step);
        Give(step, value, new MaxPoolOperator(windows.Geometry), channels, windows.Sizes);
    }

    /// <summary>The mean of each window.</summary>
    public static void AveragePool(OnnxStep step)
    {
        step.Node.AllowAttributes("auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides");
        (OnnxValue value, int channels, OnnxWindows windows) = Pool(step);
        step.Budget.AllocateValues(
            (long)channels * windows.Geometry.KernelHeight * windows.Geometry.KernelWidth, step.Node.Place); // as a convolution
        bool counts = step.Node.Integer("count_include_pad", 0) != 0;
        Give(step, value, new AveragePoolOperator(windows.Geometry, counts, windows.Padded), channels, windows.Sizes);
    }

    /// <summary>The mean of each channel.</summary>
    public static void GlobalAveragePool(OnnxStep step)
    {
        step.Node.AllowAttributes();
        (OnnxValue value, int channels, int[] sizes) = Spatial(step, int.MaxValue);
        Give(
            step, value, new ReductionOperator([.. Enumerable.Range(1, sizes.Length)], IsMean: true), channels,
            [.. sizes.Select(static _ => 1)]);
    }

    /// <summary>The largest element of each channel.</summary>
    public static void GlobalMaxPool(OnnxStep step)
    {
        step.Node.AllowAttributes();
        (OnnxValue value, int channels, int[] sizes) = Spatial(step, int.MaxValue);
        int[] kernel = sizes.Length <= 2 ? sizes : [OnnxShapes.Count(sizes)];
        (int height, int width) = kernel.Length == 2 ? (kernel[0], kernel[1]) : (1, kernel[0]);
        int number = step.As(value.Number, new([channels, .. kernel]));
        number = step.Add(new MaxPoolOperator(new(height, width)), new([channels, .. kernel.Select(static _ => 1)]), number);
        step.Give(step.Of(number, [1, channels, .. sizes.Select(static _ => 1)], value.IsBatch));
    }

    private static (OnnxValue Value, int Channels, OnnxWindows Windows) Pool(OnnxStep step)
    {
        OnnxNode node = step.Node;
        (OnnxValue value, int channels, int[] sizes) = Spatial(step);
        if (!node.HasAttribute("kernel_shape"))
            throw node.Fault("OnnxInvalidAttribute", "It states no 'kernel_shape'.");
        int[] kernel = OnnxWindows.List(node, "kernel_shape", sizes.Length, 1);
        step.Budget.AllocateValues(kernel.Sum(static k => (long)k), node.Place);
        var windows = OnnxWindows.Of(node, sizes, kernel, node.Integer("ceil_mode", 0) != 0);
        if (!windows.AreFull)
            throw new OnnxNotAnalysedException("A window lies wholly in the padding.");

        // Tables of which element each tap meets at each position.
        long taps = kernel.Zip(windows.Sizes, static (k, n) => (long)k * n).Sum();
        step.Budget.AllocateValues(taps, node.Place);
        return (value, channels, windows);
    }

    /// <summary>A value with one row of input, channels, and further axes.</summary>
    private static (OnnxValue Value, int Channels, int[] Sizes) Spatial(OnnxStep step, int mostAxes = 2)
    {
        OnnxValue value = step.Data(0);
        int[] shape = value.Shape!;
        if (shape.Length < 3)
            throw step.Node.ShapeFault($"It needs channels and at least one further axis, not {OnnxShapes.Show(shape)}.");
        if (shape.Length - 2 > mostAxes)
            throw new OnnxNotAnalysedException($"It works along {shape.Length - 2} axes.");
        if (shape[0] != 1)
            throw new OnnxNotAnalysedException($"It takes {shape[0]} rows at once.");
        return (value, shape[1], shape[2..]);
    }

    private static void Give(OnnxStep step, OnnxValue value, Operator op, int channels, int[] sizes) =>
        step.Give(step.Of(step.Add(op, new([channels, .. sizes]), value.Number), [1, channels, .. sizes], value.IsBatch));
}
