using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Sums and means over axes.</summary>
internal static class OnnxReductionOperators
{
    /// <summary>The mean over some axes.</summary>
    public static void Mean(OnnxStep step) => Reduce(step, isMean: true, axesBecomeInputs: 18);

    /// <summary>The sum over some axes.</summary>
    public static void Sum(OnnxStep step) => Reduce(step, isMean: false, axesBecomeInputs: 13);

    private static void Reduce(OnnxStep step, bool isMean, long axesBecomeInputs)
    {
        OnnxValue value = step.Data(0);
        int[] shape = value.Shape!;
        if (shape.Length == 0)
            throw new OnnxNotAnalysedException("It takes a number without dimensions.");
        bool[] reduced = Axes(step, shape.Length, axesBecomeInputs);
        bool keeps = step.Node.Integer("keepdims", 1) != 0;
        OnnxStep.KeepBatch(value, reduced.Length > 0 && reduced[0]);
        int[] result = [.. shape.Select((size, axis) => reduced[axis] ? 1 : size).Where((_, axis) => keeps || !reduced[axis])];
        int lead = OnnxShapes.Lead(shape);
        int[] axes = [.. Enumerable.Range(lead, shape.Length - lead).Where(axis => reduced[axis]).Select(axis => axis - lead)];
        if (axes.Length == 0)
        {
            step.GiveReshaped(value, result);
            return;
        }

        int number = step.Add(new ReductionOperator(axes, isMean), OnnxShapes.Row(result), value.Number);
        step.Give(step.Of(number, result, value.IsBatch));
    }

    /// <summary>Which axes a reduction is over; all where it states none.</summary>
    /// <param name="step">The node.</param>
    /// <param name="rank">Number of dimensions.</param>
    /// <param name="axesBecomeInputs">The version from which on axes are an input.</param>
    public static bool[] Axes(OnnxStep step, int rank, long axesBecomeInputs)
    {
        long[]? axes;
        if (step.Opset >= axesBecomeInputs)
        {
            step.Node.AllowAttributes("keepdims", "noop_with_empty_axes");
            axes = step.OptionalConstant(1)?.Integers;
            if (axes is null or [])
            {
                bool none = step.Node.Integer("noop_with_empty_axes", 0) != 0;
                return [.. Enumerable.Repeat(!none, rank)];
            }
        }
        else
        {
            step.Node.AllowAttributes("axes", "keepdims");
            axes = step.Node.Integers("axes");
        }

        return axes is null or [] ? [.. Enumerable.Repeat(true, rank)] : OnnxShapes.Axes(step.Node, axes, rank);
    }
}
