using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>What is assumed, said and refused of the activation that a file does not have with its weights.</summary>
public class HiddenActivationTests
{
    private static readonly ImportOptions Relu = new() { Activation = Activation.Relu };

    [Fact]
    public void Read_WeightsOnly_WarnsOnceUnlessTold()
    {
        byte[] content = TorchFile.OfNames("0.weight", "2.weight", "4.weight");

        (ReluNetwork network, List<string> warnings) = Import.Of(content);

        Assert.Contains("-Activation Relu", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.All(network.Layers.Take(2), static l => Assert.Equal(Activation.Relu, l.Activation));
        Assert.Empty(Import.Of(content, options: Relu).Warnings);
    }

    [Fact]
    public void Read_OneLayer_HasNothingToAssume() => Assert.Empty(Import.Of(TorchFile.OfNames("sigmoid.weight")).Warnings);

    [Fact]
    public void Read_LinearHiddenLayers_AreRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (string path in (string[])[folder.Write("net.pt", TorchFile.OfNames("0.weight", "2.weight")),
            TestFiles.Example("digits_48-32-24_l1-0.004.onnx")])
        {
            InvalidInputException e = Assert.Throws<InvalidInputException>(
                () => NetworkFormats.Read(path, options: new() { Activation = Activation.Identity }));
            Assert.Equal("ActivationUnsupported", e.ErrorId);
        }
    }

    [Theory]
    [InlineData("net.pt", "sigmoid_net.0.weight")]
    [InlineData("net.pt", "tanhBlock.0.weight")]
    [InlineData("net.pt", "LeakyReLU.0.weight")]
    [InlineData("mnist_tanh.pt", "fc.0.weight")]
    [InlineData("ffnnSIGMOID_6x500.pth", "fc.0.weight")]
    public void Read_NameOfAnotherActivation_IsRefusedUnlessTold(string file, string tensor)
    {
        byte[] content = TorchFile.OfNames(tensor, tensor.Replace('0', '1'));

        Assert.True(Import.Refused(content, "ActivationUnsupported", file).Unsupported);
        Assert.Empty(Import.Of(content, file, Relu).Warnings);
    }

    [Theory]
    [InlineData("relu", null)]
    [InlineData("ReLU", null)]
    [InlineData("torch.nn.ReLU", "ActivationUnsupported")] // not understood is not known to be ReLU
    [InlineData("tanh", "ActivationUnsupported")]
    [InlineData("leaky_relu", "ActivationUnsupported")]
    public void Read_CheckpointThatStatesAnActivation_IsBelieved(string stated, string? error)
    {
        var file = new TorchFile();
        byte[] state = TorchFile.Dict(("0.weight", file.Tensor([1, 1], 2)), ("1.weight", file.Tensor([1, 1], 3)));
        byte[] content = file.Zip(
            TorchFile.Dict(
                ("epoch", TorchFile.Number(3)), ("config", TorchFile.Dict(("activation", TorchFile.Text(stated)))), ("state_dict", state)));

        if (error is null)
            Assert.Empty(Import.Of(content).Warnings);
        else
            Import.Refused(content, error, options: Relu); // the file's word counts, not the user's
    }

    [Theory]
    [InlineData("\"activation\":\"relu\"", 0)]
    [InlineData("\"format\":\"pt\"", 1)]
    [InlineData("\"activation\":\"gelu\"", -1)]
    public void Read_MetadataOfSafeTensors_AreBelieved(string metadata, int warnings)
    {
        string header = "{\"__metadata__\":{" + metadata
            + "},\"0.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},\"1.weight\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[4,8]}}";
        byte[] content = [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. BitConverter.GetBytes(2f),
            .. BitConverter.GetBytes(3f)];

        if (warnings < 0)
            Import.Refused(content, "ActivationUnsupported", "net.safetensors");
        else
            Assert.Equal(warnings, Import.Of(content, "net.safetensors").Warnings.Count);
    }

    [Theory]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    [InlineData(".nnet")]
    [InlineData(".dat")]
    [InlineData(".onnx")]
    public void Read_FilesOfOurOwn_StateTheirActivation(string extension)
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        NetworkFormats.Write(
            new([new AffineLayer([2], [1], 1, 1, Activation.Relu), new AffineLayer([3], [1], 1, 1, Activation.Identity)]),
            folder.File("net" + extension));

        ReluNetwork network = NetworkFormats.Read(folder.File("net" + extension), options: new() { Warning = warnings.Add });

        Assert.Empty(warnings);
        Assert.Equal([2, 3], network.FirstWeights());
    }
}
