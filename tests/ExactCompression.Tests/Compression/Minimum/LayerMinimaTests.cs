using CsCheck;
using ExactCompression.Compression.Minimum;
using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression.Minimum;

public sealed class LayerMinimaTests
{
    [Fact]
    public void Of_NeuronsWithKinksOfTheirOwn_CountsAll() =>
        AssertShallow(3, [[1, 0, -0.5], [0, 1, -0.5], [1, 1, -1]], [[1, 1, 1, 0]]);

    [Fact]
    public void Of_ScaledDuplicates_CountsOne() =>
        AssertShallow(1, [[1, 2, -1], [2, 4, -2], [0.5, 1, -0.5]], [[1, 1, -1, 0]]);

    [Fact]
    public void Of_DuplicatesThatCancel_CountsNone() => AssertShallow(0, [[1, 2, -1], [2, 4, -2]], [[2, -1, 0]]);

    [Fact]
    public void Of_NeuronThatNothingReads_CountsNone() => AssertShallow(0, [[1, 2, -1]], [[0, 0]]);

    [Fact]
    public void Of_OppositePairThatIsLinear_CountsOne() => AssertShallow(1, [[1, 2, -1], [-1, -2, 1]], [[1, -1, 0]]);

    /// <summary>Two are needed; that the linear part is none that the kink's neuron can bring along is not counted.</summary>
    [Fact]
    public void Of_AbsoluteValue_CountsOneOfTwo()
    {
        AffineLayer hidden = Nets.Hidden([1, 2, -1], [-1, -2, 1]), output = Nets.Output([1, 1, 0]);
        Assert.Equal(2, ShallowMinimum.Of(hidden, output, [0, 0], [1, 1]));
        Assert.Equal(1, LayerMinima.Of(new([hidden, output]), InputDomain.Unit, [])[0].AloneNeurons);
    }

    [Fact]
    public void Of_KinkAtAnEdgeOfTheDomain_CountsOnlyItsLinearPart() => AssertShallow(1, [[1, 1, 0]], [[1, 0]]);

    [Fact]
    public void Of_KinkOutsideOfTheDomain_CountsNone() => AssertShallow(0, [[-1, -1, 0]], [[1, 0]]);

    [Fact]
    public void Of_LinearNeurons_CountsTheirRank() =>
        AssertShallow(2, [[1, 0, 1], [0, 1, 1], [1, 1, 2], [1, -2, 3]], [[1, 0, 1, 1, 0], [0, 1, 2, 1, 0], [1, 1, 1, 1, 0]]);

    /// <summary>At the middle of the box the kinks are 0, and the sum's gradient is that of neither side.</summary>
    [Fact]
    public void Of_LinearPairThatAnotherNeuronTakesAway_CountsNone() =>
        AssertShallow(0, [[1, 1, -1], [-1, -1, 1], [1, 1, 0]], [[1, -1, -1, 0]]);

    [Fact]
    public void Of_RandomLayers_IsNeverAboveTheExactMinimumAndMostlyEqual()
    {
        int equal = 0, all = 0;
        Layers.ForAll(
c =>
        {
            int exact = ShallowMinimum.Of(c.Hidden, c.Output, c.Lower, c.Upper);
            LayerMinimum found = LayerMinima.Of(new([c.Hidden, c.Output]), new(c.Lower, c.Upper), [])[0];
            Interlocked.Increment(ref all);
            if (found.AloneNeurons == exact)
                Interlocked.Increment(ref equal);
            Assert.InRange(found.AloneNeurons ?? 0, 0, exact);
            Assert.InRange(found.Neurons ?? 0, 0, exact);
        }, 400);
        Assert.True(equal > all / 2, $"{equal} of {all}");
    }

    /// <summary>One neuron, <c>relu(a + b - 1/2)</c>, makes both kinks, since never both of what it reads are on.</summary>
    [Fact]
    public void Of_NeuronsThatReadWhatIsNeverOnTogether_CountsOne()
    {
        AffineLayer first = Nets.Hidden([1, 0], [-1, 0]), second = Nets.Hidden([1, 0, -0.5], [0, 1, -0.5]);
        ReluNetwork two = new([first, second, Nets.Output([1, 1, 0])]);
        ReluNetwork one = new([first, Nets.Hidden([1, 1, -0.5]), Nets.Output([1, 0])]);
        for (double x = -1; x <= 1; x += 1.0 / 64)
            Assert.Equal(one.Evaluate([x]), two.Evaluate([x]));
        Assert.Equal(1, LayerMinima.Of(two, new([-1.0], [1.0]), [])[1].AloneNeurons);
    }

