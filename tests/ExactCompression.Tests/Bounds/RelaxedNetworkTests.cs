using ExactCompression.Bounds;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>The stack of relaxed layers: what it passes from layer to layer, and that it frees what it owns, once.</summary>
public sealed unsafe class RelaxedNetworkTests
{
    private static readonly InputDomain Domain = new([-1, 0], [1, 2]);
    private static readonly AffineLayer First = new([1, 1, 1, -1, -1, 0], [0, 0, -1], 3, 2, Activation.Relu);
    private static readonly AffineLayer Second = new([1, 1, 1], [-1], 1, 3, Activation.Relu);

    [Fact]
    public void Output_LayerByLayer_IsWhatEntersTheNextLayer()
    {
        using var network = new RelaxedNetwork(Domain);
        AssertOutput(network, [-1.0, 0.0], [1.0, 2.0]);
        network.Add(First, [-1, -3, -2], [3, 1, 0]);
        AssertOutput(network, [0.0, 0.0, 0.0], [3.0, 1.0, 0.0]);
        network.Add(Second, [0.5], [3]);
        AssertOutput(network, [0.5], [3.0]);
        Assert.Equal([First, Second], network.Layers.Select(static l => l.Layer));
        Assert.Same(network.Layers[0].Output, network.Layers[1].Input);
    }

    [Fact]
    public void Bounds_LayersAddedLater_DoNotChangeExistingBounds()
    {
        using var network = new RelaxedNetwork(Domain);
        network.Add(First, [-1, -3, -2], [3, 1, 0]);
        var crown = new CrownBounds(network);
        using var optimized = new AlphaBetaCrown(Second, network);
        double before = Bound(crown);
        float[] slopes = optimized.PlainSlopes();
        network.Add(Second, [-1], [3]);
        Assert.Equal(before, Bound(crown));
        Assert.Equal(slopes, optimized.PlainSlopes());
        Assert.Equal(First.Outputs, slopes.Length);
    }

    [Fact]
    public void Dispose_OnceOrMore_FreesEveryLayerAndTakesNoMore()
    {
        var own = ReluRelaxation.Of(First, ActivationRange.OfInput(Domain), [-1, -3, -2], [3, 1, 0]);
        var network = new RelaxedNetwork(Domain, own);
        network.Add(Second, [-1], [3]);
        PackedMatrix<double>[] packed = [.. network.Layers.Select(static l => l.Packed)];
        Assert.True(Array.TrueForAll(packed, static p => p.Data is not null));
        network.Dispose();
        network.Dispose();
        Assert.Equal(2, packed.Length);
        Assert.True(Array.TrueForAll(packed, static p => p.Data is null));
        Assert.Throws<ObjectDisposedException>(() => network.Add(Second, [-1], [3]));
    }

    private static void AssertOutput(RelaxedNetwork network, double[] lower, double[] upper)
    {
        Assert.Equal(lower, network.Output.Lower);
        Assert.Equal(upper, network.Output.Upper);
    }

    private static double Bound(CrownBounds crown)
    {
        double[] bound = new double[1];
        crown.Bound(Second, [0], above: true, bound, [], new() { MaxDegreeOfParallelism = 1 });
        return bound[0];
    }
}
