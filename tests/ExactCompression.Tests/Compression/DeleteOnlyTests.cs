using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using Xunit;
using static ExactCompression.Tests.Compression.Nets;

namespace ExactCompression.Tests.Compression;

/// <summary>Removal leaves the arithmetic that is left alone: the outputs are the same to the last bit, whatever is computed in.</summary>
public class DeleteOnlyTests
{
    [Fact]
    public void Compress_DigitsNetwork_GivesTheSameBits()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.DeleteOnly }, default);

        Assert.True(result.RemovedInactive + result.RemovedUnused >= 30);
        AssertSameBits(network, result.Compressed, 512);
    }

    [Fact]
    public void Compress_LayerThatIsNeverOn_KeepsOneNeuronAndTheArithmeticAfterIt()
    {
        // What comes of the second layer is 0.3 (0.1 + ...) + ..., which float32 rounds on the way.
        var network = new ReluNetwork([
            Hidden([1, -0.5], [-1, 0.5], [1, 1]),
            Hidden([-1, -1, 0, -0.25], [-1, -0.5, -1, -1]),
            Hidden([1, 1, 0.1f], [2, 2, 0.7f]),
            Output([0.3f, 0.9f, 0.1f])]);
        CompressionResult result = LeoCompression.Compress(Table(network, InputDomain.Unit, "uua", "ii", "aa"), new() { Level = CompressionLevel.DeleteOnly }, default);

        Assert.Equal("1-2-1-2-1", result.Compressed.Architecture); // nothing that stays reads the active neuron
        Assert.Equal(0, result.ProvenDeviation);
        AssertSameBits(network, result.Compressed, 64);
    }

    private static void AssertSameBits(ReluNetwork network, ReluNetwork compressed, int points)
    {
        int size = network.InputSize;
        var random = new Random(3);
        float[] inputs = [.. Enumerable.Range(0, points * size).Select(i => i / size % 2 == 0 ? random.NextSingle() : random.Next(2))];
        using NetworkEvaluator<float> before = new(network), after = new(compressed);
        Assert.Equal(before.Evaluate(inputs, points).Select(BitConverter.SingleToInt32Bits), after.Evaluate(inputs, points).Select(BitConverter.SingleToInt32Bits));
        for (int p = 0; p < points; p++)
        {
            ReadOnlySpan<float> point = inputs.AsSpan(p * size, size);
            Assert.Equal(InOrder(network, point).Select(BitConverter.SingleToInt32Bits), InOrder(compressed, point).Select(BitConverter.SingleToInt32Bits));
        }
    }

    /// <summary>Single sums and products, from the first to the last.</summary>
    private static float[] InOrder(ReluNetwork network, ReadOnlySpan<float> input)
    {
        float[] values = input.ToArray();
        foreach (AffineLayer layer in network.Layers)
        {
            var next = new float[layer.Outputs];
            for (int i = 0; i < next.Length; i++)
            {
                float sum = (float)layer.Bias.Span[i];
                for (int j = 0; j < values.Length; j++)
                    sum += (float)layer.Row(i)[j] * values[j];
                next[i] = layer.Activation == Activation.Relu ? Math.Max(0, sum) : sum;
            }

            values = next;
        }

        return values;
    }
}
