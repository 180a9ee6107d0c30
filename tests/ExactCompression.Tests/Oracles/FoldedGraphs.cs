using ExactCompression.Networks;

namespace ExactCompression.Tests.Oracles;

/// <summary>
/// Graphs whose normalisations are folded into the products before them in float32, as runtimes do when they load a model.
/// </summary>
internal static class FoldedGraphs
{
    /// <summary>Folds what can be folded.</summary>
    /// <param name="graph">The graph.</param>
    public static NetworkGraph Of(NetworkGraph graph)
    {
        var builder = new GraphBuilder();
        foreach (GraphInput input in graph.Inputs)
            builder.AddInput(input.Name, input.Shape);
        int[] values = [.. Enumerable.Range(0, graph.Values)];
        for (int n = 0; n < graph.Nodes.Count; n++)
        {
            GraphNode node = graph.Nodes[n];
            int value = graph.ValueOf(n);
            int[] inputs = [.. node.Inputs.Select(v => values[v])];
            if (node.Operator is ScaleShiftOperator { PerChannel: true } scale && graph.IsReadOnce(node.Inputs[0])
                && graph.Producer(node.Inputs[0]) is { Operator: ConvolutionOperator convolution } product)
            {
                values[value] = builder.Add(Folded(convolution, scale.Part), node.Shape, "", "", values[product.Inputs[0]]);
                continue;
            }

            values[value] = builder.Add(node.Operator, node.Shape, "", "", inputs);
        }

        foreach (GraphOutput output in graph.Outputs)
            builder.AddOutput(output.Name, values[output.Value]);
        return builder.Build();
    }

    private static ConvolutionOperator Folded(ConvolutionOperator convolution, AffinePart part)
    {
        float Of(int which, int at) => (float)part.Values[which][at];
        (float Factor, float Term) Line(int at, float bias)
        {
            if (part.Kind == AffinePartKind.Elementwise)
                return (Of(0, at), (bias * Of(0, at)) + Of(1, at));
            if (part.Kind == AffinePartKind.Divide)
                return (1 / Of(0, at), bias * (1 / Of(0, at)));
            float factor = Of(0, at) / MathF.Sqrt(Of(3, at) + (float)part.Epsilon);
            return (factor, ((bias - Of(2, at)) * factor) + Of(1, at));
        }

        int perChannel = convolution.Filters.Length / convolution.Channels;
        return convolution with
        {
            Filters = [.. convolution.Filters.Select((w, i) => (double)((float)w * Line(i / perChannel, 0).Factor))],
            Bias = [.. convolution.Bias.Select((b, channel) => (double)Line(channel, (float)b).Term)],
        };
    }
}
