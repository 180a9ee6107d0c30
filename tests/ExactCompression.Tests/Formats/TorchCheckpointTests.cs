using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Where in a checkpoint the network is, and which tensors of it are one.</summary>
public class TorchCheckpointTests
{
    private static readonly ImportOptions Relu = new() { Activation = Activation.Relu };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_TensorsBesideTheStateDict_AreLeftOutAndNamed(bool legacy)
    {
        // As the ImageNet recipe of PyTorch saves it.
        var file = new TorchFile();
        byte[] root = TorchFile.Dict(
            ("epoch", TorchFile.Number(3)),
            ("state_dict", State(file, "module.")),
            ("best_acc1", file.Tensor([1], 77)),
            ("acc", file.Tensor([], 78)),
            ("optimizer",
                TorchFile.Dict(("state", TorchFile.DictOf((TorchFile.Number(0), TorchFile.Dict(("momentum", file.Tensor([1, 1], 9)))))))));

        (ReluNetwork network, List<string> warnings) = Import.Of(legacy ? file.Legacy(root) : file.Zip(root), options: Relu);

        Assert.Equal([2, 3], network.FirstWeights());
        Assert.Contains("best_acc1, acc", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ListOfOneStateDict_IsThat()
    {
        var file = new TorchFile();
        Assert.Equal([2, 3], Import.Of(file.Zip(TorchFile.Dict(("state_dict", TorchFile.List(State(file)))))).Network.FirstWeights());
        Assert.Equal([2, 3], Import.Of(file.Zip(TorchFile.Tuple(State(file), TorchFile.Number(7)))).Network.FirstWeights());
    }

    [Fact]
    public void Read_ListOfTwoStateDicts_IsRefused()
    {
        var file = new TorchFile();
        Import.Refused(file.Zip(TorchFile.Dict(("state_dict", TorchFile.List(State(file), State(file))))), "StateDictNotFound");
    }

    [Theory]
    [InlineData("generator", "discriminator")] // no usual name among them
    [InlineData("model", "net")] // two usual names
    public void Read_TwoStateDicts_PrefixChooses(string one, string other)
    {
        var file = new TorchFile();
        byte[] content = file.Zip(
            TorchFile.Dict(
                (one, State(file)), (other, TorchFile.Dict(("0.weight", file.Tensor([1, 1], 5)), ("1.weight", file.Tensor([1, 1], 7))))));

        Assert.Contains($"{one}, {other}", Import.Refused(content, "StateDictAmbiguous").Message, StringComparison.Ordinal);
        Assert.Equal([2, 3], Import.Of(content, options: new() { Prefix = one }).Network.FirstWeights());
        Assert.Equal([7], Import.Of(content, options: new() { Prefix = other + ".1." }).Network.FirstWeights());
    }

    [Fact]
    public void Read_WeightsBesideAStateDict_IsRefused()
    {
        var file = new TorchFile();
        Import.Refused(file.Zip(TorchFile.Dict(("fc.weight", file.Tensor([1, 1], 5)), ("model", State(file)))), "StateDictAmbiguous");
    }

    [Fact]
    public void Read_EqualKeysOfADict_AreOneAsInPython()
    {
        // 50,000 times the key 1: the last value counts, and the work is in proportion.
        var file = new TorchFile();
        byte[] last = State(file);
        byte[] content = file.Zip(
            TorchFile.DictOf([.. Enumerable.Repeat((TorchFile.Number(1), TorchFile.Dict()), 50_000), (TorchFile.Number(1), last)]));

        Assert.Equal([2, 3], Import.Of(content).Network.FirstWeights());
    }

    [Fact]
    public void Read_ThousandsOfStateDicts_AreRefusedInAShortMessage()
    {
        var file = new TorchFile();
        byte[] state = State(file);
        byte[] content = file.Zip(TorchFile.Dict([.. Enumerable.Range(0, 2_000).Select(i => ($"k{i}", state))]), packed: true);

        Import.Refused(content, "StateDictAmbiguous");
    }

    [Fact]
    public void Read_StrideZero_RepeatsTheElement()
    {
        // torch.tensor([[4.]]).expand(2, 3), and a bias expanded likewise
        var file = new TorchFile();
        int weight = file.Storage(4), bias = file.Storage(0, 0.5f);
        byte[] root = TorchFile.Dict(
            ("0.weight", TorchFile.View(weight, 1, [2, 3], [0, 0])), ("0.bias", TorchFile.View(bias, 2, [2], [0], offset: 1)));

        foreach (byte[] content in (byte[][])[file.Zip(root), file.Legacy(root)])
        {
            AffineLayer layer = Import.Of(content).Network.DenseLayers[0];
            Assert.Equal([4, 4, 4, 4, 4, 4], layer.Weights.ToArray());
            Assert.Equal([0.5, 0.5], layer.Bias.ToArray());
        }
    }

    [Theory]
    [InlineData(50_000, 50_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(1, int.MaxValue)]
    public void Read_StrideZeroOfAHugeShape_IsRefusedWithoutAllocating(int rows, int columns)
    {
        var file = new TorchFile();
        byte[] content = file.Zip(TorchFile.Dict(("0.weight", TorchFile.View(file.Storage(4), 1, [rows, columns], [0, 0]))));
        long before = GC.GetAllocatedBytesForCurrentThread();

        using var folder = new TemporaryFolder();
        string path = folder.Write("net.pt", content);
        Assert.Contains(
            Assert.Throws<InvalidFileException>(() => NetworkFormats.Read(path)).ErrorId, (string[])["ImportTooLarge", "FileTooLarge"]);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void Read_ManyTensorsOfOneStorage_AreCountedEach()
    {
        // 900 layers of 400 x 400 that share one packed storage: 1.2 GB of weights in a few kilobytes
        var file = new TorchFile();
        int storage = file.Storage(new float[160_000]);
        byte[] content = file.Zip(
            TorchFile.Dict(
                [.. Enumerable.Range(0, 900).Select(i => ($"{i}.weight", TorchFile.View(storage, 160_000, [400, 400], [400, 1])))]),
                packed: true);
        Assert.InRange(content.Length, 1, 20_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Import.Refused(content, "ImportTooLarge");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }

    [Fact]
    public void Read_Cancelled_Stops()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("net.pt", TorchFile.OfNames("0.weight", "1.weight"));
        Assert.Throws<OperationCanceledException>(
            () => NetworkFormats.Read(path, options: new() { Cancellation = new CancellationToken(canceled: true) }));
    }

    [Fact]
    public void Read_PrunedWeights_AreTimesTheirMask()
    {
        var file = new TorchFile();
        byte[] root = TorchFile.Dict(
            ("0.bias", file.Tensor([2], 1, 2)),
            ("0.weight_orig", file.Tensor([2, 2], 3, -4, 5, 6)),
            ("0.weight_mask", file.Tensor([2, 2], 1, 0, 0, 1)),
            ("2.weight", file.Tensor([1, 2], 7, 8)));

        ReluNetwork network = Import.Of(file.Zip(root)).Network;

        Assert.Equal([3, 0, 0, 6], network.DenseLayers[0].Weights.ToArray());
        Assert.Equal([1, 2], network.DenseLayers[0].Bias.ToArray());
    }

    [Theory]
    [InlineData("0.weight_orig 0.weight_u 0.weight_v")] // spectral norm
    [InlineData("0.weight_g 0.weight_v 0.bias")] // weight norm
    [InlineData("0.parametrizations.weight.original")]
    [InlineData("0.parametrizations.weight.original0 0.parametrizations.weight.original1")]
    [InlineData("parametrizations.weight.original")]
    [InlineData("0.weight 0.weight_mask")] // a mask of nothing
    [InlineData("0.weight 1.running_mean")]
    [InlineData("0.weight 1.gain")]
    [InlineData("0.weight K")] // a matrix that is no weight
    [InlineData("tok.embedding.weight 1.weight")]
    [InlineData("0.weight 1.lora_A.weight")]
    [InlineData("0.weight block.shortcut.weight")]
    [InlineData("attn.in_proj_weight 1.weight")]
    [InlineData("rnn.weight_ih_l0 rnn.weight_hh_l0")]
    public void Read_TensorThatIsNotAWeight_IsRefused(string names)
    {
        (string, int[])[] tensors = [.. names.Split(' ').Select(
            static n => (n,
                n.EndsWith("_u", StringComparison.Ordinal) || n.Contains("mean", StringComparison.Ordinal)
                    || n.Contains("gain", StringComparison.Ordinal) || n.EndsWith("bias", StringComparison.Ordinal) ? (int[])[2]
                    : [2, 2]))];

        Assert.True(Import.Refused(TorchFile.OfShapes(tensors), "StateDictUnsupportedTensor").Unsupported);
    }

    [Fact]
    public void Read_IntegersBesideWeights_AreRefused()
    {
        var file = new TorchFile();
        byte[] root = TorchFile.Dict(
            ("0.weight", file.Tensor([1, 1], 2)),
            ("1.num_batches_tracked", TorchFile.View(file.Storage(0, 0), 1, [], [], type: "LongStorage")));

        Assert.Equal("1.num_batches_tracked", Import.Refused(file.Zip(root), "StateDictUnsupportedTensor").Place);
    }

    [Fact]
    public void Read_BytesAfterALegacyCheckpoint_AreRefused()
    {
        var file = new TorchFile();
        byte[] content = file.Legacy(State(file));
        Assert.Equal([2, 3], Import.Of(content).Network.FirstWeights());

        Import.Refused([.. content, 0], "PickleDamaged");
    }

    [SkippableTheory]
    [InlineData("crafted/imagenet_recipe.pth.tar", null, -0.881553182, 0.373410724)] // PyTorch 1.13, to nine digits
    [InlineData("pth/mnist_6_100_nat.pth", null, -0.29207612451819814, -1.3277257236780184)] // the rest by loops in Python
    [InlineData("gurobi/diabetes__pytorch.pt", null, -9886.658605356664, null)]
    [InlineData("pth/neural_lyapunov_seed_0.pth", "controller.layers.", -0.8421448007567798, null)]
    [InlineData("crafted/two_networks.pth", "discriminator.", 0.8035407058884113, null)]
    public void Read_FilesFromOtherTools_GivesTheirOutputs(string file, string? prefix, double first, double? second)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared($"networks/wild/{file}"), options: new() { Prefix = prefix });

        double[] output = network.Evaluate([.. Enumerable.Range(0, network.InputSize).Select(static i => ((37 * i) + 11) % 101 / 100.0)]);

        Assert.Equal(first, output[0], 7);
        if (second is { } expected)
            Assert.Equal(expected, output[1], 7);
    }

    private static byte[] State(TorchFile file, string prefix = "") =>
        TorchFile.Dict(
            ($"{prefix}0.weight", file.Tensor([1, 1], 2)), ($"{prefix}0.bias", file.Tensor([1], 1)),
            ($"{prefix}2.weight", file.Tensor([1, 1], 3)));
}
