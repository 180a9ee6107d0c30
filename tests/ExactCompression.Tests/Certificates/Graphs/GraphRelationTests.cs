using CsCheck;
using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>How compressed graphs are related to their originals: what is found is true, and close.</summary>
public sealed class GraphRelationTests
{
    /// <summary>Graphs of every operator with much to compress, at every level, against exact arithmetic.</summary>
    [Fact]
    public void Best_CompressedGraphs_IsTrueAndClose()
    {
        int all = 0, close = 0, exact = 0, removals = 0;
        Gen.Int[0, int.MaxValue - 1].ForAll(
            seed =>
            {
                var random = new Random(seed);
                (ReluNetwork network, InputDomain domain) = random.Next(2) == 0
                    ? CompressibleGraphs.NextBlocks(random)
                    : CompressibleGraphs.Next(random, random.Next(3, 12));
                if (network.Depth == 0)
                    return;
                CompressionResult result = Compressed(network, domain, (CompressionLevel)random.Next(3), 0.2);
                (CheckedGraph original, CheckedGraph compressed, InputBox box, double deviation) = Found(result);
                Interlocked.Increment(ref all);
                Interlocked.Add(ref close, deviation <= (4 * result.ProvenDeviation) + 1e-12 ? 1 : 0);
                if (result.ProvenDeviation == 0)
                {
                    Interlocked.Increment(ref removals);
                    Interlocked.Add(ref exact, deviation == 0 ? 1 : 0);
                }

                for (int n = 0; n < 6; n++)
                {
                    double[] point = [.. box.Lower.Zip(box.Upper, (l, u) => random.Next(3) switch
                    {
                        0 => l,
                        1 => u,
                        _ => Math.Clamp(l + (random.NextDouble() * (u - l)), l, u),
                    })];
                    Assert.True(SmallValues.Difference(original, compressed, point) <= deviation, $"{seed}: {deviation}");
                }
            },
            count: 60);
        Assert.True(close >= 0.9 * all && exact >= 0.9 * removals && removals > 5, $"{close} of {all}, {exact} of {removals}");
    }

    /// <summary>Real convolutional networks: 0 where channels were only removed, else about what the compression itself proves.</summary>
    [SkippableTheory]
    [InlineData("conv/digits_plain_l1-0.004.onnx")]
    [InlineData("conv/digits_pool_l1-0.002.onnx")]
    [InlineData("conv/digits_resslim_l1-0.002.onnx")]
    [InlineData("conv/digits_dw_l1-0.002.onnx")]
    [InlineData("conv/digits_leaky_l1-0.002.onnx")]
    [InlineData("conv/digits_concat_l1-0.002.onnx")]
    [InlineData("conv/mnist_masked_l1-0.0005.onnx")]
    [InlineData("relusplit/digits_48-32-24_l1-0.001_split1.onnx")]
    [InlineData("wild/nnet/twin_ladder-10_inp-2_layers-10_width-10_margin.nnet")]
    public void Best_RealNetwork_IsExactWhereTheCompressionIs(string file)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/" + file));
        StabilityTable table = Table(network, network.StatedDomain, 1);
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
            double deviation = Found(result).Deviation;
            Assert.True(deviation <= 4 * result.ProvenDeviation, $"{level}: {deviation}, proven {result.ProvenDeviation}");
        }
    }

    /// <summary>A split neuron with a shift: its halves are opposites of each other, and together linear.</summary>
    [Fact]
    public void Best_SplitNeuron_IsTheLinearFunctionThatItWas()
    {
        // relu(2 (t - 1)) / 2 - relu(-2 (t - 1)) / 2 + 1 = t.
        CheckedGraph original = new SmallValues(1).Rows(0, [-2, 2], [2, -2]).Relu(1).Sum(2, 1, 0.5, -0.5).Relu(3).Sum(4, 0, 3).Graph;
        CheckedGraph compressed = new SmallValues(1).Sum(0, 0, 1).Relu(1).Sum(2, 0, 3).Graph;
        (GraphRelation relation, double deviation) = Best(original, compressed, new([-4], [4]));
        Assert.Equal(0, deviation);
        Assert.Equal("kn", relation.Values[2].Kinds);
        Assert.Equal("g", relation.Values[4].Kinds);
    }

    /// <summary>Neurons that are linear and depend on others, behind two layers that are linear as well.</summary>
    [Fact]
    public void Best_MergedNeurons_CancelBehindWhatTheyAreMadeOf()
    {
        CheckedGraph original = new SmallValues(2).Rows(0, [5, 5, 1], [1, 2, 3, -1, 4, 1]).Relu(1).Sum(2, 0, 1, 1, -2).Graph;
        CheckedGraph compressed = new SmallValues(2).Rows(0, [5, 5], [1, 2, 3, -1]).Relu(1).Sum(2, 18, -1, -1).Graph;
        Assert.Equal(0, Best(original, compressed, new([0, 0], [1, 1])).Deviation);
    }

    private static (GraphRelation Relation, double Deviation) Best(CheckedGraph original, CheckedGraph compressed, InputBox box) =>
        GraphRelationSearch.Best(original, IntervalRanges.Of(original, box), compressed, IntervalRanges.Of(compressed, box), box, new());

    private static CompressionResult Compressed(ReluNetwork network, InputDomain? domain, CompressionLevel level, double seconds) =>
        LeoCompression.Compress(Table(network, domain, seconds), new() { Level = level }, CancellationToken.None);

    private static StabilityTable Table(ReluNetwork network, InputDomain? domain, double seconds) => StabilityAnalysis.FindStable(
        StabilityTable.Undecided(network, domain), null, new() { TimeLimit = TimeSpan.FromSeconds(seconds) }, CancellationToken.None);

    /// <summary>
    /// The relation by what the table knows of the original and intervals of the compressed network; the check finds as much.
    /// </summary>
    private static (CheckedGraph Original, CheckedGraph Compressed, InputBox Box, double Deviation) Found(CompressionResult result)
    {
        var budget = new CheckBudget();
        CheckedGraph original = GraphReading.Read(result.Original, "original", budget);
        CheckedGraph compressed = GraphReading.Read(result.Compressed, "compressed", budget);
        InputDomain domain = result.Domain.For(result.Original.InputSize);
        var box = new InputBox(domain.Lower.ToArray(), domain.Upper.ToArray());
        (CheckedBounds known, CheckedBounds others) = (IntervalRanges.Of(original, box, result.Table), IntervalRanges.Of(compressed, box));
        (GraphRelation relation, double deviation) = GraphRelationSearch.Best(original, known, compressed, others, box, budget);
        Assert.Equal(deviation, GraphRelationCheck.Deviation(relation, original, known, compressed, others, box, budget));
        return (original, compressed, box, deviation);
    }
}
