using ExactCompression.Formats.Onnx.Schema;
using AttributeType = ExactCompression.Formats.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace ExactCompression.Formats.Onnx;

/// <summary>A node of the graph, with typed access to its attributes.</summary>
/// <param name="proto">The node as stored.</param>
/// <param name="fault">Makes errors.</param>
internal sealed class OnnxNode(NodeProto proto, OnnxFault fault)
{
    private string? place;

    /// <summary>The node as stored.</summary>
    public NodeProto Stored => proto;

    /// <summary>The operator.</summary>
    public string Operator => proto.OpType;

    /// <summary>Whether the operator is one of the standard's.</summary>
    public bool IsStandard => proto.Domain is "" or "ai.onnx";

    /// <summary>Its name; that of what it gives where it has none.</summary>
    public string Name => proto.Name.Length > 0 ? proto.Name : proto.Output.FirstOrDefault(static output => output.Length > 0) ?? "";

    /// <summary>Names of all values that it takes: its inputs, and those that graphs inside of it refer to.</summary>
    public IReadOnlyList<string> Takes { get; } = OnnxCaptures.Of(proto);

    /// <summary>Names of the inputs; empty for an optional one left out.</summary>
    public IReadOnlyList<string> Inputs => proto.Input;

    /// <summary>Names of the outputs.</summary>
    public IReadOnlyList<string> Outputs => proto.Output;

    /// <summary>Its location, for messages.</summary>
    public string Place => place ??= OnnxFault.PlaceOf(proto);

    /// <summary>Whether an input is present.</summary>
    /// <param name="index">0-based.</param>
    public bool HasInput(int index) => index < proto.Input.Count && proto.Input[index].Length > 0;

    /// <summary>An error at this node.</summary>
    /// <param name="errorId">A stable name of the cause.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    /// <param name="advice">What to do about it, as a sentence; may be empty.</param>
    /// <param name="unsupported">True where the file is sound but holds something unsupported.</param>
    public InvalidFileException Fault(string errorId, string problem, string advice = "", bool unsupported = false) =>
        fault.At(errorId, Place, problem, advice, unsupported);

    /// <summary>An error for a wrong shape.</summary>
    /// <param name="problem">What does not fit, as a sentence.</param>
    public InvalidFileException ShapeFault(string problem) => Fault("OnnxShapeMismatch", problem);

    /// <summary>Does not analyse a node with attributes beyond those that the reader knows, since they may change what it means.</summary>
    /// <param name="known">Names of the known attributes.</param>
    public void AllowAttributes(params ReadOnlySpan<string> known)
    {
        foreach (AttributeProto attribute in proto.Attribute)
        {
            // Which inputs a runtime may overwrite, in the first versions.
            if (!known.Contains(attribute.Name) && attribute.Name != "consumed_inputs")
                throw new OnnxNotAnalysedException($"It has the attribute {OnnxFault.Quote(attribute.Name)}.");
        }
    }

    /// <summary>Whether the node has an attribute.</summary>
    /// <param name="name">Its name.</param>
    public bool HasAttribute(string name) => Find(name) is not null;

    /// <summary>An integer attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">The value if it is left out.</param>
    public long Integer(string name, long otherwise) => Typed(name, AttributeType.Int)?.I ?? otherwise;

    /// <summary>A float attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="otherwise">The value if it is left out.</param>
    public float Float(string name, float otherwise)
    {
        float value = Typed(name, AttributeType.Float)?.F ?? otherwise;
        return float.IsNaN(value) ? throw Fault("OnnxInvalidAttribute", $"The attribute '{name}' is not a number.") : value;
    }

    /// <summary>A list of integers, or null if it is left out.</summary>
    /// <param name="name">Its name.</param>
    public long[]? Integers(string name) => Typed(name, AttributeType.Ints)?.Ints.ToArray();

    /// <summary>A text, or null if it is left out.</summary>
    /// <param name="name">Its name.</param>
    public string? Text(string name) => Typed(name, AttributeType.String)?.S.ToStringUtf8();

    /// <summary>A list of floats, or null if it is left out.</summary>
    /// <param name="name">Its name.</param>
    public float[]? Floats(string name) => Typed(name, AttributeType.Floats)?.Floats.ToArray();

    /// <summary>A tensor, or null if it is left out.</summary>
    /// <param name="name">Its name.</param>
    public TensorProto? Tensor(string name) => Typed(name, AttributeType.Tensor) is not { } attribute ? null
        : attribute.T ?? throw Fault("OnnxInvalidAttribute", $"The attribute '{name}' has no tensor.");

    private AttributeProto? Typed(string name, AttributeType type)
    {
        AttributeProto? found = Find(name);
        if (found is not null && found.Type != type)
            throw Fault("OnnxInvalidAttribute", $"The attribute '{name}' is of type {found.Type}, not {type}.");
        return found;
    }

    private AttributeProto? Find(string name)
    {
        foreach (AttributeProto attribute in proto.Attribute)
        {
            if (attribute.Name == name)
                return attribute;
        }

        return null;
    }
}
