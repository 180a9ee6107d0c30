using System.Runtime.InteropServices;
using ExactCompression.Formats.Onnx.Schema;
using Google.Protobuf;
using AttributeType = ExactCompression.Formats.Onnx.Schema.AttributeProto.Types.AttributeType;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Builds models for tests, node by node, independent of the library's writer.</summary>
internal sealed class OnnxModelBuilder
{
    public OnnxModelBuilder(long opset = 13, long irVersion = 7, DataType type = DataType.Float)
    {
        Type = type;
        Model = new ModelProto { IrVersion = irVersion, Graph = new GraphProto { Name = "test" } };
        Model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
    }

    public ModelProto Model { get; }

    public GraphProto Graph => Model.Graph;

    public DataType Type { get; }

    /// <summary>Declares an input; a dimension is a number, a symbol, or null for an unknown one.</summary>
    public OnnxModelBuilder Input(string name, params object?[] dims)
    {
        Graph.Input.Add(Value(name, dims));
        return this;
    }

    public OnnxModelBuilder InputWithoutShape(string name)
    {
        ValueInfoProto value = Value(name, []);
        value.Type.TensorType.Shape = null;
        Graph.Input.Add(value);
        return this;
    }

    public OnnxModelBuilder Output(string name, params object?[] dims)
    {
        Graph.Output.Add(Value(name, dims));
        return this;
    }

    /// <summary>Adds an initializer of the model's type, as raw bytes.</summary>
    public OnnxModelBuilder Weights(string name, long[] dims, params double[] values)
    {
        Graph.Initializer.Add(Tensor(name, dims, values, Type));
        return this;
    }

    public OnnxModelBuilder Integers(string name, params long[] values)
    {
        Graph.Initializer.Add(new TensorProto { Name = name, DataType = DataType.Int64, Dims = { values.Length }, Int64Data = { values } });
        return this;
    }

    public OnnxModelBuilder Add(TensorProto tensor)
    {
        Graph.Initializer.Add(tensor);
        return this;
    }

    public OnnxModelBuilder Node(string type, string inputs, string outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = type, Name = $"{type}_{Graph.Node.Count}" };
        node.Input.Add(inputs.Length == 0 ? [] : inputs.Split(' ').Select(static name => name == "-" ? "" : name));
        node.Output.Add(outputs.Split(' '));
        node.Attribute.Add(attributes);
        Graph.Node.Add(node);
        return this;
    }

    /// <summary>The model with outputs of any shape.</summary>
    public ModelProto WithoutOutputShapes()
    {
        foreach (ValueInfoProto output in Graph.Output)
            output.Type.TensorType.Shape = null;
        return Model;
    }

    public byte[] Bytes() => Model.ToByteArray();

    public static TensorProto Tensor(string name, long[] dims, double[] values, DataType type)
    {
        byte[] bytes = type switch
        {
            DataType.Double => MemoryMarshal.AsBytes<double>(values).ToArray(),
            DataType.Float => MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, static v => (float)v)).ToArray(),
            DataType.Float16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, static v => (Half)v)).ToArray(),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
        return new TensorProto { Name = name, DataType = type, Dims = { dims }, RawData = ByteString.CopyFrom(bytes) };
    }

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    public static AttributeProto Ints(string name, params long[] values) =>
        new() { Name = name, Type = AttributeType.Ints, Ints = { values } };

    public static AttributeProto Floats(string name, params float[] values) =>
        new() { Name = name, Type = AttributeType.Floats, Floats = { values } };

    public static AttributeProto TensorValue(string name, TensorProto value) =>
        new() { Name = name, Type = AttributeType.Tensor, T = value };

    private ValueInfoProto Value(string name, object?[] dims)
    {
        var shape = new TensorShapeProto();
        foreach (object? dim in dims)
        {
            shape.Dim.Add(dim switch
            {
                int size => new TensorShapeProto.Types.Dimension { DimValue = size },
                string symbol => new TensorShapeProto.Types.Dimension { DimParam = symbol },
                _ => new TensorShapeProto.Types.Dimension(),
            });
        }

        return new ValueInfoProto { Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Type, Shape = shape } } };
    }
}
