using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>The published files of the method's first authors.</summary>
public class ReferenceNetworkTests
{
    private const string Mnist = "networks/reference/mnist_100-100_l1-0/";
    private const string Cifar = "networks/reference/cifar10_400-400_l1-0.000175/";

    [SkippableFact]
    public void Read_WeightsDatAndCheckpointOfOneNetwork_AreTheSameBitForBit()
    {
        ReluNetwork text = NetworkFormats.Read(TestFiles.Shared(Mnist + "weights.dat"));
        ReluNetwork checkpoint = NetworkFormats.Read(TestFiles.Shared(Mnist + "checkpoint_120.tar"));

        Assert.Equal(("WeightsDat", "PyTorch"), (text.Format, checkpoint.Format));
        Assert.Equal("784-100-100-10", checkpoint.Architecture);
        Assert.Equal("784-100-100-10", text.Architecture);
        Assert.Equal((WeightPrecision.Float32, WeightPrecision.Float32), (text.Precision, checkpoint.Precision));
        foreach ((AffineLayer a, AffineLayer b) in text.DenseLayers.Zip(checkpoint.DenseLayers))
        {
            Assert.Equal(a.Weights.ToArray(), b.Weights.ToArray());
            Assert.Equal(a.Bias.ToArray(), b.Bias.ToArray());
        }
    }

    [SkippableFact]
    public void Read_CheckpointWithItsTestImages_ReachesThePublishedAccuracy()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared(Mnist + "checkpoint_120.tar"));
        InputData data = InputDataFiles.Read(
            TestFiles.Shared("datasets/mnist/t10k-images-idx3-ubyte.gz"),
            new() { LabelPath = TestFiles.Shared("datasets/mnist/t10k-labels-idx1-ubyte.gz") });

        int right = Enumerable.Range(0, data.Rows).AsParallel().Count(i =>
        {
            double[] output = network.Evaluate(Array.ConvertAll(data.Row(i).ToArray(), static v => (double)v));
            return Array.IndexOf(output, output.Max()) == data.Labels.Span[i];
        });

        Assert.Equal((10_000, 784), (data.Rows, data.Columns));
        Assert.Equal(9_789, right); // 97.89 %, as the reference states of this file
    }

    [SkippableFact]
    public void Read_PrunedCheckpoint_HasThePublishedWidths() =>
        Assert.Equal("3072-116-248-10", NetworkFormats.Read(TestFiles.Shared(Cifar + "pruned_checkpoint_120.tar")).Architecture);

    [SkippableFact]
    public void Read_StableNeuronsBeforePruning_HasThePublishedCounts()
    {
        string path = TestFiles.Shared(Cifar + "stable_neurons.npy");
        ReluNetwork network = Blank(3072, 400, 400, 10);

        StabilityTable table = StabilityTableFiles.Read(path, network);

        Assert.Equal((222, 415, 0, 163), (table.StablyActive, table.StablyInactive, table.Unstable, table.Undetermined));
        Assert.Equal([85, 137], [.. table.Layers.Select(static l => l.StablyActive)]);
        Assert.Equal([284, 131], [.. table.Layers.Select(static l => l.StablyInactive)]);
        Assert.Equal("[0,1]^3072", table.Domain.Description);
    }

    [SkippableFact]
    public void Read_StableNeuronsOfAnUnstableNetwork_AreAllUndetermined()
    {
        StabilityTable table = StabilityTableFiles.Read(TestFiles.Shared(Mnist + "stable_neurons.npy"), Blank(784, 100, 100, 10));

        Assert.Equal(200, table.Undetermined);
    }

    private static ReluNetwork Blank(params int[] sizes) => new(Enumerable.Range(1, sizes.Length - 1).Select(l =>
        new AffineLayer(
            new double[sizes[l] * sizes[l - 1]], new double[sizes[l]], sizes[l], sizes[l - 1],
            l == sizes.Length - 1 ? Activation.Identity : Activation.Relu)));
}
