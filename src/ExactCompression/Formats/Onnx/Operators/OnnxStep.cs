using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>One node while it is read: what it takes, and the nodes of the network's graph that it becomes.</summary>
/// <param name="node">The node.</param>
/// <param name="reading">The reading.</param>
internal sealed class OnnxStep(OnnxNode node, OnnxReading reading)
{
    private readonly int before = reading.Builder.Values;

    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>The reading.</summary>
    public OnnxReading Reading => reading;

    /// <summary>Version of the standard operators.</summary>
    public long Opset => reading.Opset;

    /// <summary>The import's limits.</summary>
    public ImportBudget Budget => reading.Budget;

    /// <summary>What the node gives, by the place of each output.</summary>
    public Dictionary<int, OnnxValue> Results { get; } = [];

    /// <summary>A value that the node takes.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="InvalidFileException">It is left out.</exception>
    public OnnxValue Input(int index) => node.HasInput(index)
        ? reading.Find(node.Inputs[index])
        : throw node.Fault("OnnxMissingTensor", $"Its input {index} is left out.");

    /// <summary>Whether an input is there and is a constant.</summary>
    /// <param name="index">0-based.</param>
    public bool IsConstant(int index) => node.HasInput(index) && Input(index).Constant is not null;

    /// <summary>Whether all that the node takes is constant.</summary>
    public bool AllConstant => Enumerable.Range(0, node.Inputs.Count).All(i => !node.HasInput(i) || IsConstant(i));

    /// <summary>Whether something that the node takes follows from an opaque node.</summary>
    public bool IsBehindOpaque => node.Takes.Any(name => reading.Find(name).Number is >= 0 and var n && reading.Builder.IsBehindOpaque(n));

    /// <summary>A constant that the node takes.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="OnnxNotAnalysedException">It depends on the network's input.</exception>
    public OnnxTensor Constant(int index) => Input(index).Constant
        ?? throw new OnnxNotAnalysedException($"Its input {OnnxFault.Quote(node.Inputs[index])} is not a constant.");

    /// <summary>A constant that the node takes, or null if it is left out.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="OnnxNotAnalysedException">It depends on the network's input.</exception>
    public OnnxTensor? OptionalConstant(int index) => node.HasInput(index) ? Constant(index) : null;

    /// <summary>A value of the network's graph that the node takes; a constant becomes a node that depends on nothing.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="OnnxNotAnalysedException">Its shape is not known, or its elements are not of floating point.</exception>
    public OnnxValue Data(int index)
    {
        OnnxValue value = Input(index);
        if (value.Constant is { } constant)
        {
            if (constant.Count == 0)
                throw new OnnxNotAnalysedException("It takes a constant without elements.");
            if (!constant.IsFloat && AllConstant)
                throw new OnnxNotAnalysedException("It computes with integers.");
            return Of(Add(new ConstantOperator(constant.Operands), OnnxShapes.Row(constant.Shape)), constant.Shape);
        }

        return value switch
        {
            { Shape: null } => throw new OnnxNotAnalysedException("The shape of what it takes is not known."),
            { IsFloat: false } => throw new OnnxNotAnalysedException("What it takes is not of floating point."),
            _ => value,
        };
    }

    /// <summary>The shape of a value that the node takes.</summary>
    /// <param name="index">0-based.</param>
    /// <exception cref="OnnxNotAnalysedException">It is not known.</exception>
    public int[] ShapeOf(int index) => Input(index).Shape ?? throw new OnnxNotAnalysedException("The shape of what it takes is not known.");

    /// <summary>Refuses a node with another number of inputs.</summary>
    /// <param name="count">How many it takes.</param>
    public void RequireInputs(int count)
    {
        if (node.Inputs.Count != count)
            throw node.ShapeFault($"It takes {count} inputs, not {node.Inputs.Count}.");
    }

    /// <summary>Adds a node to the network's graph.</summary>
    /// <param name="op">What it does.</param>
    /// <param name="row">The shape of what it gives, without the batch.</param>
    /// <param name="numbers">The values that it takes.</param>
    /// <returns>The number of the value that it gives.</returns>
    /// <exception cref="InvalidFileException">It does not fit what it takes, or the import would take more than it may.</exception>
    public int Add(Operator op, TensorShape row, params ReadOnlySpan<int> numbers)
    {
        var shapes = new TensorShape[numbers.Length];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = reading.Builder.ShapeOf(numbers[i]);
        if (row.Elements == 0)
            throw new OnnxNotAnalysedException("What it gives has no elements.");
        if (row.Elements > AffineMap.MaximumWeights)
            throw node.Fault(
                "OnnxTooLarge", $"It gives {row.Elements} elements; at most {AffineMap.MaximumWeights} are supported.", unsupported: true);
        if (op.FindFault(shapes, row) is { } problem)
            throw node.ShapeFault(problem);
        int most = shapes.Length == 0 ? 0 : shapes.Max(static s => s.Elements);
        if (row.Elements > most)
            Budget.AllocateValues(row.Elements - most, node.Place);
        return reading.Builder.Add(op, row, $"{node.Name} ({op.Name})", "", numbers);
    }

    /// <summary>A value of the network's graph under another shape of as many elements.</summary>
    /// <param name="number">The value.</param>
    /// <param name="row">The shape.</param>
    public int As(int number, TensorShape row) =>
        reading.Builder.ShapeOf(number).Equals(row) ? number : Add(new ReshapeOperator(), row, number);

    /// <summary>A value of the file.</summary>
    /// <param name="number">Its number in the network's graph.</param>
    /// <param name="shape">Its shape, the batch counted as 1.</param>
    /// <param name="isBatch">Whether its first dimension stands for a batch of fixed size.</param>
    public OnnxValue Of(int number, int[] shape, bool isBatch = false) =>
        new() { Number = As(number, OnnxShapes.Row(shape)), Shape = shape, IsBatch = isBatch };

    /// <summary>Says what the node gives.</summary>
    /// <param name="value">The value.</param>
    /// <param name="index">The place of the output.</param>
    public void Give(OnnxValue value, int index = 0) => Results[index] = value;

    /// <summary>Says what the node gives.</summary>
    /// <param name="constant">A constant.</param>
    /// <param name="index">The place of the output.</param>
    public void Give(OnnxTensor constant, int index = 0) =>
        Results[index] = new() { Constant = constant, Shape = constant.Shape, IsFloat = constant.IsFloat };

    /// <summary>Says that what a node gives is what it takes under another shape.</summary>
    /// <param name="value">What it takes.</param>
    /// <param name="shape">The shape.</param>
    public void GiveReshaped(OnnxValue value, int[] shape) => Give(Of(value.Number, shape, value.IsBatch));

    /// <summary>Does not take a first dimension as the batch with which a node does something.</summary>
    /// <param name="value">The value.</param>
    /// <param name="touches">Whether the node does something with its first dimension.</param>
    /// <exception cref="OnnxNoBatchException">The first dimension is no batch.</exception>
    public static void KeepBatch(OnnxValue value, bool touches)
    {
        if (value.IsBatch && touches)
            throw new OnnxNoBatchException();
    }

    /// <summary>Whether a value is one that this node made.</summary>
    /// <param name="number">Its number.</param>
    public bool IsOwn(int number) => number >= before;

    /// <summary>Takes back all that the node has become so far.</summary>
    public void TakeBack()
    {
        reading.Builder.Truncate(before);
        Results.Clear();
    }
}
