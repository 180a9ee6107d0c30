using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Verdicts;

namespace ExactCompression.Milp.Models;

/// <summary>A layer of outputs above the layers that it takes, with proven bounds of all of them.</summary>
internal sealed class OutputLayers : IDisposable
{
    private OutputLayers(RelaxedGraph below, LoweredLayer layer, double[] lower, double[] upper) =>
        (Below, Layer, Lower, Upper) = (below, layer, lower, upper);

    /// <summary>The layers below.</summary>
    public RelaxedGraph Below { get; }

    /// <summary>The layer, as one of rectifiers: what is asked of it is a sign.</summary>
    public LoweredLayer Layer { get; }

    /// <summary>Proven lower bounds of its sums, before any rectifier.</summary>
    public double[] Lower { get; }

    /// <summary>Proven upper bounds of its sums.</summary>
    public double[] Upper { get; }

    /// <summary>Bounds a layer of outputs.</summary>
    /// <param name="ledger">Proven bounds of all rectifiers.</param>
    /// <param name="value">The layer's 1-based place.</param>
    /// <param name="linear">Whether linear bounds follow the intervals.</param>
    /// <param name="parallel">Threads, and the token to stop on.</param>
    public static OutputLayers Of(VerdictLedger ledger, int value, bool linear, ParallelOptions parallel)
    {
        LoweredLayer layer = ledger.Graph.Layers[value - 1] with { Unit = LayerUnit.Rectifier };
        var graph = new LoweredGraph(ledger.Graph.Input, [.. ledger.Graph.Layers.Take(value - 1), layer], null);
        var below = new RelaxedGraph(ledger.Domain, graph);
        try
        {
            for (int number = 1; number < graph.Rectifiers; number++)
            {
                below.AdvanceTo(number, tighten: null, parallel);
                below.Add(ledger.LowerOf(number), ledger.UpperOf(number));
            }

            below.AdvanceTo(graph.Rectifiers, tighten: null, parallel);
            double[] lower = new double[layer.Width], upper = new double[layer.Width];
            IntervalBounds.Propagate(layer, below.SourcesOf(layer), lower, upper, parallel);
            if (linear)
                CrownBounds.Tighten(below, layer, [.. Enumerable.Range(0, layer.Width)], lower, upper, parallel);
            return new(below, layer, lower, upper);
        }
        catch
        {
            below.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Below.Dispose();
}
