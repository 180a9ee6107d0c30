using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Bounds;

/// <summary>The stack of relaxed layers: what it passes from layer to layer, and that it frees what it owns, once.</summary>
public sealed class RelaxedGraphTests
{
    private static readonly InputDomain Domain = new([-1, 0], [1, 2]);
    private static readonly AffineLayer First = new([1, 1, 1, -1, -1, 0], [0, 0, -1], 3, 2, Activation.Relu);
    private static readonly AffineLayer Second = new([1, 1, 1], [-1], 1, 3, Activation.Relu);

    [Fact]
    public void Output_LayerByLayer_IsWhatEntersTheNextLayer()
    {
        using RelaxedGraph network = Relaxed.Chain(Domain, First, Second);
        AssertOutput(network, [-1.0, 0.0], [1.0, 2.0]);
        network.Add([-1, -3, -2], [3, 1, 0]);
        AssertOutput(network, [0.0, 0.0, 0.0], [3.0, 1.0, 0.0]);
        network.Add([0.5], [3]);
        AssertOutput(network, [0.5], [3.0]);
        Assert.Equal(network.Graph.Layers, network.Layers.Select(static l => l.Layer));
        Assert.Same(network.Layers[0].Output, network.Layers[1].Sources[0].Range);
    }

    [Fact]
    public void Bounds_LayersAddedLater_DoNotChangeExistingBounds()
    {
        using RelaxedGraph network = Relaxed.Chain(Domain, First, Second);
        network.Add([-1, -3, -2], [3, 1, 0]);
        LoweredLayer second = network.Graph.Layers[1];
        var crown = new CrownBounds(network);
        var optimized = new AlphaBetaCrown(second, network);
        double before = Bound(crown, second);
        float[] slopes = optimized.PlainSlopes();
        network.Add([-1], [3]);
        Assert.Equal(before, Bound(crown, second));
        Assert.Equal(slopes, optimized.PlainSlopes());
        Assert.Equal(First.Outputs, slopes.Length);
    }

    [Fact]
    public void Dispose_OnceOrMore_FreesEveryLayerAndTakesNoMore()
    {
        CountedMap first = new(3, 2), second = new(1, 3);
        var network = new RelaxedGraph(Domain, new(
            MapShape.Vector(2), [Layer(0, first), Layer(1, second), Layer(2, new(1, 1))], null));
        network.Add([-1, -3, -2], [3, 1, 0]);
        network.Add([-1], [3]);
        network.Layers[0].KernelOf(0);
        network.Layers[1].KernelOf(0);
        network.Layers[1].KernelOf(0);
        Assert.Equal((1, 1, 0, 0), (first.Packed, second.Packed, first.Freed, second.Freed));
        network.Dispose();
        network.Dispose();
        Assert.Equal((1, 1), (first.Packed, second.Packed));
        Assert.True(first.Freed > 0 && second.Freed > 0);
        Assert.Throws<ObjectDisposedException>(() => network.Add([-1], [3]));
    }

    private static LoweredLayer Layer(int source, CountedMap map) =>
        new("layer", map.Output, [new(source, map)], new double[map.Output.Count], default, LayerUnit.Rectifier, source + 1);

    private static void AssertOutput(RelaxedGraph network, double[] lower, double[] upper)
    {
        Assert.Equal(lower, network.Output().Lower);
        Assert.Equal(upper, network.Output().Upper);
    }

    private static double Bound(CrownBounds crown, LoweredLayer layer)
    {
        double[] bound = new double[1];
        crown.Bound(layer, [0], above: true, bound, null, new() { MaxDegreeOfParallelism = 1 });
        return bound[0];
    }

    /// <summary>A map that counts how often it is packed, and how often that is freed.</summary>
    private sealed class CountedMap(int outputs, int inputs) : ILinearMap, ILinearKernel<double>
    {
        public int Packed { get; private set; }

        public int Freed { get; private set; }

        public MapShape Input => MapShape.Vector(inputs);

        public MapShape Output => MapShape.Vector(outputs);

        public int FanIn => inputs;

        public int FanOut => outputs;

        public ILinearMap? Radius => null;

        public ILinearMap Absolute => this;

        public void ReadRow(int output, SparseRow row) => row.Clear();

        public Window Below(Window above) => Window.Whole(Input);

        public ILinearKernel<T> Pack<T>()
            where T : unmanaged
        {
            Packed++;
            return (ILinearKernel<T>)(object)this;
        }

        public void Apply(ReadOnlySpan<double> input, int rows, ReadOnlySpan<double> bias, Span<double> output, bool add) =>
            throw new NotSupportedException();

        public void ApplyTranspose(ReadOnlySpan<double> above, Window from, int rows, Span<double> below, Window to, bool add) =>
            throw new NotSupportedException();

        public void Dispose() => Freed++;
    }
}
