using ExactCompression.Networks;

namespace ExactCompression.Compression.Minimum;

/// <summary>How many neurons any chain of dense layers needs to compute a network's function over a domain.</summary>
/// <remarks>
/// Let a chain with <c>k</c> neurons in its first layer compute <c>f</c> over the domain: <c>f(x) = g(W x)</c> with <c>k</c> rows in
/// <c>W</c>. At an input in the interior where both networks are affine, and such inputs are dense, each gradient of <c>f</c> is a
/// combination of the rows of <c>W</c>. A gradient of <c>f</c> at an input whose pattern is proven is that of a whole cell, which contains
/// such inputs. So <c>k</c> is at least the rank of all these gradients together. At a single such input the Jacobian is a product through
/// every layer, so no layer has fewer neurons than its rank.
/// </remarks>
internal static class FunctionRank
{
    /// <summary>Inputs after which nothing more is expected if none of them added to the rank.</summary>
    private const int Patience = 16;

    /// <summary>The rank of all gradients together, and the largest of a Jacobian; (0, 0) where they are not known.</summary>
    /// <param name="network">A chain of dense layers.</param>
    /// <param name="patterns">Patterns at inputs of the domain.</param>
    /// <param name="isFree">Which inputs the domain leaves free.</param>
    /// <param name="cancellation">Cancels.</param>
    public static (int Together, int Single) Of(
        ReluNetwork network, IEnumerable<CellPattern> patterns, bool[] isFree, CancellationToken cancellation)
    {
        LoweredGraph graph = network.Lowered;
        if (!network.IsDense || network.Depth == 0 || graph.Layers[^1].IsRectifier || graph.Layers.Any(static l => !l.IsExact))
            return default;
        var all = new ModularRows();
        int width = network.WidthOf(1), single = 0, inVain = 0;
        foreach (CellPattern pattern in patterns)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!pattern.IsKnown(Enumerable.Range(1, graph.Rectifiers)))
                continue;
            var gradients = new ModularGradients(graph, pattern, isFree);
            var own = new ModularRows();
            int before = all.Rank;
            for (int output = 0; output < network.OutputSize; output++)
            {
                ulong[] gradient = gradients.Of(graph.Layers.Count, output);
                own.Add(gradient);
                all.Add(gradient);
            }

            single = Math.Max(single, own.Rank);
            inVain = all.Rank > before ? 0 : inVain + 1;
            if (all.Rank == width || inVain == Patience)
                break;
        }

        return (all.Rank, single);
    }
}
