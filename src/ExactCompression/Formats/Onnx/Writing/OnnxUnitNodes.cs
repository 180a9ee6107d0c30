using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using static ExactCompression.Formats.Onnx.OnnxGraphParts;

namespace ExactCompression.Formats.Onnx;

/// <summary>The nodes of units, and of smooth functions that need no attributes.</summary>
internal static class OnnxUnitNodes
{
    private const long ClipInputs = 11;

    private static readonly string[] PlainNames = ["Softmax", "LogSoftmax"];

    /// <summary>Whether a function is known by its name: of Softmax, over the last axis.</summary>
    /// <param name="name">ONNX's name.</param>
    public static bool IsPlain(string name) => PlainNames.Contains(name);

    /// <summary>Writes such a function.</summary>
    public static string Plain(string name, string value, OnnxGraphParts parts) => parts.Node(name, [value]);

    /// <summary>Writes a unit.</summary>
    /// <exception cref="InvalidOperationException">The unit is of an unknown kind.</exception>
    public static string Unit(UnitOperator unit, TensorShape shape, string[] values, OnnxGraphParts parts) => unit switch
    {
        ReluOperator => parts.Node("Relu", values),
        LeakyReluOperator { Activation: Activation.Abs } => parts.Node("Abs", values),
        LeakyReluOperator { Activation: Activation.LeakyRelu, Slopes: [var slope] } when (float)slope == slope =>
            parts.Node("LeakyRelu", values, Real("alpha", slope)),
        LeakyReluOperator leaky => PRelu(leaky, shape, values[0], parts),
        ClipOperator clip => Clip(values[0], clip.Lower, clip.Upper, parts),
        HardSigmoidOperator hard => HardSigmoid(hard, values[0], parts),
        ExtremumOperator extremum => parts.Node(extremum.Name, values),
        _ => throw new InvalidOperationException($"{unit.Name} is not written."),
    };

    private static string PRelu(LeakyReluOperator leaky, TensorShape shape, string value, OnnxGraphParts parts)
    {
        parts.RequireOpset(7, "a new PRelu");
        return parts.Node("PRelu", [value, Slopes(leaky.Slopes, shape, parts)]);
    }

    /// <summary>Slopes in the least shape that is repeated to the value's.</summary>
    private static string Slopes(double[] slopes, TensorShape shape, OnnxGraphParts parts)
    {
        if (slopes.Length == 1 || IsUniform(slopes))
            return parts.Tensor("slope", [1], slopes.AsSpan(0, 1));
        int channels = shape[0], plane = slopes.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            if (!IsUniform(slopes.AsSpan(c * plane, plane)))
                return parts.Tensor("slope", [.. shape], slopes);
        }

        return parts.Tensor(
            "slope", [channels, .. Enumerable.Repeat(1, shape.Count - 1)],
            [.. Enumerable.Range(0, channels).Select(c => slopes[c * plane])]);
    }

    private static string Clip(string value, double lower, double upper, OnnxGraphParts parts)
    {
        if (parts.Opset < ClipInputs)
        {
            (AttributeProto min, AttributeProto max) = (Real("min", lower), Real("max", upper));
            return parts.Node("Clip", [value], [.. new[] { min, max }.Where(static end => float.IsFinite(end.F))]);
        }

        string low = double.IsInfinity(lower) ? "" : parts.Tensor("min", [], [lower]);
        string high = double.IsInfinity(upper) ? "" : parts.Tensor("max", [], [upper]);
        return parts.Node("Clip", high.Length > 0 ? [value, low, high] : low.Length > 0 ? [value, low] : [value]);
    }

    private static string HardSigmoid(HardSigmoidOperator hard, string value, OnnxGraphParts parts)
    {
        if ((float)hard.Alpha == hard.Alpha && (float)hard.Beta == hard.Beta)
            return parts.Node("HardSigmoid", [value], Real("alpha", hard.Alpha), Real("beta", hard.Beta));

        // Its attributes are float32; tensors may be wider.
        string scaled = parts.Node("Mul", [value, parts.Tensor("alpha", [], [hard.Alpha])]);
        return Clip(parts.Node("Add", [scaled, parts.Tensor("beta", [], [hard.Beta])]), 0, 1, parts);
    }
}
