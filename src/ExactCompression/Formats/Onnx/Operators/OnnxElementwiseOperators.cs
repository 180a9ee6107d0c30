using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Arithmetic element by element, with a constant and of several values; and smooth functions.</summary>
internal static class OnnxElementwiseOperators
{
    /// <summary><c>x + y</c>.</summary>
    public static void Add(OnnxStep step) => Arithmetic(
        step, static (values, _, precision) => AffinePart.Of(AffineMap.Shift(values), precision)!, [1, 1]);

    /// <summary><c>x - y</c>.</summary>
    public static void Subtract(OnnxStep step) => Arithmetic(
        step,
        static (values, isFirst, precision) => AffinePart.Of(
            isFirst
                ? AffineMap.Elementwise(AffineMap.Filled(values.Length, -1), values)
                : AffineMap.Shift(Array.ConvertAll(values, static v => -v)), precision)!,
        [1, -1]);

    /// <summary><c>x c</c> or <c>c x</c>.</summary>
    public static void Multiply(OnnxStep step) =>
        Arithmetic(step, static (values, _, precision) => AffinePart.Of(AffineMap.Scale(values), precision)!, null);

    /// <summary><c>x / c</c>; <c>c / x</c> is not affine.</summary>
    public static void Divide(OnnxStep step)
    {
        if (!step.IsConstant(1))
            throw new OnnxNotAnalysedException("It divides by a value that depends on the network's input.");
        if (step.Constant(1) is { IsFloat: true } divisor && divisor.Operands.AsSpan().Contains(0.0))
            throw step.Node.Fault("OnnxDivisionByZero", $"The divisor {OnnxFault.Quote(divisor.Name)} contains 0.");
        Arithmetic(step, static (values, _, precision) => AffinePart.Divide(values, precision), null);
    }

    /// <summary><c>-x</c>.</summary>
    public static void Negate(OnnxStep step)
    {
        step.Node.AllowAttributes();
        OnnxValue value = step.Data(0);
        Give(step, value, value.Shape!, [-1], [], WeightPrecision.Float32,
            static (v, _, p) => AffinePart.Of(AffineMap.Scale(v), p)!, false);
    }

    /// <summary>The logistic function.</summary>
    public static void Sigmoid(OnnxStep step) => Smooth(step, isTanh: false);

    /// <summary>The hyperbolic tangent.</summary>
    public static void Tanh(OnnxStep step) => Smooth(step, isTanh: true);

    /// <summary>The sum of any number of values.</summary>
    public static void Sum(OnnxStep step)
    {
        step.Node.AllowAttributes();
        GiveSum(step, [.. Enumerable.Repeat(1, step.Node.Inputs.Count)]);
    }

    /// <summary>The mean of any number of values.</summary>
    public static void Mean(OnnxStep step)
    {
        Sum(step);
        OnnxValue sum = step.Results[0];
        double count = step.Node.Inputs.Count;
        Give(step, sum, sum.Shape!, [count], [], WeightPrecision.Float32, static (v, _, p) => AffinePart.Divide(v, p), false);
    }

    /// <summary>
    /// <c>(x - mean) scale / sqrt(variance + epsilon) + shift</c>, with one parameter for each index of dimension 1. Over the real numbers,
    /// that is a scale known to a proven radius between two exact shifts.
    /// </summary>
    public static void BatchNormalization(OnnxStep step)
    {
        OnnxNode node = step.Node;
        node.AllowAttributes("epsilon", "momentum", "spatial", "training_mode", "is_test");
        if (node.Integer("training_mode", 0) != 0 || node.Outputs.Skip(1).Any(static output => output.Length > 0))
            throw new OnnxNotAnalysedException("It is in training mode.");
        OnnxValue value = step.Data(0);
        int[] shape = value.Shape!;
        if (shape.Length < 2)
            throw new OnnxNotAnalysedException($"The shape {OnnxShapes.Show(shape)} has no channels.");
        if (shape.Length > 2 && node.Integer("spatial", 1) == 0)
            throw new OnnxNotAnalysedException("It has statistics for each position.");

        OnnxTensor[] parameters = [step.Constant(1), step.Constant(2), step.Constant(3), step.Constant(4)];
        bool perChannel = OnnxShapes.Lead(shape) == 1;
        double[][] values = [.. parameters.Select(parameter => PerChannel(step, parameter, shape, perChannel))];
        (double[] scale, double[] shift, double[] mean, double[] variance) = (values[0], values[1], values[2], values[3]);
        double epsilon = node.Float("epsilon", 1e-5f);
        int bad = Array.FindIndex(variance, v => !(v + epsilon > 0));
        if (bad >= 0)
            throw node.Fault(
                "OnnxInvalidNormalization", $"Variance plus epsilon is {variance[bad] + epsilon:R}, which has no reciprocal root.");

        WeightPrecision precision = parameters.Max(static parameter => parameter.Precision);
        var part = AffinePart.BatchNormalization(scale, shift, mean, variance, epsilon, precision);
        step.Give(step.Of(step.Add(new ScaleShiftOperator(part, perChannel), OnnxShapes.Row(shape), value.Number), shape, value.IsBatch));
    }

