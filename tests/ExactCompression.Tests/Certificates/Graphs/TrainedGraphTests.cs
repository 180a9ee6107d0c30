using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Certificates of trained convolutional networks, and of chains that only graphs express, from their files.</summary>
public sealed class TrainedGraphTests
{
    [SkippableTheory]
    [InlineData("conv/digits_plain_l1-0.002", CompressionLevel.LeoPlusPlus)] // a tree
    [InlineData("conv/digits_leaky_l1-0.002", CompressionLevel.Maximal)] // slopes
    [InlineData("conv/digits_slim_l1-0.002", CompressionLevel.DeleteOnly)]
    [InlineData("conv/digits_bn_l1-0.002", CompressionLevel.LeoPlusPlus)]
    [InlineData("conv/digits_concat_l1-0.002", CompressionLevel.Maximal)]
    [InlineData("conv/digits_dw_l1-0.002", CompressionLevel.Maximal)]
    [InlineData("conv/digits_masked_l1-0.0005", CompressionLevel.Maximal)]
    [InlineData("relusplit/digits_48-32-24_l1-0.001_split1", CompressionLevel.Maximal)]
    [InlineData("wild/nnet/twin_ladder-10_inp-2_layers-10_width-10_margin", CompressionLevel.Maximal, ".nnet")]
    public void Check_TrainedGraph_ConfirmsADeviationOfTheSameSize(string name, CompressionLevel level, string extension = ".onnx")
    {
        string before = TestFiles.Shared($"networks/{name}{extension}");
        CompressionResult result = Made.Compression(NetworkFormats.Read(before), level: level);
        using var folder = new TemporaryFolder();
        string path = folder.File("c.json.gz"), after = folder.File("small.onnx");
        CompressionCertificate.Write(result, path);
        NetworkFormats.Write(result.Compressed, after);
        CertificateReport report = CertificateCheck.Run(path, NetworkFormats.Read(before), NetworkFormats.Read(after));

        Assert.True(report.Valid, report.ToString());
        Assert.InRange(report.ProvenDeviation, 0, 4 * result.ProvenDeviation);
        Assert.Equal(result.Original.NeuronCount, report.Evidence.Values.Sum());
    }
}
