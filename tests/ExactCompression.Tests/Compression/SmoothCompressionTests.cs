using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>Networks with Sigmoid and Tanh compute the same after compression, within what is proven.</summary>
public sealed class SmoothCompressionTests
{
    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_ChannelsThatAreStable_KeepsTheFunction(CompressionLevel level)
    {
        int smaller = 0;
        double largest = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            ReluNetwork network = Network(random);
            StabilityTable table = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, InputDomain.Unit.For(network.InputSize)), null, new(), CancellationToken.None);
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
            smaller += result.Compressed.NeuronCount < network.NeuronCount ? 1 : 0;
            largest = Math.Max(largest, result.ProvenDeviation);
            foreach (double[] point in SmoothGraphs.Points(network.InputSize, random).Take(200))
            {
                double[] expected = SmoothGraphs.Values(network.Graph!, point)[^1], actual = result.Compressed.Evaluate(point);
                Assert.All(expected.Zip(actual), pair => Assert.InRange(
                    pair.First - pair.Second, -result.ProvenDeviation - 1e-12, result.ProvenDeviation + 1e-12));
            }
        }

        Assert.InRange(smaller, 10, 12);
        Assert.InRange(largest, 0, 1e-4);
    }

    /// <summary>Two convolutions with a function between, one channel of each dead, then dense layers with a function and a head.</summary>
    private static ReluNetwork Network(Random random)
    {
        double[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() - 0.5))];
        var builder = new GraphBuilder();
        int value = builder.AddInput("x", new(1, 4, 4));
        TensorShape image = new(3, 4, 4);
        foreach (int channels in (int[])[1, 3])
        {
            double[] bias = [1, -90, 20];
            value = builder.Add(
                new ConvolutionOperator(Numbers(3 * channels * 9), bias, new(3, 3, 1, 1, 1, 1, 1, 1)), image, "", "", value);
            value = builder.Add(new ReluOperator(), image, "", "", value);
            if (random.Next(2) == 0)
                value = builder.Add(new SmoothOperator(random.Next(2) == 0), image, "", "", value);
        }

        value = builder.Add(new ReshapeOperator(), new(48), "", "", value);
        value = builder.Add(new DenseOperator(Numbers(3 * 48), Numbers(3), 48), new(3), "", "", value);
        value = builder.Add(new SmoothOperator(random.Next(2) == 0), new(3), "", "", value);
        value = builder.Add(new DenseOperator(Numbers(12), [-9, 9, 9, 0], 3), new(4), "", "", value);
        value = builder.Add(new ReluOperator(), new(4), "", "", value);
        value = builder.Add(new DenseOperator(Numbers(8), Numbers(2), 4), new(2), "", "", value);
        builder.AddOutput("y", builder.Add(new SmoothOperator(random.Next(2) == 0), new(2), "", "", value));
        return new(builder.Build());
    }
}