    private static void Smooth(OnnxStep step, bool isTanh)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(1);
        OnnxValue value = step.Data(0);
        int number = step.Add(new SmoothOperator(isTanh), OnnxShapes.Row(value.Shape!), value.Number);
        step.Give(step.Of(number, value.Shape!, value.IsBatch));
    }

    private static double[] PerChannel(OnnxStep step, OnnxTensor parameter, int[] shape, bool perChannel)
    {
        int channels = shape[1];
        if (parameter.Shape.Length != 1 || parameter.Count != channels)
            throw step.Node.ShapeFault(
                $"The parameter {OnnxFault.Quote(parameter.Name)} of shape {OnnxShapes.Show(parameter.Shape)} does not fit the "
                    + $"{channels} channels of the value.");
        double[] values = parameter.Weights;
        if (perChannel)
            return values;
        step.Budget.Work(OnnxShapes.Count(shape), step.Node.Place);
        return OnnxLayout.Expand(values, [1, channels, .. Enumerable.Repeat(1, shape.Length - 2)], shape, step.Budget);
    }

    private static void Arithmetic(OnnxStep step, Func<double[], bool, WeightPrecision, AffinePart> part, int[]? signs)
    {
        step.RequireInputs(2);
        int constant = step.IsConstant(1) ? 1 : step.IsConstant(0) ? 0 : -1;
        if (constant < 0)
        {
            if (signs is null)
                throw new OnnxNotAnalysedException("Both factors depend on the network's input.");
            GiveSum(step, signs);
            return;
        }

        OnnxTensor operand = step.Constant(constant);
        OnnxValue value = step.Data(1 - constant);
        int[] second = OnnxBroadcast.SecondShape(step, step.ShapeOf(0), step.ShapeOf(1));
        (int[] valueShape, int[] shape) = constant == 1 ? (value.Shape!, second) : (second, operand.Shape);
        Give(step, value, valueShape, operand.Operands, shape, operand.Precision, part, constant == 0);
    }

    private static void Give(
        OnnxStep step, OnnxValue value, int[] valueShape, double[] constants, int[] shape, WeightPrecision precision,
        Func<double[], bool, WeightPrecision, AffinePart> part, bool isFirst)
    {
        int[] common = OnnxBroadcast.Common(step, [valueShape, shape], value);
        int number = OnnxBroadcast.Spread(step, value, valueShape, common);
        (double[] values, bool perChannel) = OnnxBroadcast.Spread(step, constants, shape, common);
        var op = new ScaleShiftOperator(part(values, isFirst, precision), perChannel);
        step.Give(step.Of(step.Add(op, OnnxShapes.Row(common), number), common, value.IsBatch));
    }

    private static void GiveSum(OnnxStep step, int[] signs)
    {
        OnnxValue[] values = [.. signs.Select((_, i) => step.Data(i))];
        int[][] shapes = [.. values.Select(static v => v.Shape!)];
        if (shapes.Length == 2)
            shapes[1] = OnnxBroadcast.SecondShape(step, shapes[0], shapes[1]);
        int[] common = OnnxBroadcast.Common(step, shapes, values);
        int[] numbers = [.. values.Select((value, i) => OnnxBroadcast.Spread(step, value, shapes[i], common))];
        bool isBatch = Array.Exists(values, static v => v.IsBatch);
        step.Give(numbers.Length == 1
            ? step.Of(numbers[0], common, isBatch)
            : step.Of(step.Add(new SumOperator(signs), OnnxShapes.Row(common), numbers), common, isBatch));
    }
}
