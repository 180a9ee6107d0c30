using System.Numerics.Tensors;

namespace ExactCompression.Networks;

/// <summary>Plain evaluation of a layer in double, without error bounds.</summary>
internal static class AffineEvaluation
{
    /// <summary>Pre-activations <c>W a + b</c> of a layer.</summary>
    public static double[] PreActivations(AffineLayer layer, ReadOnlySpan<double> input)
    {
        var z = new double[layer.Outputs];
        ReadOnlySpan<double> bias = layer.Bias.Span;
        for (int i = 0; i < z.Length; i++)
            z[i] = TensorPrimitives.Dot(layer.Row(i), input) + bias[i];
        return z;
    }

    /// <summary>The layer's output, activation applied.</summary>
    public static double[] Apply(AffineLayer layer, ReadOnlySpan<double> input)
    {
        double[] z = PreActivations(layer, input);
        if (layer.Activation == Activation.Relu)
            TensorPrimitives.Max(z, 0.0, z);
        return z;
    }
}
