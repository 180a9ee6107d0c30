using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Verdicts;

namespace ExactCompression.Analysis;

/// <summary>The layers of a network one after another, each with what is known below it by then.</summary>
internal static class OpenLayers
{
    /// <summary>Does some work for each layer with rectifiers above the first, up to the deepest open one.</summary>
    /// <param name="ledger">What is known; what the work adds counts in the layers above.</param>
    /// <param name="clock">Threads, and the token to stop on.</param>
    /// <param name="work">Takes the 1-based number of the layer, the layer, and the layers below it.</param>
    public static void ForEach(VerdictLedger ledger, SearchClock clock, Action<int, LoweredLayer, RelaxedGraph> work)
    {
        using var below = new RelaxedGraph(ledger.Domain, ledger.Network.Joined);
        for (int layer = 1; layer <= ledger.Graph.Rectifiers && ledger.DeepestOpen() >= layer; layer++)
        {
            LoweredLayer map = CrownBounds.Advance(below, layer, clock.Parallel);
            if (layer > 1)
                work(layer, map, below);
            below.Add(ledger.LowerOf(layer), ledger.UpperOf(layer));
        }
    }
}
