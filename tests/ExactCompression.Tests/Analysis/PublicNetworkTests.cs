using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Analysis;

/// <summary>
/// Verdicts on real networks: the paper's own, and those trained for this project. The expected values come from the paper's published
/// results and from a second program without proofs.
/// </summary>
public sealed class PublicNetworkTests
{
    [Fact]
    public void FindStable_DigitsExample_DecidesEveryNeuron()
    {
        StabilityTable table = Decide(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), null);
        Assert.Equal((0, 59), (table.Undetermined, table.Unstable));
    }

    /// <summary>The unstable neurons that the second program found, and how many it left open (which may be stable or unstable).</summary>
    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.0005", 104, 0)]
    [InlineData("digits_48-32-24_l1-0.001", 103, 1)]
    [InlineData("digits_48-32-24_l1-0.002", 90, 0)]
    [InlineData("digits_48-32-24_l1-0.004", 59, 1)]
    [InlineData("digits_48-32-24_l1-0.008", 40, 1)]
    [InlineData("digits_64-64_l1-0.004", 61, 0)]
    [InlineData("mnist_2x100_l1-0.0005", 196, 0)]
    [InlineData("mnist_2x100_l1-0.002", 96, 0)]
    [InlineData("mnist_2x200_l1-0.001", 243, 0)]
    [InlineData("mnist_2x400_l1-0.001", 235, 0)]
    [InlineData("mnist_4x100_l1-0.001", 354, 2)]
    [InlineData("mnist_5x100_l1-0.0005", 493, 0)]
    [InlineData("mnist_5x100_l1-0.002", 171, 2)]
    public void FindStable_TrainedNetwork_DecidesEveryNeuronAsTheSecondProgramDoes(string name, int unstable, int leftOpen)
    {
        StabilityTable table = Decide(
            TestFiles.Shared($"networks/trained/{name}.onnx"), name.StartsWith("mnist", StringComparison.Ordinal) ? Mnist() : null);
        Assert.Equal(0, table.Undetermined);
        Assert.InRange(table.Unstable, unstable, unstable + leftOpen);
    }

    [SkippableTheory]
    [InlineData("checkpoint_120.tar")]
    [InlineData("weights.dat")]
    public void FindStable_PaperMnistNetwork_FindsAll200Unstable(string file)
    {
        StabilityTable table = Decide(TestFiles.Shared($"networks/reference/mnist_100-100_l1-0/{file}"), Mnist());
        Assert.Equal((0, 0, 200, 0), (table.StablyActive, table.StablyInactive, table.Unstable, table.Undetermined));
    }

    [SkippableFact]
    public void FindStable_PaperMnistNetworkInThreeFormats_GivesTheSameVerdicts()
    {
        string folder = TestFiles.Shared("networks/reference/mnist_100-100_l1-0");
        using var written = new TemporaryFolder();
        ReluNetwork checkpoint = NetworkFormats.Read(Path.Combine(folder, "checkpoint_120.tar"));
        NetworkFormats.Write(checkpoint, written.File("same.onnx"));
        (NeuronState, double, double)[] Verdicts(string path) =>
            [.. Decide(path, Mnist()).Neurons.Select(n => (n.State, n.LowerBound, n.UpperBound))];
        (NeuronState, double, double)[] expected = Verdicts(Path.Combine(folder, "checkpoint_120.tar"));
        Assert.Equal(expected, Verdicts(Path.Combine(folder, "weights.dat")));
        Assert.Equal(expected, Verdicts(written.File("same.onnx")));
    }

    [SkippableFact]
    public void FindStable_PaperCifarNetworkAfterItsCompression_HasTheNeuronsThatThePaperKept()
    {
        StabilityTable table = Decide(TestFiles.Shared("networks/reference/cifar10_400-400_l1-0.000175/pruned_checkpoint_120.tar"), null);
        Assert.Equal((201, 0, 163, 0), (table.StablyActive, table.StablyInactive, table.Unstable, table.Undetermined));
        Assert.Equal([(85, 85), (116, 116)], table.Layers.Select(l => (l.StablyActive, l.ActiveRank)));
        CompressionResult again = LeoCompression.Compress(table, new(), default);
        Assert.Equal("3072-116-248-10", again.Compressed.Architecture);
    }

    [SkippableFact]
    public void FindStable_VnnCompMnistNetwork_FindsAll512Unstable()
    {
        StabilityTable table = Decide(TestFiles.Shared("networks/vnncomp/mnist-net_256x2.onnx"), Mnist());
        Assert.Equal((512, 0), (table.Unstable, table.Undetermined));
    }

    private static StabilityTable Decide(string path, InputData? data) =>
        StabilityAnalysis.FindStable(StabilityTable.Undecided(NetworkFormats.Read(path)), data, new(), default);

    private static InputData Mnist() => InputDataFiles.Read(TestFiles.Shared("datasets/mnist/t10k-images-idx3-ubyte.gz"));
}
