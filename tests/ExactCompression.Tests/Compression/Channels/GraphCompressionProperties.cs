using ExactCompression.Networks;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Compression.Channels;

/// <summary>Compressed graphs against the originals in exact arithmetic, by the operators' definitions.</summary>
public sealed class GraphCompressionProperties
{
    [Theory]
    [InlineData(CompressionLevel.DeleteOnly, CompressionObjective.Neurons, 1)]
    [InlineData(CompressionLevel.LeoPlusPlus, CompressionObjective.Neurons, 2)]
    [InlineData(CompressionLevel.Maximal, CompressionObjective.Neurons, 3)]
    [InlineData(CompressionLevel.Maximal, CompressionObjective.Connections, 4)]
    [InlineData(CompressionLevel.Maximal, CompressionObjective.Parameters, 5)]
    [InlineData(CompressionLevel.Maximal, CompressionObjective.MultiplyAdds, 6)]
    public void Compress_GraphsOfEveryOperator_ExactDifferenceIsWithinTheProvenBound(
        CompressionLevel level, CompressionObjective objective, int seed)
    {
        int smaller = 0, changed = 0;
        for (int k = 0; k < 60; k++)
        {
            var random = new Random((1000 * seed) + k + Sampling.CampaignSeed);
            (ReluNetwork network, InputDomain domain) = k % 2 == 0
                ? CompressibleGraphs.NextBlocks(random)
                : CompressibleGraphs.Next(random, random.Next(3, 16));
            if (network.Depth == 0)
                continue;
            StabilityTable table = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, domain), null, new() { TimeLimit = TimeSpan.FromSeconds(0.5) }, CancellationToken.None);
            CompressionResult result = LeoCompression.Compress(
                table, new() { Level = level, Objective = objective }, CancellationToken.None);
            smaller += result.Compressed.ParameterCount < network.ParameterCount ? 1 : 0;
            changed += result.ProvenDeviation > 0 ? 1 : 0;
            Assert.True(result.Compressed.ParameterCount <= network.ParameterCount);
            Assert.True(result.Compressed.MultiplyAddCount <= network.MultiplyAddCount);
            Assert.True(double.IsFinite(result.ProvenDeviation));
            RequireSame(network, result, domain, random);
        }

        Assert.InRange(smaller, 20, 60);
        Assert.True(level == CompressionLevel.DeleteOnly ? changed == 0 : changed > 0, $"{changed} have new weights");
    }

    private static void RequireSame(ReluNetwork network, CompressionResult result, InputDomain domain, Random random)
    {
        for (int k = 0; k < 6; k++)
        {
            double[] point = [.. Enumerable.Range(0, network.InputSize).Select(i => At(domain, i, random, k))];
            Rational[] before = Outputs(network.Graph!, point), after = Outputs(result.Compressed.Graph!, point);
            Rational most = before.Zip(after, static (a, b) => Rational.Abs(a - b)).Aggregate(Rational.Max);
            Assert.True(most <= result.ProvenDeviation, $"{most} > {result.ProvenDeviation}: {string.Join("; ", result.Steps)}");
        }
    }

    private static Rational[] Outputs(NetworkGraph graph, double[] point)
    {
        Rational[][] values = ExactOperators.Values(graph, point);
        return [.. graph.Outputs.SelectMany(o => values[o.Value])];
    }

    /// <summary>A corner, or an eighth of the way between.</summary>
    private static double At(InputDomain domain, int i, Random random, int k)
    {
        double lower = domain.Lower.Span[i], upper = domain.Upper.Span[i];
        return k < 3 ? random.Next(2) == 0 ? lower : upper : lower + (random.Next(9) / 8.0 * (upper - lower));
    }
}
