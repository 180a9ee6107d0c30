using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Windows over one or two axes as graphs have them.</summary>
internal static class TorchWindows
{
    /// <summary>A geometry; over one axis, with one row.</summary>
    /// <param name="kernel">Extent of the window on each axis.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="before">Padding before each axis.</param>
    /// <param name="after">Padding behind each axis.</param>
    /// <param name="dilation">Step within the window.</param>
    public static ConvolutionShape Geometry(int[] kernel, int[] stride, int[] before, int[] after, int[] dilation)
    {
        int Row(int[] values, int flat) => values.Length == 1 ? flat : values[0];
        return new(
            Row(kernel, 1), kernel[^1], Row(stride, 1), stride[^1], Row(before, 0), before[^1], Row(after, 0), after[^1], Row(dilation, 1),
            dilation[^1]);
    }

    /// <summary>How many windows there are along each axis.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="input">Shape of the input, with its channels.</param>
    public static int[] Positions(ConvolutionShape geometry, TensorShape input)
    {
        MapShape shape = MapShapes.Of(input);
        return input.Count == 2
            ? [geometry.OutputWidth(shape.Width)]
            : [geometry.OutputHeight(shape.Height), geometry.OutputWidth(shape.Width)];
    }
}
