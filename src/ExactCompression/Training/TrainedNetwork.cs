using System.Globalization;
using ExactCompression.Networks;

namespace ExactCompression.Training;

/// <summary>Makes a network of what has been trained: a chain of dense layers, or a graph with convolutions.</summary>
internal static class TrainedNetwork
{
    /// <summary>Makes it.</summary>
    /// <param name="layers">The layers as they are.</param>
    /// <param name="name">The network's name.</param>
    /// <param name="history">How it was trained.</param>
    /// <returns>The network; null where a number is not finite.</returns>
    public static ReluNetwork? Of(LayerPass[] layers, string name, TrainingHistory history)
    {
        AffineLayer?[] made = [.. layers.Select(
            (l, i) => l.Layer.ToLayer(i == layers.Length - 1 ? Activation.Identity : Activation.Relu))];
        if (made.Contains(null))
            return null;
        return layers[0].Plan.Window is null
            ? new(made!, name, training: history)
            : Graph(layers, made!) is { } graph ? new(graph, name, training: history) : null;
    }

    private static NetworkGraph? Graph(LayerPass[] layers, AffineLayer[] made)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("input", layers[0].Plan.Input);
        for (int l = 0; l < layers.Length; l++)
        {
            LayerPlan plan = layers[l].Plan;
            (double[] weights, double[] bias) = (made[l].Weights.ToArray(), made[l].Bias.ToArray());
            string number = (l + 1).ToString(CultureInfo.InvariantCulture);
            if (plan.Window is { } window)
            {
                value = builder.Add(new ConvolutionOperator(weights, bias, window), plan.Output, $"conv{number}", "", value);
            }
            else
            {
                if (builder.ShapeOf(value) is { Count: > 1 } shape)
                    value = builder.Add(new ReshapeOperator(), new(shape.Elements), "flatten", "", value);
                value = builder.Add(new DenseOperator(weights, bias, made[l].Inputs), plan.Output, $"dense{number}", "", value);
            }

            if (layers[l].Normalisation is { } normalisation)
            {
                if (normalisation.ToPart() is not { } part)
                    return null;
                value = builder.Add(new ScaleShiftOperator(part, PerChannel: true), plan.Output, $"norm{number}", "", value);
            }

            if (l < layers.Length - 1)
                value = builder.Add(new ReluOperator(), plan.Output, $"relu{number}", "", value);
        }

        builder.AddOutput("output", value);
        return builder.Build();
    }
}
