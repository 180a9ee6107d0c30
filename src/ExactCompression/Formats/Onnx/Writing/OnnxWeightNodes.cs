using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using static ExactCompression.Formats.Onnx.OnnxGraphParts;

namespace ExactCompression.Formats.Onnx;

/// <summary>The nodes of operators with weights.</summary>
internal static class OnnxWeightNodes
{
    /// <summary>The version from which on shapes are repeated as in NumPy.</summary>
    public const long RulesOfNumPy = 7;

    private const long SummandMayBeLeftOut = 11;

    /// <summary>A matrix: Gemm over vectors, else MatMul and Add.</summary>
    public static string Dense(DenseOperator dense, TensorShape input, string value, OnnxGraphParts parts)
    {
        bool hasBias = !AreZero(dense.Bias);
        if (input.Count == 1)
        {
            string weight = parts.Tensor("weight", [dense.Outputs, dense.Inputs], dense.Weights);
            if (parts.Opset < SummandMayBeLeftOut)
            {
                AttributeProto[] repeats = parts.Opset < RulesOfNumPy ? [Integer("broadcast", 1)] : [];
                return parts.Node(
                    "Gemm", [value, weight, parts.Tensor("bias", [dense.Outputs], dense.Bias)], [Integer("transB", 1), .. repeats]);
            }

            return parts.Node(
                "Gemm", hasBias ? [value, weight, parts.Broadcast("bias", [dense.Outputs], dense.Bias)] : [value, weight],
                Integer("transB", 1));
        }

        return ProductAndSum(dense, value, parts);
    }

    /// <summary>A matrix as MatMul, and Add where it adds something.</summary>
    public static string ProductAndSum(DenseOperator dense, string value, OnnxGraphParts parts)
    {
        string product = Product(dense, value, parts);
        AttributeProto[] aligned = parts.Opset < RulesOfNumPy ? [Integer("broadcast", 1)] : [];
        return AreZero(dense.Bias) ? product : parts.Node("Add", [product, parts.Broadcast("bias", [dense.Outputs], dense.Bias)], aligned);
    }

    /// <summary>A matrix without what is added, as MatMul.</summary>
    public static string Product(DenseOperator dense, string value, OnnxGraphParts parts)
    {
        var transposed = new double[dense.Weights.Length];
        for (int o = 0; o < dense.Outputs; o++)
        {
            for (int i = 0; i < dense.Inputs; i++)
                transposed[(i * dense.Outputs) + o] = dense.Weights[(o * dense.Inputs) + i];
        }

        return parts.Node("MatMul", [value, parts.Tensor("weight", [dense.Inputs, dense.Outputs], transposed)]);
    }

    /// <summary>A convolution.</summary>
    public static string Convolution(ConvolutionOperator convolution, TensorShape input, string value, OnnxGraphParts parts)
    {
        ConvolutionShape geometry = convolution.Geometry;
        int axes = input.Count - 1;
        int[] shape = [convolution.Channels, input[0] / convolution.Groups, .. OnnxWindowNodes.Kernel(geometry, axes)];
        string[] inputs = [value, parts.Tensor("weight", shape, convolution.Filters)];
        if (!AreZero(convolution.Bias))
            inputs = [.. inputs, parts.Tensor("bias", [convolution.Channels], convolution.Bias)];
        AttributeProto[] groups = convolution.Groups == 1 ? [] : [Integer("group", convolution.Groups)];
        return parts.Node("Conv", inputs, [.. OnnxWindowNodes.Attributes(geometry, axes), .. groups]);
    }

    /// <summary>Arithmetic with constants, or batch normalisation.</summary>
    public static string ScaleShift(ScaleShiftOperator scale, TensorShape shape, string value, OnnxGraphParts parts)
    {
        AffinePart part = scale.Part;
        RequireDefined(part, parts.Precision);
        if (part.Kind == AffinePartKind.BatchNormalization)
        {
            bool isChannel = shape.Count == 1 || scale.PerChannel;
            if (!isChannel)
                value = parts.Reshape(value, shape.Elements);
            AttributeProto[] test = parts.Opset < RulesOfNumPy ? [Integer("is_test", 1)] : [];
            string normalised = parts.Node(
                "BatchNormalization",
                [value, .. part.Values.Zip(["scale", "bias", "mean", "variance"], (v, n) => parts.Tensor(n, [part.Outputs], v))],
                [Real("epsilon", part.Epsilon), .. test]);
            return isChannel ? normalised : parts.Reshape(normalised, [.. shape]);
        }

        // Before the rules of NumPy, an attribute says at which axis of the value the constant begins; by default it ends at the last.
        bool aligns = parts.Opset < RulesOfNumPy;
        int[] extent = !scale.PerChannel ? [.. shape] : aligns ? [shape[0]] : [shape[0], .. Enumerable.Repeat(1, shape.Count - 1)];
        AttributeProto[] alignment = !aligns ? [] : scale.PerChannel
            ? [Integer("broadcast", 1), Integer("axis", 1)]
            : [Integer("broadcast", 1)];
        bool emitted = false;
        foreach ((string type, double[][] constants, bool constantFirst) in OnnxPartNodes.Of(part))
        {
            string constant = parts.Broadcast(type == "Add" || type == "Sub" ? "shift" : "scale", extent, constants[0]);
            parts.RequireOpset(constantFirst ? RulesOfNumPy : 1, "a constant less a value");
            value = parts.Node(type, constantFirst ? [constant, value] : [value, constant], alignment);
            emitted = true;
        }

        return emitted ? value : parts.Node("Identity", [value]);
    }

    private static void RequireDefined(AffinePart part, WeightPrecision precision)
    {
        if (!OnnxPartNodes.CanRound([part], precision))
            throw new InvalidInputException(
                "DivisorUnderflow", "A number that the network divides by is 0 in float32.", "Write the network with Float64 precision.");
    }
}
