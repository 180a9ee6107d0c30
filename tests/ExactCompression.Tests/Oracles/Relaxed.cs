using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Tests.Oracles;

/// <summary>Dense layers as bounds take them.</summary>
internal static class Relaxed
{
    /// <summary>Relaxes a dense layer.</summary>
    public static LayerRelaxation Layer(AffineLayer layer, ActivationRange input, double[] lower, double[] upper) =>
        LayerRelaxation.Of(Lowered(layer), [SourceRange.Of(input, layer.Outputs)], lower, upper);

    /// <summary>A dense layer of a graph, the first one; as a target it is above one layer.</summary>
    public static LoweredLayer Lowered(AffineLayer layer, int number = 1) => LoweredLayer.Of(layer, number);

    /// <summary>A dense layer that takes the values of the last layer of a graph.</summary>
    public static LoweredLayer Above(this RelaxedGraph below, AffineLayer layer) => LoweredLayer.Of(layer, below.Layers.Count + 1);

    /// <summary>One relaxed layer, below a layer of one neuron.</summary>
    public static RelaxedGraph Graph(InputDomain domain, LayerRelaxation layer)
    {
        RelaxedGraph below = Chain(domain, layer.Affine(), Reader(layer.Layer.Width));
        below.Add(layer.Lower, layer.Upper);
        return below;
    }

    /// <summary>A chain of dense layers, none of which is relaxed.</summary>
    public static RelaxedGraph Chain(InputDomain domain, params AffineLayer[] layers) => new(domain, LoweredGraph.Of(layers));

    /// <summary>All layers of a network below its last rectifiers, with CROWN's bounds.</summary>
    /// <returns>These layers, the layer of the last rectifiers, and the bounds of all.</returns>
    public static (RelaxedGraph Below, LoweredLayer Last, VerdictLedger Ledger) BelowLast(
        ReluNetwork network, double[] lower, double[] upper)
    {
        var ledger = new VerdictLedger(StabilityTable.Undecided(network, new(lower, upper)));
        using var clock = new SearchClock(ledger, new() { Threads = 1 }, default);
        BoundPropagation.Run(ledger, clock);
        var below = new RelaxedGraph(new(lower, upper), network.Lowered);
        LoweredLayer last = below.AdvanceTo(1);
        for (int number = 1; number < network.Lowered.Rectifiers; number++)
        {
            below.Add(ledger.LowerOf(number), ledger.UpperOf(number));
            last = below.AdvanceTo(number + 1);
        }

        return (below, last, ledger);
    }

    /// <summary>A problem with any slopes, up to two assumptions, and any multipliers.</summary>
    public static CrownSubproblem Problem(Random random, int neuron, bool above, int rectifiers)
    {
        var problem = CrownSubproblem.Root(neuron, above, [.. Enumerable.Range(0, rectifiers).Select(_ => random.NextSingle())]);
        for (int s = random.Next(3); s > 0 && rectifiers > 0; s--)
        {
            problem = problem.With(random.Next(rectifiers), random.Next(2) == 0 ? (sbyte)1 : (sbyte)-1);
            problem.Multipliers[^1] = random.NextSingle();
        }

        return problem;
    }

    /// <summary>A layer that reads the values of another.</summary>
    public static AffineLayer Reader(int inputs) => new(new double[inputs], [0], 1, inputs, Activation.Identity);

    /// <summary>Adds the next layer of a chain with its intervals.</summary>
    public static void AddIntervals(this RelaxedGraph below)
    {
        LoweredLayer layer = below.Graph.Layers[below.Layers.Count];
        double[] lower = new double[layer.Width], upper = new double[layer.Width];
        IntervalBounds.Propagate(layer, below.SourcesOf(layer), lower, upper);
        below.Add(lower, upper);
    }

    /// <summary>The range of what the last layer gives.</summary>
    public static ActivationRange Output(this RelaxedGraph below) => below.RangeOf(below.Layers.Count);

    /// <summary>The dense layer that was relaxed.</summary>
    public static AffineLayer Affine(this LayerRelaxation relaxation)
    {
        LoweredLayer layer = relaxation.Layer;
        var map = (DenseMap)layer.Terms[0].Map;
        double[] weights = [.. Enumerable.Range(0, layer.Width).SelectMany(i => map.Row(i).ToArray())];
        double[]? radius = map.Radius is DenseMap of
            ? [.. Enumerable.Range(0, layer.Width).SelectMany(i => of.Row(i).ToArray())]
            : null;
        return new(
            weights, layer.Bias.ToArray(), layer.Width, map.Input.Count, layer.IsRectifier ? Activation.Relu : Activation.Identity,
            WeightPrecision.Float64, radius, layer.BiasRadius.IsEmpty ? null : layer.BiasRadius.ToArray());
    }
}
