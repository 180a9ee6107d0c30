namespace ExactCompression.Formats.Onnx;

/// <summary>ReLU under its several names.</summary>
internal static class OnnxRectifierOperators
{
    private const long BoundsBecomeInputs = 11;

    /// <summary><c>max(0, x)</c>.</summary>
    public static void Relu(OnnxNodeReader step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(1);
        step.AppendRelu();
    }

    /// <summary>
    /// A clip to <c>[0, infinity)</c>, or no clipping at all; float's largest value counts as infinity, as exporters intend.
    /// </summary>
    public static void Clip(OnnxNodeReader step)
    {
        step.RequireDataFirst();
        (double minimum, double maximum) = Bounds(step);
        if (maximum < float.MaxValue)
            throw step.Node.Unsupported("A clip from above is not a ReLU.");
        if (minimum == 0)
            step.AppendRelu();
        else if (!(minimum <= float.MinValue))
            throw step.Node.Unsupported($"A clip at a minimum other than 0 is not a ReLU.");
    }

    /// <summary><c>max(x, 0)</c> or <c>max(0, x)</c>.</summary>
    public static void Max(OnnxNodeReader step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(2);
        if (step.Aligned(step.Constant(1 - step.DataIndex)).AsSpan().IndexOfAnyExcept(0.0) >= 0)
            throw step.Node.Unsupported("A maximum with constants other than 0 is not a ReLU.");
        step.AppendRelu();
    }

    private static (double Minimum, double Maximum) Bounds(OnnxNodeReader step)
    {
        if (step.Opset < BoundsBecomeInputs)
        {
            step.Node.AllowAttributes("min", "max");
            return (step.Node.Float("min", float.MinValue), step.Node.Float("max", float.MaxValue));
        }

        step.Node.AllowAttributes();
        return (Bound(step, 1) ?? float.MinValue, Bound(step, 2) ?? float.MaxValue);
    }

    private static double? Bound(OnnxNodeReader step, int index) => step.OptionalConstant(index) is not { } tensor ? null
        : tensor.Count == 1 && !double.IsNaN(tensor.Floats[0]) ? tensor.Floats[0]
        : throw step.Node.ShapeFault($"Its bound {OnnxFault.Quote(tensor.Name)} is not a number.");
}
