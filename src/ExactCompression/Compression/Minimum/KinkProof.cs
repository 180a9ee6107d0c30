using ExactCompression.Networks;
using ExactCompression.Witnesses;

namespace ExactCompression.Compression.Minimum;

/// <summary>Proves kinks from two inputs on both sides, by the proven signs there.</summary>
/// <remarks>
/// Let <c>x-</c> and <c>x+</c> be inputs of the domain with the same proven signs of all pre-activations below the layer, and of all in the
/// layer but those of one group, whose signs are proven to be opposite at the two. The inputs with these signs below are a convex set, in
/// which the layer's pre-activations are affine; so on the line between the two, those of the other neurons keep their signs, and the
/// group's are 0 at one point <c>x</c>, with a gradient that is not 0. Signs hold around the points too, so <c>x</c> can be taken in the
/// interior of the domain (relative to its affine hull). What a reader takes is affine on both sides of the group's hyperplane around
/// <c>x</c>, with gradients that differ by the jump of <see cref="NeuronGroup"/>, which is not 0.
/// </remarks>
/// <param name="graph">The graph.</param>
/// <param name="site">The layer.</param>
/// <param name="check">Proves signs.</param>
internal sealed class KinkProof(LoweredGraph graph, LayerSite site, WitnessCheck check)
{
    /// <summary>The pattern at an input.</summary>
    /// <param name="point">A point of the domain.</param>
    public CellPattern PatternAt(double[] point) => new(graph, check.Signs(point));

    /// <summary>The kink of a group between two inputs; null if it is not proven.</summary>
    /// <param name="number">0-based number of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="before">A point of the domain.</param>
    /// <param name="after">Another.</param>
    public Kink? Between(int number, NeuronGroup group, double[] before, double[] after)
    {
        CellPattern first = PatternAt(before), second = PatternAt(after);
        foreach (int below in site.Below)
        {
            for (int i = 0; i < graph.Rectifier(below).Width; i++)
            {
                if (first.Sign(below, i) != second.Sign(below, i) || !first.IsKnown(below, i))
                    return null;
            }
        }

        for (int i = 0; i < site.Layer.Width; i++)
        {
            int sign = first.Sign(site.Number, i), other = second.Sign(site.Number, i);
            bool isOwn = group.Elements.Contains(i);
            if (isOwn ? sign == 0 || other != -sign : other != sign || !first.IsKnown(site.Number, i))
                return null;
        }

        return new(number, first);
    }
}