    [Fact]
    public void Of_SecondLayerWithKinksOfItsOwn_CountsAll()
    {
        ReluNetwork network = new([
            Nets.Hidden([1, 0, 0.5], [0, 1, 0.5], [1, 1, -0.25]),
            Nets.Hidden([1, 1, 0, -2], [1, -1, 0.5, -0.5], [-1, 1, 1, -0.5]), Nets.Output([1, 1, 1, 0], [1, -1, 2, 0])]);
        Assert.Equal(3, LayerMinima.Of(network, InputDomain.Unit, [])[1].AloneNeurons);
    }

    /// <summary>Neurons are doubled, scaled, and made of opposite pairs, so a layer as narrow as the original's does the same.</summary>
    [Fact]
    public void Of_InflatedLayer_IsNeverAboveTheOriginalWidth()
    {
        int seen = 0, most = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int depth = random.Next(1, 4), layer = random.Next(1, depth + 1);
            int[] widths = [.. Enumerable.Range(0, depth + 2).Select(_ => random.Next(2, 5))];
            AffineLayer[] layers = [.. Enumerable.Range(1, depth + 1).Select(l => Random(random, widths[l - 1], widths[l], l > depth))];
            (layers[layer - 1], layers[layer]) = Inflate(layers[layer - 1], layers[layer], random);
            LayerMinimum found = LayerMinima.Of(new(layers), InputDomain.Uniform(-1, 1), [])[layer - 1];
            Assert.InRange(found.AloneNeurons ?? 0, 0, widths[layer]);
            Assert.InRange(found.Neurons ?? 0, 0, widths[layer]);
            seen += found.AloneNeurons ?? 0;
            most += widths[layer];
        }

