using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Plotting;
using ExactCompression.Tests.Compression;
using Xunit;

namespace ExactCompression.Tests.Plotting;

/// <summary>What pictures say became of neurons, against the sizes of the compressed network.</summary>
public sealed class NeuronFatesTests
{
    [Fact]
    public void Of_AnyCompression_AccountsForEachNeuron() =>
        (from network in StableNetworks.Any
         from domain in StableNetworks.Domain(network.InputSize)
         from level in Gen.Enum<CompressionLevel>()
         select (network, domain, level))
        .ForAll(
            static c =>
            {
                ReluNetwork network = c.network;
                CompressionResult result = LeoCompression.Compress(
                    ExactDifference.Table(network, c.domain), new() { Level = c.level }, CancellationToken.None);
                IReadOnlyList<NeuronFates> fates = NeuronFates.Of(result);
                Assert.Equal(network.Depth, fates.Count);
                Assert.Equal(result.Compressed.NeuronCount, fates.Sum(static f => f.Kept));
                Assert.All(fates, f => Assert.Equal(network.WidthOf(f.Layer), f.Kept + f.Gone.Values.Sum()));
                Assert.All(fates, static f => Assert.True(f.Kept >= 0));
                // The layers that are left, in order.
                Assert.Equal(
                    Enumerable.Range(1, result.Compressed.Depth).Select(result.Compressed.WidthOf),
                    fates.Select(static f => f.Kept).Where(static k => k > 0));
            },
            count: 300);
}
