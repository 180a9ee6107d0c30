using System.Numerics.Tensors;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.InputSplitting;

/// <summary>Evaluates a target at a point, in double without any bound on the rounding: for heuristics alone. For one thread.</summary>
internal sealed class SubdomainEvaluation
{
    private readonly SubdomainNetwork network;
    private readonly double[][] values;

    /// <summary>Allocates the arrays.</summary>
    /// <param name="network">The network up to the layer of the targets.</param>
    public SubdomainEvaluation(SubdomainNetwork network)
    {
        this.network = network;
        values = [.. network.Layers.Select(static l => new double[l.Map.Outputs])];
    }

    /// <summary>The target's pre-activation, negated for one below; over its bound on the whole box.</summary>
    /// <param name="target">A target of the last layer.</param>
    /// <param name="point">The point.</param>
    public double Relative(SignTarget target, double[] point)
    {
        double[] from = point;
        for (int l = 0; l < values.Length - 1; l++)
        {
            AffineLayer map = network.Layers[l].Map;
            for (int i = 0; i < map.Outputs; i++)
                values[l][i] = Math.Max(0, Sum(map, i, from));
            from = values[l];
        }

        double z = Sum(network.Layers[^1].Map, target.Index - network.Offsets[^2], from);
        return z / (target.Above ? network.Upper[target.Index] : network.Lower[target.Index]);
    }

    private static double Sum(AffineLayer map, int row, double[] from) =>
        TensorPrimitives.Dot(map.Row(row), from.AsSpan()) + map.Bias.Span[row];
}
