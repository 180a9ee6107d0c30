using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>The modules with weights: matrices, convolutions, normalisation.</summary>
internal static class TorchWeightModules
{
    private static readonly string[] WeightAndBias = ["weight", "bias"];

    /// <summary><c>x W^T + b</c> along the last axis.</summary>
    public static void Linear(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly(WeightAndBias, []);
        (double[] weights, int[] shape) = layer.Tensor("weight", 2) ?? throw layer.Unsupported("The Linear has no weight.");
        TensorShape before = graph.Shape;
        if (before.Count == 0 || before[^1] != shape[1])
            throw layer.Misfit($"it takes {shape[1]} values, and gets {before}");
        graph.Append(
            layer, new DenseOperator(weights, layer.Vector("bias", shape[0], missing: 0), shape[1], graph.Precision),
            [.. before.SkipLast(1), shape[0]]);
    }

    /// <summary>A convolution over one or two axes.</summary>
    public static void Convolution(TorchLayer layer, TorchGraph graph, int axes)
    {
        layer.RequireOnly(WeightAndBias, []);
        if (layer.Text("padding_mode") is not (null or "zeros"))
            throw layer.Unsupported($"It pads with '{NameText.Short(layer.Text("padding_mode")!)}'; only padding with zeros is read.");
        if (layer.Flag("transposed", missing: false))
            throw layer.Unsupported("It is a transposed convolution.");
        (double[] filters, int[] shape) = layer.Tensor("weight", 2 + axes)
            ?? throw layer.Unsupported($"The {layer.Kind} has no weight.");
        int groups = layer.Integer("groups", 1);
        int[] kernel = shape[2..], stride = layer.PerAxis("stride", axes, 1), dilation = layer.PerAxis("dilation", axes, 1);
        RequireStated(layer, "kernel_size", kernel);
        RequireStated(layer, "out_channels", [shape[0]]);
        RequireChannels(layer, graph, axes, layer.Integer("in_channels"));
        if (groups < 1 || graph.Shape[0] % groups != 0 || graph.Shape[0] / groups != shape[1] || shape[0] % groups != 0)
            throw layer.Misfit(
                $"its {shape[0]} filters over {shape[1]} channels in {groups} groups do not cover {graph.Shape[0]} channels");
        (int[] before, int[] after) = Padding(layer, axes, kernel, stride, dilation);
        ConvolutionShape geometry = TorchWindows.Geometry(kernel, stride, before, after, dilation);
        graph.Append(
            layer, new ConvolutionOperator(filters, layer.Vector("bias", shape[0], missing: 0), geometry, groups, graph.Precision),
            [shape[0], .. TorchWindows.Positions(geometry, graph.Shape)]);
    }

    /// <summary><c>(x - mean) / sqrt(variance + eps) weight + bias</c>, channel by channel, with the statistics of the training.</summary>
    public static void BatchNormalization(TorchLayer layer, TorchGraph graph, int axes)
    {
        layer.RequireOnly(WeightAndBias, ["running_mean", "running_var", "num_batches_tracked"]);
        int channels = layer.Integer("num_features");
        bool hasAxes = graph.Shape.Count == axes + 1 || (axes == 1 && graph.Shape.Count == 1);
        if (!hasAxes || graph.Shape[0] != channels)
            throw layer.Misfit($"it normalises {channels} channels, and gets {graph.Shape}");
        if (!layer.Flag("track_running_stats", missing: true))
            throw layer.Unsupported("It keeps no statistics, so that the rows of a batch change one another's outputs.");
        double[] variance = layer.Vector("running_var", channels);
        double epsilon = layer.Real("eps");
        if (!double.IsFinite(epsilon) || Array.Exists(variance, v => !(v + epsilon > 0)))
            throw layer.Unsupported("It divides by the root of a number that is not positive.");
        AffinePart part = AffinePart.BatchNormalization(
            layer.Vector("weight", channels, missing: 1), layer.Vector("bias", channels, missing: 0),
            layer.Vector("running_mean", channels), variance, epsilon, graph.Precision);
        graph.Append(layer, new ScaleShiftOperator(part, PerChannel: graph.Shape.Count > 1));
    }

    /// <summary>Fails unless a value has channels and some axes behind them.</summary>
    public static void RequireChannels(TorchLayer layer, TorchGraph graph, int axes, int? channels = null)
    {
        if (graph.Shape.Count != axes + 1 || (channels is { } expected && graph.Shape[0] != expected))
            throw layer.Misfit(
                $"it takes {(channels is null ? "" : $"{channels} ")}channels and {(axes == 1 ? "one axis" : "two axes")}, and gets "
                    + $"{graph.Shape}");
    }

    private static void RequireStated(TorchLayer layer, string attribute, int[] actual)
    {
        if (!layer.IsNone(attribute) && !layer.PerAxis(attribute, actual.Length, 1).AsSpan().SequenceEqual(actual))
            throw layer.Unsupported($"Its {attribute} is not that of its weights.");
    }

    private static (int[] Before, int[] After) Padding(TorchLayer layer, int axes, int[] kernel, int[] stride, int[] dilation)
    {
        switch (layer.Text("padding"))
        {
            case null:
                int[] padding = layer.PerAxis("padding", axes, 0);
                return (padding, padding);
            case "valid":
                return (new int[axes], new int[axes]);
            case "same" when Array.TrueForAll(stride, static s => s == 1):
                // As PyTorch distributes it: the odd one goes behind.
                int[] total = [.. kernel.Select((k, a) => checked(dilation[a] * (k - 1)))];
                return (Array.ConvertAll(total, static t => t / 2), Array.ConvertAll(total, static t => t - (t / 2)));
            default:
                throw layer.Unsupported("Its padding is not known.");
        }
    }
}
