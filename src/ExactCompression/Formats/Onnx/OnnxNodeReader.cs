using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>One node on the path from the input to the output, with its input value and the chain that it appends to.</summary>
internal sealed class OnnxNodeReader
{
    /// <summary>The node.</summary>
    public required OnnxNode Node { get; init; }

    /// <summary>Which of the node's inputs is the value that depends on the network's input.</summary>
    public required int DataIndex { get; init; }

    /// <summary>Shape of that value, and after the node of its result; the batch counts as 1.</summary>
    public required int[] Shape { get; set; }

    /// <summary>Version of the operators.</summary>
    public required long Opset { get; init; }

    /// <summary>The constants of the graph.</summary>
    public required OnnxConstants Constants { get; init; }

    /// <summary>The layers so far.</summary>
    public required AffineFusion Chain { get; init; }

    /// <summary>The import's limits.</summary>
    public required ImportBudget Budget { get; init; }

    /// <summary>Number of elements of the value.</summary>
    public int Count => OnnxShapes.Count(Shape);

    /// <summary>Appends an affine map to the chain.</summary>
    /// <param name="map">The map.</param>
    /// <param name="stored">The precision of its weights.</param>
    /// <exception cref="InvalidFileException">The import would take more than it may.</exception>
    /// <exception cref="OverflowException">The joined weights leave the range of double, or are too many.</exception>
    public void Append(AffineMap map, WeightPrecision stored)
    {
        Budget.Take(Chain.CostOf(map), Node.Place);
        Chain.Append(map, stored);
    }

    /// <summary>Appends an operation that doubles may only be able to enclose.</summary>
    /// <param name="part">The operation.</param>
    /// <inheritdoc cref="Append(AffineMap, WeightPrecision)"/>
    public void Append(AffinePart part)
    {
        foreach (AffineMap map in part.Maps)
            Budget.Take(Chain.CostOf(map), Node.Place);
        Chain.Append(part);
    }

    /// <summary>Appends a ReLU to the chain.</summary>
    /// <inheritdoc cref="Append(AffineMap, WeightPrecision)"/>
    public void AppendRelu()
    {
        Budget.Take(Chain.CostOf(null), Node.Place);
        Chain.AppendRelu();
    }

    /// <summary>Refuses a node whose data is not its first input.</summary>
    public void RequireDataFirst()
    {
        if (DataIndex != 0)
            throw Node.Unsupported("A parameter of it depends on the network's input.");
    }

    /// <summary>Refuses a node with another number of inputs.</summary>
    /// <param name="count">How many it takes.</param>
    public void RequireInputs(int count)
    {
        if (Node.Inputs.Count != count)
            throw Node.ShapeFault($"It takes {count} inputs, not {Node.Inputs.Count}.");
    }

    /// <summary>A constant input.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="InvalidFileException">It is left out, or depends on the network's input.</exception>
    public OnnxTensor Constant(int index)
    {
        if (!Node.HasInput(index))
            throw Node.Fault("OnnxMissingTensor", $"Its input {index} is left out.");
        return Constants.Find(Node.Inputs[index]) ?? throw Node.Fault(
            "OnnxBranchingGraph",
            $"Its input {OnnxFault.Quote(Node.Inputs[index])} is not a constant.",
            "Networks that are one chain are supported.",
            unsupported: true);
    }

    /// <summary>A constant input, or null if it is left out.</summary>
    /// <param name="index">0-based.</param>
    public OnnxTensor? OptionalConstant(int index) => Node.HasInput(index) ? Constant(index) : null;

    /// <summary>Expands values to a shape that they broadcast to, for this step only.</summary>
    /// <param name="values">The values, row-major.</param>
    /// <param name="shape">Their dimensions.</param>
    /// <param name="target">Dimensions of the result.</param>
    public double[] Expand(double[] values, int[] shape, int[] target)
    {
        Budget.Work(OnnxShapes.Count(target), Node.Place);
        return OnnxLayout.Expand(values, shape, target, Budget);
    }

    /// <summary>The values of a constant operand, one for each element of the value, which gets the common shape.</summary>
    /// <param name="operand">The constant.</param>
    /// <exception cref="InvalidFileException">The shapes do not fit, or the value itself would have to be expanded.</exception>
    public double[] Aligned(OnnxTensor operand)
    {
        int[] common = OnnxShapes.Broadcast(Node, Shape, operand.Shape);
        if (OnnxShapes.Count(common) != Count)
            throw Node.ShapeFault(
                $"The shapes {OnnxShapes.Show(Shape)} and {OnnxShapes.Show(operand.Shape)} give {OnnxShapes.Show(common)}, more "
                    + $"elements than the network's value has.");
        Shape = common;
        return Expand(operand.Weights, operand.Shape, common);
    }
}
