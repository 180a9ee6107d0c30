using System.Collections;
using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Minimum;

/// <summary>
/// Which inputs a neuron of any filter can depend on, position by position. A kink whose gradient is not 0 by inputs that together only one
/// position reaches is made there, whatever the filters are replaced by.
/// </summary>
internal sealed class PositionReach
{
    private readonly BitArray[] byPosition;

    /// <summary>Finds the inputs of each position.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="site">The layer.</param>
    public PositionReach(LoweredGraph graph, LayerSite site)
    {
        var reach = new BitArray[site.Value + 1][];
        reach[0] = new BitArray[graph.Input.Count];
        for (int i = 0; i < reach[0].Length; i++)
            (reach[0][i] = new(graph.Input.Count))[i] = true;
        var row = new SparseRow();
        foreach (int value in new ForwardOrder(graph, site.Value).Values)
        {
            bool isOwn = value == site.Value;
            reach[value] = new BitArray[isOwn ? site.Plane : graph.ShapeOf(value).Count];
            for (int i = 0; i < reach[value].Length; i++)
            {
                var inputs = new BitArray(graph.Input.Count);
                foreach (LinearTerm term in graph.Layers[value - 1].Terms)
                {
                    term.Map.ReadRow(i, row);
                    for (int k = 0; k < row.Count; k++)
                    {
                        if (isOwn || row.Weights[k] != 0)
                            inputs.Or(reach[term.Source][row.Columns[k]]);
                    }
                }

                reach[value][i] = inputs;
            }
        }

        byPosition = reach[site.Value];
    }

    /// <summary>Whether a gradient can be that of a neuron at one position alone.</summary>
    /// <param name="gradient">Residues of a gradient by the input.</param>
    /// <param name="position">0-based position of the neuron that it is of.</param>
    public bool IsOnly(ulong[] gradient, int position)
    {
        int[] inputs = [.. Enumerable.Range(0, gradient.Length).Where(i => gradient[i] != 0)];
        return Enumerable.Range(0, byPosition.Length).All(p => p == position || inputs.Any(i => !byPosition[p][i]));
    }
}
