using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>What all models have in common that are written here.</summary>
internal static class OnnxModel
{
    /// <summary>The version of the operators.</summary>
    public const long Opset = 13;

    private const long IrVersion = 7;

    /// <summary>The room that a message of 2 GB must leave for names and nodes.</summary>
    private const long LargestData = int.MaxValue - (1L << 24);

    /// <summary>Refuses a network with more weights than one file holds.</summary>
    /// <param name="network">The network.</param>
    /// <param name="precision">What weights are stored as.</param>
    /// <exception cref="InvalidInputException">It is too large.</exception>
    public static void RequireRoom(ReluNetwork network, WeightPrecision precision)
    {
        if (network.ParameterCount * (precision == WeightPrecision.Float64 ? 8 : 4) > LargestData)
            throw new InvalidInputException(
                "OnnxTooLarge", $"The network has {network.ParameterCount} parameters, more than one ONNX file holds.",
                "Store it in another format.");
    }

    /// <summary>The model of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stated">Who made it, and its metadata; null for none.</param>
    public static ModelProto Of(GraphProto graph, ModelInterface? stated)
    {
        var model = new ModelProto { IrVersion = IrVersion, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        if (stated is not null)
            OnnxInterface.Describe(model, stated);
        return model;
    }
}
