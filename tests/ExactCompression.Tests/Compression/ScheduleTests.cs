using ExactCompression.Compression.Passes;
using ExactCompression.Compression.Rewriting;
using ExactCompression.Compression.Schedules;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>What schedules do in which order, and what a collapse leaves, on networks small enough to say it.</summary>
public class ScheduleTests
{
    private const CompressionStepKind Inactive = CompressionStepKind.RemoveInactive;
    private const CompressionStepKind Unused = CompressionStepKind.RemoveUnused;

    /// <summary>A float32 whose products with others are none.</summary>
    private const double Odd = 0.1f;

    [Fact]
    public void Removal_NeuronsThatOthersReadUntilTheseAreGone_GoToo()
    {
        // The third layer's second neuron is read by none; the second's last by it alone, and its first is never on; the first's last two
        // are read by those.
        var network = new ReluNetwork([
            Hidden([1, -0.5], [-1, 0.5], [1, -0.25], [-1, -1]),
            Hidden([0, 0, 0, -1, -1], [1, 1, 0, 0, -0.5], [0, 0, 1, 0, -0.125]),
            Hidden([0, 1, 0, -0.25], [0, 0, 1, 0]),
            Output([1, 0, 0])]);
        DraftNetwork draft = RemovalSchedule.Run(DraftNetwork.Of(Table(network, InputDomain.Unit, "uuui", "iuu", "uu")), default);

        Assert.Equal(
            [(1, Inactive, [3]), (1, Unused, [2]), (2, Inactive, [0]), (2, Unused, [2]), (3, Unused, [1])],
            draft.Steps.Select(static s => (s.Layer, s.Kind, s.Neurons.ToArray())));
        Assert.Equal([2, 1, 1, 1], draft.Layers.Select(static l => l.Count));
        Assert.True(draft.OnlyRemoved && draft.Deviation[0] == 0);
        foreach (double x in (double[])[0, 0.25, 0.75, 1])
            Assert.Equal(0, ExactDifference.At(network, CancellingNetworks.Plain(draft), [x]).Sign);
    }

    [Fact]
    public void Removal_LayersOfNeuronsThatAreNeverOnOrUnread_KeepOneEach()
    {
        var network = new ReluNetwork([Hidden([1, -0.5], [-1, 0.5]), Hidden([-1, -1, 0], [-1, 0, 0]), Output([0, 0, 1])]);
        DraftNetwork draft = RemovalSchedule.Run(DraftNetwork.Of(Table(network, InputDomain.Unit, "uu", "ii")), default);
        Assert.Equal([2, 1, 1], draft.Layers.Select(static l => l.Count));
        Assert.Equal([(2, Inactive)], draft.Steps.Select(static s => (s.Layer, s.Kind)));
        Assert.Equal(0, draft.Layers[1].Rows[0].Neuron);
    }

    [Fact]
    public void Removal_Cancelled_Throws() => Assert.Throws<OperationCanceledException>(() => RemovalSchedule.Run(
        DraftNetwork.Of(Table(new([Hidden([1, 0]), Output([1, 0])]), InputDomain.Unit, "a")), new(canceled: true)));

    /// <summary>The first fold and the merge round in float32, the fold between them does not.</summary>
    [Fact]
    public void Leo_ToleranceThatSomeLayersKeep_TakesTheirStepsAlone()
    {
        var network = new ReluNetwork([
            Hidden([0.3f, Odd]),
            Hidden([Odd, 1], [Odd, -0.01f]),
            Hidden([0.5, 0.25, 1], [0.25, 0.5, 2]),
            Hidden([1, 0.5, 0], [2, 0.25, -2.75]),
            Hidden([Odd, 0.5 * Odd, 0.3f], [2 * Odd, Odd, 0.9f], [1, 1, -0.5]),
            Output([0.3f, 0.9f, 0.7f, Odd])]);
        DraftNetwork original = DraftNetwork.Of(Table(network, InputDomain.Unit, "a", "au", "aa", "au", "aau"));
        DraftNetwork all = LeoSchedule.Run(original, new(), default),
            some = LeoSchedule.Run(original, new() { Tolerance = 1e-12 }, default);

        const CompressionStepKind Fold = CompressionStepKind.Fold, Merge = CompressionStepKind.Merge;
        Assert.Equal([(1, Fold), (3, Fold), (5, Merge)], all.Steps.Select(static s => (s.Layer, s.Kind)));
        Assert.Equal([(3, Fold)], some.Steps.Select(static s => (s.Layer, s.Kind)));
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(some, null);
        Assert.True(deviation <= 1e-12 && StoredDraft.Of(all, null).Deviation > 1e-12);
        foreach (double x in (double[])[0, 0.3, 1])
            Assert.True(ExactDifference.At(network, new(layers), [x]) <= deviation);
        Assert.Empty(LeoSchedule.Run(original, new() { Tolerance = -1 }, default).Steps);
    }

