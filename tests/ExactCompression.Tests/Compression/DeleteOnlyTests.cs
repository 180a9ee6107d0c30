using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Removal changes no weight, so that the function over the real numbers is the original's; rounding errors during evaluation may differ.
/// </summary>
public class DeleteOnlyTests
{
    [Fact]
    public void Compress_DigitsNetwork_IsTheSameFunctionOverTheReals()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.DeleteOnly }, default);

        Assert.True(result.RemovedInactive + result.RemovedUnused >= 30);
        Assert.All(result.Steps, static s => Assert.False(s.Rounds));
        AssertSameFunction(network, result.Compressed, 8);
    }

    [Fact]
    public void Compress_LayerThatIsNeverOn_KeepsOneNeuronAndTheWeightsAfterIt()
    {
        // The second layer computes 0.3 (0.1 + ...) + ..., which float32 rounds on the way.
        var network = new ReluNetwork([
            Hidden([1, -0.5], [-1, 0.5], [1, 1]),
            Hidden([-1, -1, 0, -0.25], [-1, -0.5, -1, -1]),
            Hidden([1, 1, 0.1f], [2, 2, 0.7f]),
            Output([0.3f, 0.9f, 0.1f])]);
        CompressionResult result = LeoCompression.Compress(
            Table(network, InputDomain.Unit, "uua", "ii", "aa"), new() { Level = CompressionLevel.DeleteOnly }, default);

        Assert.Equal("1-2-1-2-1", result.Compressed.Architecture); // no remaining neuron reads the active neuron
        Assert.Equal(0, result.ProvenDeviation);
        AssertSameFunction(network, result.Compressed, 64);
    }

    private static void AssertSameFunction(ReluNetwork network, ReluNetwork compressed, int points)
    {
        var random = new Random(3);
        var (before, after) = (new ExactNetwork(network), new ExactNetwork(compressed));
        for (int p = 0; p < points; p++)
        {
            Rational[] point = [.. Enumerable.Range(0, network.InputSize).Select(
                _ => (Rational)(p % 2 == 0 ? random.NextDouble() : random.Next(2)))];
            Assert.Equal(before.Evaluate(point), after.Evaluate(point));
        }
    }
}
