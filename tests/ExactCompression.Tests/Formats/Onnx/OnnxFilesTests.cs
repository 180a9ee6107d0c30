using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats.Onnx;

/// <summary>Files of other tools: read as ONNX Runtime runs them, written back no larger.</summary>
public sealed class OnnxFilesTests
{
    [Fact]
    public void Read_ExampleNetwork_AgreesWithRuntime()
    {
        ReluNetwork network = AssertReadAndWritten(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), 1, 64);
        Assert.Equal("64-48-32-24-10", network.Architecture);
        Assert.Equal("digits_48-32-24_l1-0.004", network.Name);
        Assert.Equal("Onnx", network.Format);
        Assert.Equal(WeightPrecision.Float32, network.Precision);
        Assert.Equal(Activation.Identity, network.Layers[^1].Activation);
    }

    [SkippableFact]
    public void Read_TrainedNetworks_AgreesWithRuntime()
    {
        string[] files = Directory.GetFiles(TestFiles.Shared("networks/trained"), "*.onnx");
        Assert.NotEmpty(files);
        foreach (string file in files)
            AssertReadAndWritten(file, 1, Path.GetFileName(file).StartsWith("mnist", StringComparison.Ordinal) ? 784 : 64);
    }

    [SkippableTheory]
    [InlineData("mnist-net_256x2.onnx", "784-256-256-10")]
    [InlineData("mnist-net_256x4.onnx", "784-256-256-256-256-10")]
    public void Read_MnistNet_AgreesWithRuntime(string file, string architecture) =>
        Assert.Equal(architecture, AssertReadAndWritten(TestFiles.Shared("networks/vnncomp/" + file), 1, 784, 1).Architecture);

    [SkippableFact]
    public void Read_AcasXu_AgreesWithRuntimeAndIsExact()
    {
        string[] files = Directory.GetFiles(TestFiles.Shared("networks/vnncomp/acasxu"), "*.onnx");
        Assert.Equal(9, files.Length);
        foreach (string file in files)
        {
            ReluNetwork network = AssertReadAndWritten(file, 1, 1, 1, 5);
            Assert.Equal("5-50-50-50-50-50-50-5", network.Architecture);
            Assert.All(network.DenseLayers, static layer => Assert.True(layer.IsExact));
        }
    }

    private static ReluNetwork AssertReadAndWritten(string path, params long[] shape)
    {
        ReluNetwork network = NetworkFormats.Read(path);
        OnnxRuntimeOracle.AssertAgrees(network, File.ReadAllBytes(path), 1e-5, shape);

        using var folder = new TemporaryFolder();
        string copy = folder.File("copy.onnx");
        NetworkFormats.Write(network, copy);
        Assert.InRange(new FileInfo(copy).Length, 1, new FileInfo(path).Length);
        NetworkAssert.SameBits(network, NetworkFormats.Read(copy));
        OnnxRuntimeOracle.AssertAgrees(network, File.ReadAllBytes(copy), 1e-5, shape);
        OnnxRuntimeOracle.AssertTakesThePlaceOf(File.ReadAllBytes(path), network, shape);
        return network;
    }
}
