using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Operands brought to a common shape, by the rules of NumPy or by those of the first versions of ONNX.</summary>
internal static class OnnxBroadcast
{
    private const long RulesOfNumPy = 7;

    /// <summary>The shape of the second operand: before version 7, an attribute says where in the first one it belongs.</summary>
    /// <param name="step">The node.</param>
    /// <param name="first">Shape of the first operand.</param>
    /// <param name="second">Shape of the second one.</param>
    public static int[] SecondShape(OnnxStep step, int[] first, int[] second)
    {
        if (step.Opset >= RulesOfNumPy)
        {
            step.Node.AllowAttributes();
            return second;
        }

        step.Node.AllowAttributes("axis", "broadcast");
        if (!step.Node.HasAttribute("axis") || step.Node.Integer("broadcast", 0) == 0 || second.Length >= first.Length)
            return second;
        int axis = OnnxShapes.Axis(step.Node, step.Node.Integer("axis", 0), first.Length);
        int after = first.Length - axis - second.Length;
        return after >= 0
            ? [.. second, .. Enumerable.Repeat(1, after)]
            : throw step.Node.ShapeFault(
                $"The shape {OnnxShapes.Show(second)} does not fit into {OnnxShapes.Show(first)} from axis {axis} on.");
    }

    /// <summary>The common shape of some operands.</summary>
    /// <param name="step">The node.</param>
    /// <param name="shapes">Their shapes.</param>
    /// <param name="values">Those that are no constants.</param>
    public static int[] Common(OnnxStep step, IEnumerable<int[]> shapes, params ReadOnlySpan<OnnxValue> values)
    {
        int[] common = shapes.Aggregate((a, b) => OnnxShapes.Broadcast(step.Node, a, b));
        foreach (OnnxValue value in values)
            OnnxStep.KeepBatch(value, value.Shape!.Length != common.Length || common is not [1, ..]);
        return common;
    }

    /// <summary>A value repeated as a common shape requires.</summary>
    /// <param name="step">The node.</param>
    /// <param name="value">The value.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="common">The common shape.</param>
    /// <returns>A value of the network's graph, of the common shape without the batch.</returns>
    public static int Spread(OnnxStep step, OnnxValue value, int[] shape, int[] common)
    {
        int[] padded = OnnxShapes.Padded(shape, common.Length);
        int lead = OnnxShapes.Lead(common);
        int[]?[] indices = [.. Enumerable.Range(lead, common.Length - lead).Select(
            axis => padded[axis] == common[axis] ? null : new int[common[axis]])];
        int number = step.As(value.Number, new(padded.AsSpan(lead)));
        return Array.TrueForAll(indices, static i => i is null)
            ? number
            : step.Add(new SelectOperator(indices), OnnxShapes.Row(common), number);
    }

    /// <summary>
    /// The values of a constant for a common shape: one for each channel where that is enough, else one for each element.
    /// </summary>
    /// <param name="step">The node.</param>
    /// <param name="values">The constant's values, row-major.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="common">The common shape.</param>
    public static (double[] Values, bool PerChannel) Spread(OnnxStep step, double[] values, int[] shape, int[] common)
    {
        int[] padded = OnnxShapes.Padded(shape, common.Length);
        bool isSpatial = OnnxShapes.Lead(common) == 1 && common.Length >= 3;
        bool isChannel = isSpatial && !padded.Where((size, axis) => axis != 1 && size != 1).Any();
        step.Budget.Work(OnnxShapes.Count(common), step.Node.Place);
        return isChannel
            ? (padded[1] == common[1] ? values : AffineMap.Filled(common[1], values[0]), true)
            : (OnnxLayout.Expand(values, shape, common, step.Budget), false);
    }
}
