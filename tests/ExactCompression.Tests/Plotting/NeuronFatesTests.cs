using CsCheck;
using ExactCompression.Plotting;
using ExactCompression.Tests.Compression;
using Xunit;

namespace ExactCompression.Tests.Plotting;

/// <summary>What pictures say became of neurons, against the sizes of the compressed network.</summary>
public sealed class NeuronFatesTests
{
    [Fact]
    public void Of_AnyCompression_AccountsForEachNeuron() =>
        Gen.Select(StableNetworks.Any, Gen.Enum<CompressionLevel>()).Sample(
            static (network, level) =>
            {
                StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network, InputDomain.Uniform(-1, 1)), null, new() { Threads = 1 }, CancellationToken.None);
                CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
                IReadOnlyList<NeuronFates> fates = NeuronFates.Of(result);
                Assert.Equal(network.Depth, fates.Count);
                Assert.Equal(result.Compressed.NeuronCount, fates.Sum(static f => f.Kept));
                Assert.All(fates, f => Assert.Equal(network.WidthOf(f.Layer), f.Kept + f.Gone.Values.Sum()));
                Assert.All(fates, static f => Assert.True(f.Kept >= 0));
                // The layers that are left, in order.
                Assert.Equal(Enumerable.Range(1, result.Compressed.Depth).Select(result.Compressed.WidthOf), fates.Select(static f => f.Kept).Where(static k => k > 0));
            },
            seed: "0000KOIPV3Q5",
            iter: 300);
}