    [Fact]
    public void Leo_RemovalsOfLaterLayersThanTheFolded_AreToldInTheOrderOfLayers()
    {
        var network = new ReluNetwork([Hidden([0.5, 1]), Hidden([2, -1], [-1, 0], [0.5, -0.5]), Output([1, 1, 1, 0])]);
        DraftNetwork draft = LeoSchedule.Run(DraftNetwork.Of(Table(network, InputDomain.Unit, "a", "uiu")), new(), default);
        Assert.Equal([(1, CompressionStepKind.Fold), (2, Inactive)], draft.Steps.Select(static s => (s.Layer, s.Kind)));
        Assert.Equal([2, 1], draft.Layers.Select(static l => l.Count));
    }

    /// <summary>Two inputs times two outputs are as many connections as one neuron between them has.</summary>
    [Fact]
    public void Leo_FoldThatLeavesAsManyConnections_IsTaken()
    {
        DraftNetwork original = DraftNetwork.Of(
            Table(new([Hidden([1, 1, 0.5]), Output([1, 0], [0.5, 1])]), InputDomain.Unit, "a"));
        Assert.Equal(0, LeoSchedule.Run(original, new(), default).Depth);
    }

    [Fact]
    public void Maximal_ToleranceOfLayersInBothPrecisions_IsTheFiner()
    {
        DraftNetwork Of(WeightPrecision first, WeightPrecision last) => DraftNetwork.Of(StabilityTable.Undecided(
            new([Layer(first, false, [1, 0]), Layer(last, true, [2, 1])]), InputDomain.Unit));
        double Tolerance(WeightPrecision first, WeightPrecision last) => MaximalSchedule.ToleranceOf(Of(first, last), new());
        const WeightPrecision Single = WeightPrecision.Float32, Double = WeightPrecision.Float64;
        Assert.InRange(Tolerance(Single, Single) / CompressionOptions.RelativeToleranceFloat32, 3, 3.001);
        foreach ((WeightPrecision first, WeightPrecision last) in (ReadOnlySpan<(WeightPrecision, WeightPrecision)>)
            [(Single, Double), (Double, Single), (Double, Double)])
            Assert.InRange(Tolerance(first, last) / CompressionOptions.RelativeToleranceFloat64, 3, 3.001);
    }

    /// <summary>Inputs times outputs beside the connections of the original: more, as many, fewer.</summary>
    [Theory]
    [InlineData(4, 1, 4, "4-1-4")]
    [InlineData(2, 1, 2, "2-2")]
    [InlineData(3, 2, 3, "3-3")] // what removal has left of it would have fewer
    public void Collapse_OfABottleneck_HasNoMoreConnections(int inputs, int width, int outputs, string architecture)
    {
        var network = new ReluNetwork([
            Hidden([.. Enumerable.Repeat((double[])[.. Enumerable.Repeat(-1.0, inputs), 0], width)]),
            Output([.. Enumerable.Range(1, outputs).Select(o => (double[])[.. Enumerable.Repeat(1.0, width), o])])]);
        DraftNetwork original = DraftNetwork.Of(Table(network, InputDomain.Unit, new string('i', width)));
        DraftNetwork constant = NetworkCollapse.Apply(RemovalSchedule.Run(original, default), original, null, default)!;
        ReluNetwork compressed = Constant(network, constant, [.. Enumerable.Range(1, outputs).Select(static o => (double)o)]);
        Assert.Equal(architecture, compressed.Architecture);
        Assert.Equal([CompressionStepKind.Collapse], constant.Steps.Select(static s => s.Kind));
    }

