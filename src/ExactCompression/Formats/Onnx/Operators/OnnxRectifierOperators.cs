using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Piecewise-linear units, element by element.</summary>
internal static class OnnxRectifierOperators
{
    private const long BoundsBecomeInputs = 11, RulesOfNumPy = 7;

    /// <summary><c>max(0, x)</c>.</summary>
    public static void Relu(OnnxStep step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(1);
        Give(step, step.Data(0), new ReluOperator());
    }

    /// <summary><c>x</c> above 0, <c>alpha x</c> below.</summary>
    public static void LeakyRelu(OnnxStep step)
    {
        step.Node.AllowAttributes("alpha");
        Give(step, step.Data(0), new LeakyReluOperator([Finite(step, "alpha", 0.01f)], Activation.LeakyRelu));
    }

    /// <summary><c>x</c> above 0, a slope times <c>x</c> below.</summary>
    public static void PRelu(OnnxStep step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(2);
        OnnxTensor slope = step.Constant(1);
        OnnxValue value = step.Data(0);
        int[] shape = value.Shape!, aligned = slope.Shape;
        if (step.Opset < RulesOfNumPy && slope.Count > 1 && shape.Length >= 2 && slope.Shape.Length == 1)
            aligned = [slope.Count, .. Enumerable.Repeat(1, shape.Length - 2)];
        int[] common = OnnxBroadcast.Common(step, [shape, aligned], value);
        if (!common.AsSpan().SequenceEqual(shape))
            throw new OnnxNotAnalysedException(
                $"Its slopes of shape {OnnxShapes.Show(slope.Shape)} repeat the value of shape {OnnxShapes.Show(shape)}.");
        double[] slopes = slope.Weights;
        if (slope.Count > 1)
        {
            step.Budget.AllocateValues(OnnxShapes.Count(shape), step.Node.Place);
            slopes = OnnxLayout.Expand(slopes, aligned, shape, step.Budget);
        }

        Give(step, value, new LeakyReluOperator(LeakyReluOperator.Plain(slopes), Activation.PRelu));
    }

    /// <summary>The absolute value.</summary>
    public static void Abs(OnnxStep step)
    {
        step.Node.AllowAttributes();
        Give(step, step.Data(0), new LeakyReluOperator([-1], Activation.Abs));
    }

    /// <summary><c>min(max(alpha x + beta, 0), 1)</c>.</summary>
    public static void HardSigmoid(OnnxStep step)
    {
        step.Node.AllowAttributes("alpha", "beta");
        Give(step, step.Data(0), new HardSigmoidOperator(Finite(step, "alpha", 0.2f), Finite(step, "beta", 0.5f)));
    }

    /// <summary>
    /// A cut at a lower and an upper end; float's largest value counts as infinity, as exporters intend. Without an upper end, at 0, it is
    /// a ReLU.
    /// </summary>
    public static void Clip(OnnxStep step)
    {
        (double minimum, double maximum) = Bounds(step);
        GiveClipped(step, step.Data(0), minimum, maximum);
    }

    /// <summary>The largest of some values.</summary>
    public static void Max(OnnxStep step) => Extremum(step, isMaximum: true);

    /// <summary>The smallest of some values.</summary>
    public static void Min(OnnxStep step) => Extremum(step, isMaximum: false);

    private static void Extremum(OnnxStep step, bool isMaximum)
    {
        if (step.Node.Inputs.Count == 2)
            OnnxBroadcast.SecondShape(step, step.ShapeOf(0), step.ShapeOf(1));
        int constant = step.Node.Inputs.Count != 2 ? -1 : step.IsConstant(1) ? 1 : step.IsConstant(0) ? 0 : -1;
        if (constant >= 0 && step.Constant(constant) is { IsFloat: true } ends && IsUniform(ends.Floats) && !double.IsNaN(ends.Floats[0]))
        {
            OnnxValue value = step.Data(1 - constant);
            int[] common = OnnxBroadcast.Common(step, [value.Shape!, ends.Shape], value);
            OnnxValue spread = step.Of(OnnxBroadcast.Spread(step, value, value.Shape!, common), common, value.IsBatch);
            GiveClipped(
                step, spread, isMaximum ? ends.Floats[0] : double.NegativeInfinity, isMaximum ? double.PositiveInfinity : ends.Floats[0]);
            return;
        }

        OnnxValue[] values = [.. step.Node.Inputs.Select((_, i) => step.Data(i))];
        int[] shape = OnnxBroadcast.Common(step, values.Select(static v => v.Shape!), values);
        int number = OnnxBroadcast.Spread(step, values[0], values[0].Shape!, shape);
        foreach (OnnxValue value in values.Skip(1))
            number = step.Add(
                new ExtremumOperator(isMaximum), OnnxShapes.Row(shape), number, OnnxBroadcast.Spread(step, value, value.Shape!, shape));
        step.Give(step.Of(number, shape, Array.Exists(values, static v => v.IsBatch)));
    }

    private static void GiveClipped(OnnxStep step, OnnxValue value, double minimum, double maximum)
    {
        double lower = minimum <= float.MinValue ? double.NegativeInfinity : minimum;
        double upper = maximum >= float.MaxValue ? double.PositiveInfinity : maximum;
        if (double.IsPositiveInfinity(lower) || double.IsNegativeInfinity(upper))
            throw new OnnxNotAnalysedException("An end of it is infinite on the wrong side.");
        if (double.IsPositiveInfinity(upper) && double.IsNegativeInfinity(lower))
            step.Give(value);
        else
            Give(step, value, double.IsPositiveInfinity(upper) && lower == 0 ? new ReluOperator() : new ClipOperator(lower, upper));
    }

    private static void Give(OnnxStep step, OnnxValue value, UnitOperator unit) =>
        step.Give(step.Of(step.Add(unit, OnnxShapes.Row(value.Shape!), value.Number), value.Shape!, value.IsBatch));

    private static bool IsUniform(double[] values) => values.Length > 0 && values.AsSpan().IndexOfAnyExcept(values[0]) < 0;

    private static (double Minimum, double Maximum) Bounds(OnnxStep step)
    {
        if (step.Opset < BoundsBecomeInputs)
        {
            step.Node.AllowAttributes("min", "max");
            return (step.Node.Float("min", float.MinValue), step.Node.Float("max", float.MaxValue));
        }

        step.Node.AllowAttributes();
        return (Bound(step, 1) ?? float.MinValue, Bound(step, 2) ?? float.MaxValue);
    }

    private static double? Bound(OnnxStep step, int index) => step.OptionalConstant(index) is not { } tensor ? null
        : tensor.Count == 1 && !double.IsNaN(tensor.Floats[0]) ? tensor.Floats[0]
        : throw step.Node.ShapeFault($"Its bound {OnnxFault.Quote(tensor.Name)} is not a number.");

    private static double Finite(OnnxStep step, string name, float otherwise) => step.Node.Float(name, otherwise) is var value
        && float.IsFinite(value)
        ? value
        : throw step.Node.Fault("OnnxInvalidAttribute", $"The attribute '{name}' is not finite.");
}
