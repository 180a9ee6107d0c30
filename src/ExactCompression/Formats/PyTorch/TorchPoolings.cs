using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>The modules that pool.</summary>
internal static class TorchPoolings
{
    /// <summary>The largest element of each window.</summary>
    public static void Maximum(TorchLayer layer, TorchGraph graph, int axes)
    {
        if (layer.Flag("return_indices", missing: false))
            throw layer.Unsupported("It gives indices beside the largest elements.");
        ConvolutionShape geometry = Windows(layer, graph, axes, layer.PerAxis("dilation", axes, 1));
        graph.Append(layer, new MaxPoolOperator(geometry), [graph.Shape[0], .. TorchWindows.Positions(geometry, graph.Shape)]);
    }

    /// <summary>The mean of each window.</summary>
    public static void Mean(TorchLayer layer, TorchGraph graph, int axes)
    {
        if (!layer.IsNone("divisor_override"))
            throw layer.Unsupported("It divides by a number of its own.");
        int[] padding = layer.PerAxis("padding", axes, 0);
        ConvolutionShape geometry = Windows(layer, graph, axes, [.. Enumerable.Repeat(1, axes)]);
        var pool = new AveragePoolOperator(
            geometry, layer.Flag("count_include_pad", missing: true), (axes == 1 ? 0 : padding[0], padding[^1]));
        graph.Append(layer, pool, [graph.Shape[0], .. TorchWindows.Positions(geometry, graph.Shape)]);
    }

    /// <summary>The mean of as many equal windows as are stated: of one, or of a number that divides the axis.</summary>
    public static void Adaptive(TorchLayer layer, TorchGraph graph, int axes)
    {
        layer.RequireOnly([], []);
        TorchWeightModules.RequireChannels(layer, graph, axes);
        int[] count = layer.PerAxis("output_size", axes, 1), length = [.. graph.Shape.Skip(1)];
        if (length.Where((l, a) => l % count[a] != 0).Any())
            throw layer.Unsupported($"Its windows over {graph.Shape} are not of one size.");
        int[] window = [.. length.Select((l, a) => l / count[a])], none = new int[axes];
        ConvolutionShape geometry = TorchWindows.Geometry(window, window, none, none, [.. Enumerable.Repeat(1, axes)]);
        graph.Append(layer, new AveragePoolOperator(geometry, false, (0, 0)), [graph.Shape[0], .. count]);
    }

    private static ConvolutionShape Windows(TorchLayer layer, TorchGraph graph, int axes, int[] dilation)
    {
        layer.RequireOnly([], []);
        TorchWeightModules.RequireChannels(layer, graph, axes);
        int[] kernel = layer.PerAxis("kernel_size", axes, 1), padding = layer.PerAxis("padding", axes, 0);
        int[] stride = layer.IsNone("stride") ? kernel : layer.PerAxis("stride", axes, 1);
        if (kernel.Where((k, a) => padding[a] > k / 2).Any())
            throw layer.Unsupported("It pads with more than half a window.");
        int[] after = [.. padding];
        if (layer.Flag("ceil_mode", missing: false))
        {
            for (int a = 0; a < axes; a++)
                after[a] = Math.Max(after[a], Behind(graph.Shape[a + 1], kernel[a], stride[a], padding[a], dilation[a]));
        }

        return TorchWindows.Geometry(kernel, stride, padding, after, dilation);
    }

    /// <summary>The padding behind that the last window needs where sizes are rounded up: it begins within the input or before.</summary>
    private static int Behind(int length, int kernel, int stride, int padding, int dilation)
    {
        long reach = (long)dilation * (kernel - 1), room = (long)length + (2L * padding) - reach - 1;
        if (room < 0)
            return 0;
        long last = (room + stride - 1) / stride * stride;
        if (last >= (long)length + padding)
            last -= stride;
        return (int)Math.Clamp(last + reach + 1 - length - padding, 0, int.MaxValue);
    }
}
