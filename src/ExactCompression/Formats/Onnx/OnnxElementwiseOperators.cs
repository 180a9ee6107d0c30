using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Elementwise affine maps: arithmetic with a constant, and normalisation.</summary>
internal static class OnnxElementwiseOperators
{
    /// <summary><c>x + c</c> or <c>c + x</c>.</summary>
    public static void Add(OnnxNodeReader step)
    {
        OnnxTensor operand = Operand(step);
        step.Append(AffineMap.Shift(step.Aligned(operand)), operand.Precision);
    }

    /// <summary><c>x - c</c> or <c>c - x</c>.</summary>
    public static void Subtract(OnnxNodeReader step)
    {
        OnnxTensor operand = Operand(step);
        double[] values = step.Aligned(operand);
        if (step.DataIndex == 0)
            step.Append(AffineMap.Shift(Array.ConvertAll(values, static v => -v)), operand.Precision);
        else
            step.Append(AffineMap.Elementwise(AffineMap.Filled(values.Length, -1), values), operand.Precision);
    }

    /// <summary><c>x c</c> or <c>c x</c>.</summary>
    public static void Multiply(OnnxNodeReader step)
    {
        OnnxTensor operand = Operand(step);
        step.Append(AffineMap.Scale(step.Aligned(operand)), operand.Precision);
    }

    /// <summary><c>x / c</c>; <c>c / x</c> is not affine.</summary>
    public static void Divide(OnnxNodeReader step)
    {
        if (step.DataIndex != 0)
            throw step.Node.Unsupported("It divides by a value that depends on the network's input.");
        OnnxTensor operand = Operand(step);
        double[] divisor = step.Aligned(operand);
        if (divisor.AsSpan().Contains(0.0))
            throw step.Node.Fault("OnnxDivisionByZero", $"The divisor {OnnxFault.Quote(operand.Name)} contains 0.");
        step.Append(AffinePart.Divide(divisor, operand.Precision));
    }

    /// <summary><c>-x</c>.</summary>
    public static void Negate(OnnxNodeReader step)
    {
        step.Node.AllowAttributes();
        step.Budget.Work(step.Count, step.Node.Place);
        step.Append(AffineMap.Scale(AffineMap.Filled(step.Count, -1)), WeightPrecision.Float32);
    }

    /// <summary>
    /// <c>(x - mean) scale / sqrt(variance + epsilon) + shift</c>, with one parameter for each index of dimension 1. Over the real numbers,
    /// that is a scale known to a proven radius between two exact shifts.
    /// </summary>
    public static void BatchNormalization(OnnxNodeReader step)
    {
        OnnxNode node = step.Node;
        step.RequireDataFirst();
        node.AllowAttributes("epsilon", "momentum", "spatial", "training_mode");
        if (node.Integer("training_mode", 0) != 0 || node.Outputs.Skip(1).Any(static output => output.Length > 0))
            throw node.Unsupported("It is in training mode.");
        if (step.Shape.Length < 2)
            throw node.ShapeFault($"It needs a channel dimension, which the shape {OnnxShapes.Show(step.Shape)} does not have.");
        if (step.Shape.Length > 2 && node.Integer("spatial", 1) == 0)
            throw node.Unsupported("Statistics for each position (spatial=0) are not supported.");

        OnnxTensor[] parameters = [step.Constant(1), step.Constant(2), step.Constant(3), step.Constant(4)];
        double[][] values = [.. parameters.Select(parameter => PerChannel(step, parameter))];
        (double[] scale, double[] shift, double[] mean, double[] variance) = (values[0], values[1], values[2], values[3]);
        double epsilon = node.Float("epsilon", 1e-5f);
        int bad = Array.FindIndex(variance, v => !(v + epsilon > 0));
        if (bad >= 0)
            throw node.Fault(
                "OnnxInvalidNormalization", $"Variance plus epsilon is {variance[bad] + epsilon:R}, which has no reciprocal root.");

        WeightPrecision precision = parameters.Max(static parameter => parameter.Precision);
        step.Append(AffinePart.BatchNormalization(scale, shift, mean, variance, epsilon, precision));
    }

    private static OnnxTensor Operand(OnnxNodeReader step)
    {
        step.Node.AllowAttributes();
        step.RequireInputs(2);
        return step.Constant(1 - step.DataIndex);
    }

    private static double[] PerChannel(OnnxNodeReader step, OnnxTensor parameter)
    {
        int channels = step.Shape[1];
        if (parameter.Shape.Length != 1 || parameter.Count != channels)
            throw step.Node.ShapeFault(
                $"The parameter {OnnxFault.Quote(parameter.Name)} of shape {OnnxShapes.Show(parameter.Shape)} does not fit the "
                    + $"{channels} channels of the value.");
        double[] values = parameter.Weights;
        int[] shape = [1, channels, .. Enumerable.Repeat(1, step.Shape.Length - 2)];
        return step.Expand(values, shape, step.Shape);
    }
}
