using ExactCompression.Formats;
using ExactCompression.Networks;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>Modules that were pickled whole are read where their classes say all, and refused by name where not.</summary>
public class TorchModuleTests
{
    [Fact]
    public void Read_SequentialOfPyTorchItself_GivesItsNetwork()
    {
        (ReluNetwork network, List<string> warnings) = Import.Of(Fixtures.Unpack(Fixtures.WholeModule));

        Assert.Equal("2-3-2", network.Architecture);
        double[] output = network.Evaluate([0.3, 0.7]);
        Assert.Equal(-1.275, output[0], 12); // as PyTorch evaluates it
        Assert.Equal(-2.20625, output[1], 12);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Read_LastReLU_RectifiesTheOutput()
    {
        var file = new TorchFile();
        ReluNetwork network = Import.Of(file.Legacy(Sequential(Linear(file, 2), ReLU, Sequential(Linear(file, -3), ReLU)))).Network;

        Assert.Equal([2, -3], network.FirstWeights());
        Assert.Equal([Activation.Relu, Activation.Relu], network.Layers.Select(static l => l.Activation));
    }

    [Fact]
    public void Read_OrderPrefixOrActivation_AreNotPassedOverInSilence()
    {
        var file = new TorchFile();
        byte[] content = file.Zip(Sequential(Linear(file, 2), ReLU, Linear(file, 3)));
        string Refused(ImportOptions options) => Assert.Throws<InvalidInputException>(() => Import.Of(content, options: options)).ErrorId;

        Assert.Equal("OrderNotApplicable", Refused(new() { Order = LayerOrdering.Names }));
        Assert.Equal("OrderNotApplicable", Refused(new() { Order = LayerOrdering.File }));
        Assert.Equal("PrefixNotApplicable", Refused(new() { Prefix = "0" }));
        Assert.Contains(
            "-Activation Relu is not used", Assert.Single(Import.Of(content, options: new() { Activation = Activation.Relu }).Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_PrefixThatChoosesAModule_IsUsedUp()
    {
        var file = new TorchFile();
        byte[] content = file.Zip(
            TorchFile.Dict(
                ("a", Sequential(Linear(file, 2), ReLU, Linear(file, 3))), ("b", Sequential(Linear(file, 5), ReLU, Linear(file, 7)))));

        Assert.Equal([5, 7], Import.Of(content, options: new() { Prefix = "b" }).Network.FirstWeights());
        Assert.Equal(
            "PrefixNotApplicable",
            Assert.Throws<InvalidInputException>(() => Import.Of(content, options: new() { Prefix = "b.0" })).ErrorId);
    }

    [Theory]
    [InlineData("torch.nn.modules.activation", "GELU")]
    [InlineData("torch.nn.modules.activation", "MultiheadAttention")]
    [InlineData("torch.nn.modules.batchnorm", "LazyBatchNorm1d")]
    [InlineData("torch.nn.modules.container", "ModuleList")]
    [InlineData("torch.nn.modules.conv", "ConvTranspose2d")]
    public void Read_OtherClass_IsRefusedByName(string module, string name)
    {
        var file = new TorchFile();
        byte[] content = file.Zip(Sequential(Linear(file, 2), TorchFile.Module(module, name), Linear(file, 3)));

        InvalidFileException e = Import.Refused(content, "TorchModuleUnsupported", options: new() { Activation = Activation.Relu });

        Assert.Contains($"{module}.{name}", e.Message, StringComparison.Ordinal);
        Assert.Equal("1", e.Place);
    }

    [Fact]
    public void Read_ClassOfTheUser_IsRefusedByName()
    {
        var file = new TorchFile();
        Assert.Contains(
            "__main__.Net", Import.Refused(file.Zip(TorchFile.Module("__main__", "Net")), "PickleForbiddenGlobal").Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LinearAfterLinear_IsOneLayer()
    {
        var file = new TorchFile();
        Assert.Equal([6], Import.Of(file.Zip(Sequential(Linear(file, 2), Linear(file, 3)))).Network.FirstWeights());
    }

    [Fact]
    public void Read_ReLUBeforeAnyLinear_RectifiesTheInput()
    {
        var file = new TorchFile();
        ReluNetwork network = Import.Of(file.Zip(Sequential(ReLU, Linear(file, 3)))).Network;

        Assert.Equal([0, 6], [network.Evaluate([-2])[0], network.Evaluate([2])[0]]);
    }

    [Theory]
    [InlineData("_forward_hooks")]
    [InlineData("_forward_pre_hooks")]
    [InlineData("_buffers")]
    public void Read_LinearWithMore_IsRefused(string attribute)
    {
        var file = new TorchFile();
        byte[] linear = TorchFile.Module(
            "torch.nn.modules.linear", "Linear", ("_parameters", TorchFile.Dict(("weight", file.Tensor([1, 1], 2)))),
            (attribute, TorchFile.DictOf((TorchFile.Number(0), TorchFile.None))));

        Import.Refused(file.Zip(Sequential(linear)), "TorchModuleUnsupported");
    }

    [Fact]
    public void Read_ModuleWithinItself_IsRefused()
    {
        // A Sequential in the memo whose only module is itself.
        byte[] root = [.. TorchFile.Global("torch.nn.modules.container", "Sequential"), (byte)')', 0x81, (byte)'q', 0,
            .. TorchFile.Dict(("_modules", TorchFile.Dict(("0", [(byte)'h', 0])))), (byte)'b'];

        Import.Refused(new TorchFile().Zip(root), "TorchModuleUnsupported");
    }

    [SkippableFact]
    public void Read_SigmoidOfARealFile_IsEvaluated()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/wild/hls4ml/two_layer_model.pt"));

        Assert.Equal(new SmoothOperator(IsTanh: false), network.Graph!.Nodes[^1].Operator);
        Assert.InRange(Assert.Single(network.Evaluate(new double[network.InputSize])), 1e-6, 1 - 1e-6);
    }

    private static byte[] ReLU => TorchFile.Module("torch.nn.modules.activation", "ReLU", ("training", [0x89]));

    private static byte[] Sequential(params byte[][] modules) =>
        TorchFile.Module(
            "torch.nn.modules.container", "Sequential", ("_parameters", TorchFile.Dict()),
            ("_modules", TorchFile.Dict([.. modules.Select(static (m, i) => ($"{i}", m))])));

    private static byte[] Linear(TorchFile file, float weight) =>
        TorchFile.Module(
            "torch.nn.modules.linear", "Linear",
            ("_parameters", TorchFile.Dict(("weight", file.Tensor([1, 1], weight)), ("bias", TorchFile.None))),
            ("_buffers", TorchFile.Dict()));
}
