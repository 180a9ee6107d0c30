using ExactCompression.Formats.Onnx.Schema;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;
using Dimension = ExactCompression.Formats.Onnx.Schema.TensorShapeProto.Types.Dimension;

namespace ExactCompression.Formats.Onnx;

/// <summary>Takes from a model what it states beside its function, and states it in another.</summary>
internal static class OnnxInterface
{
    /// <summary>What a model states.</summary>
    /// <param name="model">The model.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="read">What was read of it.</param>
    public static ModelInterface Of(ModelProto model, OnnxGraph graph, OnnxAttempt read)
    {
        ModelTensor[] inputs =
        [
            .. graph.Inputs.Zip(
                read.Inputs, (value, input) => Tensor(value, input.Shape, -1, null, input.IsBatch ? read.Batch : 1)),
        ];
        ModelTensor first = inputs[0];
        int batch = first.Batch;
        ModelTensor Output(ValueInfoProto value, OnnxValue output)
        {
            if (output.Shape is not { } shape)
                return Tensor(value, [.. value.Type?.TensorType?.Shape?.Dim.Select(static _ => 1) ?? []], -1, null, 1);
            bool keepsBatch = batch >= 0 && shape.Length == first.Shape.Count && shape[batch] == 1;
            return Tensor(
                value, shape, keepsBatch ? batch : -1, keepsBatch ? first.Shape[batch].Symbol : null, output.IsBatch ? read.Batch : 1);
        }

        ModelTensor[] outputs = [.. graph.Outputs.Zip(read.Outputs, Output)];
        return new(first, outputs[0])
        {
            Inputs = Array.AsReadOnly(inputs),
            Outputs = Array.AsReadOnly(outputs),
            GraphName = model.Graph.Name,
            Producer = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Domain = model.Domain,
            Version = model.ModelVersion,
            Description = model.DocString,
            Narrowed = Narrow(graph) ?? read.Narrowed,
            Metadata = Array.AsReadOnly([.. model.MetadataProps.Select(static p => KeyValuePair.Create(p.Key, p.Value))]),
        };
    }

    private static string? Narrow(OnnxGraph graph) => graph.Inputs.FirstOrDefault(
        static i => (DataType)(i.Type?.TensorType?.ElemType ?? 0) is DataType.Float16 or DataType.Bfloat16)?.Name;

    /// <summary>States who made a model, and its metadata.</summary>
    public static void Describe(ModelProto model, ModelInterface description)
    {
        (model.ProducerName, model.ProducerVersion) = (description.Producer, description.ProducerVersion);
        (model.Domain, model.ModelVersion, model.DocString) = (description.Domain, description.Version, description.Description);
        model.MetadataProps.Add(
            description.Metadata.Select(static m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
    }

    /// <summary>An input or output as a graph declares it.</summary>
    public static ValueInfoProto Declared(ModelTensor tensor, DataType type)
    {
        var shape = new TensorShapeProto();
        foreach (ModelDimension dimension in tensor.Shape)
        {
            shape.Dim.Add(dimension.Symbol switch
            {
                null => new Dimension { DimValue = (long)dimension.Size * dimension.Rows },
                "" => new Dimension(),
                var symbol => new Dimension { DimParam = symbol },
            });
        }

        return new() { Name = tensor.Name, Type = new() { TensorType = new() { ElemType = type, Shape = shape } } };
    }

    /// <summary>An input or output: its sizes for one row, and the symbols that the graph declares, if it declares as many.</summary>
    /// <param name="value">The input or output.</param>
    /// <param name="shape">Its shape for one row.</param>
    /// <param name="batch">The dimension that is the batch where the graph does not declare the shape; -1 for none.</param>
    /// <param name="symbol">The symbol of that dimension.</param>
    /// <param name="rows">The size of a batch that the graph fixes; 1 for none.</param>
    private static ModelTensor Tensor(ValueInfoProto value, int[] shape, int batch, string? symbol, int rows)
    {
        Dimension[]? declared = value.Type?.TensorType?.Shape is { } known && known.Dim.Count == shape.Length ? [.. known.Dim] : null;
        var dimensions = new ModelDimension[shape.Length];
        for (int i = 0; i < dimensions.Length; i++)
        {
            string? stated = declared is null ? i == batch ? symbol : null : declared[i].DimValue > 0 ? null : declared[i].DimParam;
            dimensions[i] = new(shape[i], stated, i == 0 ? rows : 1);
        }

        return new(value.Name, Array.AsReadOnly(dimensions));
    }
}