    /// <summary>A neuron of zero weights stays in the place of the dead layer, and what is before and after it goes.</summary>
    [Fact]
    public void Collapse_OfABottleneckAmongOtherLayers_LeavesANeuronOfZeros()
    {
        var network = new ReluNetwork([
            Hidden([1, 1, 1, 1, -2]), Hidden([-1, 0], [-2, -1]), Hidden([1, 1, 0.5]), Output([2, 0], [4, 1], [6, 0], [8, 0], [-2, 1])]);
        DraftNetwork original = DraftNetwork.Of(Table(network, InputDomain.Unit, "u", "ii", "a"));
        DraftNetwork constant = NetworkCollapse.Apply(RemovalSchedule.Run(original, default), original, null, default)!;
        ReluNetwork compressed = Constant(network, constant, [1, 3, 3, 4, 0]);
        Assert.Equal("4-1-5", compressed.Architecture);
        Assert.True(compressed.ConnectionCount <= network.ConnectionCount);
        Assert.All(Rows(compressed.DenseLayers[0]), static row => Assert.All(row, static w => Assert.Equal(0, w)));
    }

    /// <summary>Of two layers that are never on the first is told, with the removals before it and none after.</summary>
    [Fact]
    public void Collapse_OfTwoDeadLayers_TellsTheFirst()
    {
        var network = new ReluNetwork([
            Hidden([1, -0.5], [-1, -0.5], [-1, 0.5]),
            Hidden([-1, 0, -1, 0], [-1, -1, 0, -1]),
            Hidden([1, 1, 0.5], [1, 1, -1]),
            Hidden([-1, 0, -1], [-1, -1, 0]),
            Output([1, 1, 0.75], [1, -1, -0.5])]);
        DraftNetwork original = DraftNetwork.Of(Table(network, InputDomain.Unit, "uiu", "ii", "ai", "ii"));
        DraftNetwork removed = RemovalSchedule.Run(original, default);
        Assert.Contains(removed.Steps, static s => s.Layer > 2);
        DraftNetwork constant = NetworkCollapse.Apply(removed, original, null, default)!;
        Assert.Equal("1-2", Constant(network, constant, [0.75, -0.5]).Architecture);
        Assert.Equal([(1, Inactive), (2, CompressionStepKind.Collapse)], constant.Steps.Select(static s => (s.Layer, s.Kind)));
        Assert.Equal([0, 1], constant.Steps[^1].Neurons);
    }

    [Fact]
    public void Collapse_WithoutADeadLayer_IsNone()
    {
        DraftNetwork original = DraftNetwork.Of(
            Table(new([Hidden([1, 0], [-1, 0]), Output([1, 1, 0])]), InputDomain.Unit, "ai"));
        Assert.Null(NetworkCollapse.Apply(original, original, null, default));
    }

    /// <summary>A layer that was never on, and that a step has moved above 0.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Collapse_OfALayerThatAStepMoved_CountsWhatItGivesNow(int size)
    {
        var network = new ReluNetwork([
            Hidden([.. Enumerable.Repeat(-1.0, size), -0.25]), Output([.. Enumerable.Repeat((double[])[1, 0], size)])]);
        DraftNetwork original = DraftNetwork.Of(Table(network, InputDomain.Unit, "i"));
        DraftLayer layer = original.Layers[0];
        DraftNetwork moved = original.Replaced(0, 1, [layer.With(size, layer.Weights, [0.25], true)], [0.5]);
        DraftNetwork constant = NetworkCollapse.Apply(moved, original, null, default)!;
        Assert.Equal(size == 1 ? 0 : 1, constant.Depth);
        Rational gap = ExactDifference.At(CancellingNetworks.Plain(moved), CancellingNetworks.Plain(constant), new double[size]);
        Assert.Equal((Rational)0.25, gap);
        Assert.True(constant.Deviation[0] - moved.Deviation[0] >= 0.25);
    }

    /// <summary>The constant network as it is stored, which must be the original's function and move nothing.</summary>
    private static ReluNetwork Constant(ReluNetwork network, DraftNetwork draft, double[] outputs)
    {
        (AffineLayer[] layers, double deviation) = StoredDraft.Of(draft, null);
        var compressed = new ReluNetwork(layers);
        Assert.Equal(0, deviation);
        foreach (double x in (double[])[0, 0.5, 1])
        {
            double[] point = [.. Enumerable.Repeat(x, network.InputSize)];
            Assert.Equal(outputs, compressed.Evaluate(point));
            Assert.Equal(0, ExactDifference.At(network, compressed, point).Sign);
        }

        return compressed;
    }
}
