using CsCheck;
using ExactCompression.Branching;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Networks;

/// <summary>Neurons that are the same function of a shifted input.</summary>
public sealed class TranslatedNeuronsTests
{
    [Fact]
    public void Of_AConvolutionWithPadding_HasAClassForEachMeetingWithTheBorder()
    {
        ReluNetwork network = Convolution(6, new(3, 3, 1, 1, 1, 1, 1, 1));
        TranslatedNeurons classes = Classes(network, InputDomain.Uniform(0, 1))!;

        // Corners, edges, and all positions that see no border.
        Assert.Equal(9, Enumerable.Range(0, 36).Select(classes.FirstOf).Distinct().Count());
        Assert.Equal(16, classes.Of(7).Count());
        Assert.Equal(7, classes.FirstOf(28));
        Assert.Equal([1, 2, 3, 4], classes.Of(3));
    }

    [Fact]
    public void Of_ADomainThatDiffersFromPixelToPixel_HasNone()
    {
        ReluNetwork network = Convolution(6, new(3, 3, 1, 1, 1, 1, 1, 1));
        double[] upper = [.. Enumerable.Range(0, 36).Select(static i => 1 + (i / 1024.0))];
        Assert.Null(Classes(network, new(new double[36], upper)));
    }

    [Fact]
    public void Of_OneOtherPixel_SetsApartWhatSeesIt()
    {
        ReluNetwork network = Convolution(6, new(1, 3, 1, 1, 0, 1, 0, 1));
        double[] upper = new double[36];
        Array.Fill(upper, 1);
        upper[14] = 2;
        TranslatedNeurons classes = Classes(network, new(new double[36], upper))!;
        Assert.Equal([13], classes.Of(13));
        Assert.Equal([14], classes.Of(14));
        Assert.Equal([15], classes.Of(15));
        Assert.Equal(1, classes.FirstOf(19));
    }

    [Fact]
    public void Of_AStrideThatSkipsRows_SeesTheBorderWhereItIs()
    {
        // 7 columns, windows of 3 at -1, 1, 3, 5: the first and the last meet the border.
        ReluNetwork network = Convolution(7, new(1, 3, 1, 2, 0, 1, 0, 1));
        TranslatedNeurons classes = Classes(network, InputDomain.Uniform(0, 1))!;
        Assert.Equal([1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22, 25, 26], classes.Of(1));
        Assert.Equal([0, 4, 8, 12, 16, 20, 24], classes.Of(0));
    }

    [Fact]
    public void Of_DenseNetwork_HasNone()
    {
        ReluNetwork network = new([new([1, 1], [0, 0], 2, 1, Activation.Relu), new([1, 1], [0], 1, 2, Activation.Identity)]);
        Assert.Null(Classes(network, InputDomain.Uniform(0, 1)));
    }

    [Fact]
    public void Move_RandomGraphs_GivesTheValueOfTheOther()
    {
        int compared = 0;
        Gen.Int[0, int.MaxValue].ForAll(seed => Interlocked.Add(ref compared, Compare(new(seed))), count: 150);
        Assert.True(compared > 300, $"{compared}");
    }

    /// <summary>Moves a random point between random translates of a random network.</summary>
    /// <returns>How often the exact values were compared.</returns>
    private static int Compare(Random random)
    {
        (ReluNetwork network, double[] lower, _) = RandomGraphs.Next(random, 0, random.Next(2, 7), 7);
        var domain = InputDomain.Uniform(-1, 1);
        if (random.Next(3) == 0)
        {
            // A box that is the same but for one pixel.
            Array.Fill(lower, -1);
            lower[random.Next(lower.Length)] = -2;
            domain = new(lower, [.. lower.Select(static _ => 1.0)]);
        }

        if (ExactForward.Of(network.Lowered, network.Lowered.Rectifiers) is not { } exact || Classes(network, domain) is not { } classes)
            return 0;
        InputDomain box = domain.For(network.InputSize);
        double[] point = [.. Enumerable.Range(0, network.InputSize).Select(
            i => random.Next(3) == 0 ? box.Lower.Span[i] : Math.Round((random.NextDouble() * 2) - 1, 3))];
        Dyadic[] values = [.. exact.PreActivations(point).SelectMany(static z => z)];
        int compared = 0;
        for (int trial = 0; trial < 12; trial++)
        {
            int from = random.Next(values.Length);
            int[] like = [.. classes.Of(from)];
            int to = like[random.Next(like.Length)];
            if (to == from)
                continue;
            double[] moved = classes.Move(point, from, to);
            Assert.All(moved, (x, i) => Assert.InRange(x, box.Lower.Span[i], box.Upper.Span[i]));
            Dyadic found = exact.PreActivations(moved).SelectMany(static z => z).ElementAt(to);
            Assert.True((found - values[from]).Sign == 0, $"From {from} to {to}.");
            compared++;
        }

        return compared;
    }

    private static TranslatedNeurons? Classes(ReluNetwork network, InputDomain domain) =>
        TranslatedNeurons.Of(network.Lowered, domain.For(network.InputSize), new(network));

    private static ReluNetwork Convolution(int side, ConvolutionShape geometry)
    {
        var builder = new GraphBuilder();
        int value = builder.AddInput("image", new(1, side, side));
        var filters = new double[geometry.Taps];
        for (int i = 0; i < filters.Length; i++)
            filters[i] = i + 1;
        TensorShape shape = new(1, geometry.OutputHeight(side), geometry.OutputWidth(side));
        value = builder.Add(new ConvolutionOperator(filters, [0.5], geometry), shape, "", "", value);
        builder.AddOutput("y", builder.Add(new ReluOperator(), shape, "", "", value));
        return new(builder.Build());
    }
}
