using ExactCompression.Numerics;

namespace ExactCompression.Networks;

/// <summary>The largest element of each window; padding is never the largest.</summary>
/// <param name="Geometry">Kernel, strides, padding, dilations; over one axis, the kernel has one row.</param>
internal sealed record MaxPoolOperator(ConvolutionShape Geometry) : Operator
{
    /// <inheritdoc/>
    public override string Name => "MaxPool";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 1) ?? Geometry.FindFault(inputs[0], inputs[0].Count > 0 ? inputs[0][0] : 0, output)
            ?? Geometry.FindEmptyWindow(inputs[0], output);
}

/// <summary>The mean of each window.</summary>
/// <param name="Geometry">Kernel, strides, padding, dilations; over one axis, the kernel has one row.</param>
/// <param name="CountsPadding">Whether padding counts in the mean, as zeros. Positions beyond <paramref name="Padded"/> never
/// count.</param>
/// <param name="Padded">The padding that counts, in rows below and columns on the right: more than that of the geometry has no effect,
/// less is what rounding a size up adds.</param>
internal sealed record AveragePoolOperator(ConvolutionShape Geometry, bool CountsPadding, (int Bottom, int Right) Padded) : Operator
{
    /// <inheritdoc/>
    public override string Name => "AveragePool";

    /// <inheritdoc/>
    public override string? FindFault(IReadOnlyList<TensorShape> inputs, TensorShape output) =>
        RequireCount(inputs, 1) ?? Geometry.FindFault(inputs[0], inputs[0].Count > 0 ? inputs[0][0] : 0, output)
            ?? Geometry.FindEmptyWindow(inputs[0], output);
}

/// <summary>What convolutions and poolings share.</summary>
internal static class WindowGeometry
{
    /// <summary>What does not fit between a geometry and the shapes around it, or null.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="input">Shape of the input: channels and one or two axes.</param>
    /// <param name="channels">Channels of the result.</param>
    /// <param name="output">Shape of the result.</param>
    public static string? FindFault(this ConvolutionShape geometry, TensorShape input, int channels, TensorShape output)
    {
        if (input.Count is not (2 or 3))
            return $"Windows need channels and one or two axes, not {input}.";
        if (geometry.KernelHeight < 1 || geometry.KernelWidth < 1 || geometry.StrideRows < 1 || geometry.StrideColumns < 1
            || geometry.DilationRows < 1 || geometry.DilationColumns < 1)
            return "Kernel, strides and dilations are at least 1.";
        if (Math.Min(Math.Min(geometry.PadTop, geometry.PadBottom), Math.Min(geometry.PadLeft, geometry.PadRight)) < 0)
            return "Padding is not negative.";
        MapShape shape = MapShapes.Of(input);
        long tall = (long)geometry.DilationRows * (geometry.KernelHeight - 1);
        long wide = (long)geometry.DilationColumns * (geometry.KernelWidth - 1);
        long height = (long)shape.Height + geometry.PadTop + geometry.PadBottom;
        long width = (long)shape.Width + geometry.PadLeft + geometry.PadRight;
        if (tall >= height || wide >= width)
            return $"The kernel is larger than the padded input, {input}.";
        if (Math.Max(height, width) > int.MaxValue)
            return $"The padded input, {input}, is too large.";
        MapShape expected = new(channels, geometry.OutputHeight(shape.Height), geometry.OutputWidth(shape.Width));
        return input.Count == output.Count && MapShapes.Of(output) == expected
            ? null
            : $"{input} gives {channels} channels of {expected.Height} x {expected.Width}, not {output}.";
    }

    /// <summary>What is wrong where a window meets nothing but padding, of which there is no maximum and no mean; else null.</summary>
    /// <param name="geometry">The geometry, which fits the shapes.</param>
    /// <param name="input">Shape of the input.</param>
    /// <param name="output">Shape of the result.</param>
    public static string? FindEmptyWindow(this ConvolutionShape geometry, TensorShape input, TensorShape output)
    {
        MapShape below = MapShapes.Of(input), above = MapShapes.Of(output);
        bool meets = MeetsAll(above.Height, geometry.KernelHeight, below.Height, geometry.InputRow)
            && MeetsAll(above.Width, geometry.KernelWidth, below.Width, geometry.InputColumn);
        return meets ? null : $"A window over {input} lies wholly in the padding.";
    }

    /// <summary>For each tap of the kernel, whether it lies outside of the input for some window.</summary>
    /// <param name="geometry">The geometry, which fits the shapes.</param>
    /// <param name="below">The input.</param>
    /// <param name="above">The result.</param>
    public static bool[] TapsInPadding(this ConvolutionShape geometry, MapShape below, MapShape above)
    {
        bool IsOutside(int first, int last, int length) => first < 0 || last >= length;
        var outside = new bool[geometry.Taps];
        for (int t = 0; t < outside.Length; t++)
        {
            int row = t / geometry.KernelWidth, column = t % geometry.KernelWidth;
            outside[t] = IsOutside(geometry.InputRow(0, row), geometry.InputRow(above.Height - 1, row), below.Height)
                || IsOutside(geometry.InputColumn(0, column), geometry.InputColumn(above.Width - 1, column), below.Width);
        }

        return outside;
    }

    private static bool MeetsAll(int positions, int kernel, int length, Func<int, int, int> meet)
    {
        int step = kernel > 1 ? meet(0, 1) - meet(0, 0) : 1;
        for (int position = 0; position < positions; position++)
        {
            // The first tap that does not lie before the input.
            int start = meet(position, 0);
            long tap = start < 0 ? ((long)step - 1 - start) / step : 0;
            if (tap >= kernel || start + (tap * step) >= length)
                return false;
        }

        return true;
    }
}
