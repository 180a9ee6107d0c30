using ExactCompression.Networks;
using ExactCompression.Numerics;
using Part = ExactCompression.Networks.AffinePart;

namespace ExactCompression.Formats;

/// <summary>The modules that are activations.</summary>
internal static class TorchActivations
{
    private const double HardsigmoidShift = 3, HardsigmoidWidth = 6;

    /// <summary><c>max(0, x)</c>.</summary>
    public static void Relu(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        graph.Append(layer, new ReluOperator());
    }

    /// <summary>A line cut off at two ends; ReLU6 is one.</summary>
    public static void Hardtanh(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        (double lower, double upper) = (layer.Real("min_val"), layer.Real("max_val"));
        if (!(lower <= upper) || (layer.Kind == "ReLU6" && (lower, upper) != (0, 6)))
            throw layer.Unsupported($"It cuts off at {lower} and {upper}.");
        graph.Append(layer, new ClipOperator(lower, upper));
    }

    /// <summary>One slope below 0.</summary>
    public static void LeakyRelu(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        double slope = layer.Real("negative_slope");
        if (!double.IsFinite(slope))
            throw layer.Unsupported("Its slope is not a number.");
        graph.Append(layer, new LeakyReluOperator([slope], Activation.LeakyRelu));
    }

    /// <summary>A learned slope for all, or one for each channel.</summary>
    public static void PRelu(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly(["weight"], []);
        double[] slopes = layer.Tensor("weight", 1)?.Values ?? throw layer.Unsupported("The PReLU has no weight.");
        if (slopes.Length > 1)
        {
            if (graph.Shape.Count == 0 || graph.Shape[0] != slopes.Length)
                throw layer.Misfit($"it has {slopes.Length} slopes, and gets {graph.Shape}");
            int plane = graph.Shape.Elements / slopes.Length;
            slopes = [.. slopes.SelectMany(slope => Enumerable.Repeat(slope, plane))];
        }

        graph.Append(layer, new LeakyReluOperator(slopes, Activation.PRelu));
    }

    /// <summary><c>min(max(x + 3, 0), 6) / 6</c>, as PyTorch defines it: a sixth is no number of a file, so the steps stay apart.</summary>
    public static void Hardsigmoid(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        double[] Filled(double value) => [.. Enumerable.Repeat(value, graph.Shape.Elements)];
        int count = graph.Shape.Elements;
        graph.Append(
            layer, new ScaleShiftOperator(
                Part.Of(AffinePartKind.Elementwise, count, count, graph.Precision, 0, [Filled(1), Filled(HardsigmoidShift)])));
        graph.Append(layer, new ClipOperator(0, HardsigmoidWidth));
        graph.Append(layer, new ScaleShiftOperator(Part.Divide(Filled(HardsigmoidWidth), graph.Precision)));
    }

    /// <summary>The logistic function, or the tangent.</summary>
    public static void Smooth(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        graph.Append(layer, new SmoothOperator(layer.Kind == "Tanh"));
    }

    /// <summary>A softmax over an axis; over the last one as it is, over another between two transpositions.</summary>
    public static void Softmax(TorchLayer layer, TorchGraph graph)
    {
        layer.RequireOnly([], []);
        if (layer.IsNone("dim"))
            throw layer.Unsupported("It does not state its axis.");
        int axis = TorchShapes.Axis(layer, "dim", graph.Shape), last = graph.Shape.Count - 1;
        int[] swap = [.. Enumerable.Range(0, graph.Shape.Count).Select(a => a == axis ? last : a == last ? axis : a)];
        if (axis != last)
            Transpose(layer, graph, swap);
        var softmax = new SoftmaxShape(graph.Shape[last], 1, IsLogarithm: layer.Kind == "LogSoftmax");
        graph.Append(layer, new OpaqueOperator(layer.Kind) { Softmax = softmax });
        if (axis != last)
            Transpose(layer, graph, swap);
    }

    private static void Transpose(TorchLayer layer, TorchGraph graph, int[] permutation) =>
        graph.Append(layer, new TransposeOperator(permutation), [.. permutation.Select(p => graph.Shape[p])]);
}
