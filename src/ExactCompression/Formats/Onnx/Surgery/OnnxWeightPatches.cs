using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Nodes with weights take the rows and columns that are left.</summary>
internal static class OnnxWeightPatches
{
    private const long RulesOfNumPy = 7;

    /// <summary>Filters along their first axis, channels along their second, or whole groups.</summary>
    public static bool Convolution(OnnxSite site)
    {
        if (site.Step<ConvolutionOperator>() is not { Before: ConvolutionOperator before, After: ConvolutionOperator after } step)
            return false;
        site.Slice(1, On(0, step.Given), before.Groups == 1 ? On(1, step.Taken[0]) : null);
        if (site.IsConstant(2))
            site.Slice(2, On(0, step.Given));
        if (before.Groups != after.Groups)
            site.Set(OnnxGraphParts.Integer("group", after.Groups));
        return true;
    }

    /// <summary>A matrix on either side, transposed or not, and what is added.</summary>
    public static bool Gemm(OnnxSite site)
    {
        if (site.Step<DenseOperator>() is not { } step)
            return false;
        int matrix = site.IsConstant(1) ? 1 : 0;
        bool isTransposed = site.Node.Integer(matrix == 1 ? "transB" : "transA", 0) != 0;
        int outputs = (matrix == 1) == isTransposed ? 0 : 1;
        site.Slice(matrix, Rows(outputs, step), Columns(1 - outputs, step));
        if (site.IsConstant(2))
            Spread(site, 2, site.Constant(2)!.Shape);
        return true;
    }

    /// <summary>A matrix, or a vector, on either side.</summary>
    public static bool MatMul(OnnxSite site)
    {
        if (site.Step<DenseOperator>() is not { } step)
            return false;
        int matrix = site.IsConstant(1) ? 1 : 0, rank = site.Constant(matrix)!.Shape.Length;
        int outputs = rank == 1 ? -1 : matrix == 1 ? rank - 1 : rank - 2, inputs = matrix == 1 && rank > 1 ? rank - 2 : rank - 1;
        site.Slice(matrix, outputs < 0 ? null : Rows(outputs, step), Columns(inputs, step));
        return true;
    }

    /// <summary>A parameter of each kind for each channel.</summary>
    public static bool BatchNormalization(OnnxSite site)
    {
        if (site.Given() is { Axis: 1 } given)
        {
            for (int i = 1; i <= 4; i++)
                site.Slice(i, On(0, given));
        }

        return true;
    }

    /// <summary>Constants that are repeated to the shape of the result.</summary>
    public static bool Elementwise(OnnxSite site)
    {
        for (int i = 0; i < site.Node.Inputs.Count; i++)
        {
            if (site.Constant(i) is not { } constant)
                continue;
            int[] shape = constant.Shape;
            if (site.Opset < RulesOfNumPy && i == 1 && site.OutputBefore(0) is { } output)
            {
                // The second operand begins at an axis of the first; slopes of channels at the second axis.
                int axis = site.Node.HasAttribute("axis") ? (int)site.Node.Integer("axis", 0)
                    : site.Node.Operator == "PRelu" && shape.Length == 1 ? 1 : output.Length - shape.Length;
                axis = axis < 0 ? axis + output.Length : axis;
                if (axis + shape.Length < output.Length)
                    shape = [.. shape, .. Enumerable.Repeat(1, output.Length - axis - shape.Length)];
            }

            Spread(site, i, shape);
        }

        return true;
    }

    /// <summary>Constants among the values that are side by side.</summary>
    public static bool Concat(OnnxSite site)
    {
        using IEnumerator<OnnxEditedStep> steps = site.Steps.Where(static s => s.Before is ConstantOperator).GetEnumerator();
        for (int i = 0; i < site.Node.Inputs.Count; i++)
        {
            if (site.Constant(i) is not { Count: > 0 } constant)
                continue;
            if (!steps.MoveNext())
                return false;
            if (steps.Current.Given is { } given)
                site.Slice(i, given with { Axis = given.Axis + OnnxShapes.Lead(constant.Shape) });
        }

        return true;
    }

    /// <summary>Keeps of a constant what is kept of the result that it is repeated to.</summary>
    private static void Spread(OnnxSite site, int index, int[] shape)
    {
        if (site.Given() is not { } given || site.OutputBefore(0) is not { } output)
            return;
        int axis = given.Axis - (output.Length - shape.Length);
        if (axis >= 0 && axis < site.Constant(index)!.Shape.Length && shape[axis] > 1)
            site.Slice(index, On(axis, given));
    }

    private static AxisSelection? On(int axis, AxisSelection? selection) => selection is null ? null : selection with { Axis = axis };

    /// <summary>The rows of a matrix that are left, along an axis of the tensor.</summary>
    private static AxisSelection? Rows(int axis, OnnxEditedStep step) =>
        ((DenseOperator)step.Before).Outputs == ((DenseOperator)step.After).Outputs ? null : On(axis, step.Given);

    /// <summary>The columns of a matrix that are left, along an axis of the tensor.</summary>
    private static AxisSelection? Columns(int axis, OnnxEditedStep step) =>
        ((DenseOperator)step.Before).Inputs == ((DenseOperator)step.After).Inputs ? null : On(axis, step.Taken[0]);
}