        Assert.True(seen > most / 2, $"{seen} of {most}");
    }

    [Fact]
    public void Of_WeightsWithRadii_IsUnknown()
    {
        AffineLayer hidden = new([1, 1], [-0.5, -0.25], 2, 1, Activation.Relu, WeightPrecision.Float32, [1e-9, 1e-9], [0, 0]);
        Assert.Equal(LayerMinimum.Unknown, LayerMinima.Of(new([hidden, Nets.Output([1, 1, 0])]), InputDomain.Unit, [])[0]);
    }

    /// <summary>Filters that look one pixel to the left and one to the right kink where a third, in the middle, does.</summary>
    [Fact]
    public void Of_FiltersThatAreShiftsOfOneAnother_CountsNone()
    {
        ReluNetwork network = Convolutional([1, 0, 0, 0, 0, 1], [-0.5, -0.5]);
        Assert.Equal(0, LayerMinima.Of(network, InputDomain.Unit, [])[0].AloneChannels);
    }

    [Fact]
    public void Of_FiltersOfTheirOwn_CountsAll()
    {
        ReluNetwork network = Convolutional([1, 0, 1, 1, 0.5, -1, 2, 0, 2], [-0.5, -0.25, -1]);
        LayerMinimum found = LayerMinima.Of(network, InputDomain.Unit, [])[0];
        Assert.Equal(2, found.AloneChannels); // the third is twice the first
        Assert.Equal(10, found.AloneNeurons);
        Assert.Null(found.Neurons);
    }

    [Fact]
    public void Layers_OfACompression_BoundWhatIsLeft()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), CancellationToken.None);
        CompressionResult result = LeoCompression.Compress(table, new(), CancellationToken.None);
        Assert.Equal([8, 16, 64], result.Layers.Select(static l => l.Channels));
        Assert.All(result.Layers, static l => Assert.InRange(l.LayerwiseMinimumChannels ?? 0, 1, l.RemainingChannels));
        Assert.Equal(result.Layers[2].Remaining, result.Layers[2].LayerwiseMinimum);
    }

    private static void AssertShallow(int expected, double[][] hidden, double[][] output)
    {
        AffineLayer first = Nets.Hidden(hidden), last = Nets.Output(output);
        Assert.Equal(expected, ShallowMinimum.Of(first, last, [0, 0], [1, 1]));
        Assert.Equal(expected, LayerMinima.Of(new([first, last]), InputDomain.Unit, [])[0].AloneNeurons);
    }

    private static Gen<(AffineLayer Hidden, AffineLayer Output, double[] Lower, double[] Upper)> Layers =>
        from inputs in Gen.Int[1, 3]
        from width in Gen.Int[1, 5]
        from outputs in Gen.Int[1, 3]
        from rows in Gen.Int[-3, 3].Select(static i => i / 2.0).Array[inputs + 1].Array[width]
        from twists in Gen.Int[0, 8].Array[width]
        from readers in Gen.Int[-2, 2].Select(static i => (double)i).Array[width + 1].Array[outputs]
        from isFixed in Gen.Int[0, 5]
        select (
            Nets.Hidden([.. rows.Select((row, k) => Twist(twists[k], row, rows[0]))]), Nets.Output(readers),
            Enumerable.Repeat(-1.0, inputs).ToArray(), Enumerable.Range(0, inputs).Select(i => isFixed == i ? -1.0 : 1.0).ToArray());

    private static double[] Twist(int twist, double[] row, double[] first) => twist switch
    {
        0 => [.. first],
        1 => [.. first.Select(static w => -w)],
        2 => [.. first.Select(static w => 2 * w)],
        3 => [.. row[..^1], 5], // always on
        _ => row,
    };

    private static AffineLayer Random(Random random, int inputs, int outputs, bool isLast)
    {
        double[][] rows = [.. Enumerable.Range(0, outputs).Select(_ => Enumerable.Range(0, inputs + 1).Select(
            _ => random.Next(-8, 9) / 8.0).ToArray())];
        return isLast ? Nets.Output(rows) : Nets.Hidden(rows);
    }

    /// <summary>Each neuron as itself, as two, as two of other scales, or with one that nothing reads.</summary>
    private static (AffineLayer Layer, AffineLayer Next) Inflate(AffineLayer layer, AffineLayer next, Random random)
    {
        var rows = new List<double[]>();
        var columns = new List<double[]>();
        for (int k = 0; k < layer.Outputs; k++)
        {
            double[] row = [.. layer.Row(k), layer.Bias.Span[k]];
            double[] column = [.. Enumerable.Range(0, next.Outputs).Select(o => next.Row(o)[k])];
            (double Scale, double Weight)[] parts = random.Next(4) switch
            {
                0 => [(1, 0.5), (1, 0.5)],
                1 => [(2, 0.25), (0.5, 1)],
                2 => [(1, 1), (-1, 0)],
                _ => [(1, 1)],
            };
            foreach ((double scale, double weight) in parts)
            {
                rows.Add([.. row.Select(w => scale * w)]);
                columns.Add([.. column.Select(v => weight * v)]);
            }
        }

        double[][] after = [.. Enumerable.Range(0, next.Outputs).Select(o =>
            (double[])[.. columns.Select(c => c[o]), next.Bias.Span[o]])];
        return (Nets.Hidden([.. rows]), next.Activation == Activation.Relu ? Nets.Hidden(after) : Nets.Output(after));
    }

    private static ReluNetwork Convolutional(double[] filters, double[] bias)
    {
        var builder = new GraphBuilder();
        int image = builder.AddInput("image", new(1, 1, 7)), channels = bias.Length;
        var convolution = new ConvolutionOperator(filters, bias, new ConvolutionShape(1, 3));
        int value = builder.Add(convolution, new(channels, 1, 5), "conv", "", image);
        value = builder.Add(new ReluOperator(), new(channels, 1, 5), "relu", "", value);
        value = builder.Add(new ReshapeOperator(), new(channels * 5), "", "", value);
        double[] weights = [.. Enumerable.Range(0, 2 * channels * 5).Select(static i => (i % 7) + 1.0)];
        builder.AddOutput("y", builder.Add(new DenseOperator(weights, [0, 0], channels * 5), new(2), "dense", "", value));
        return new(builder.Build());
    }
}
