using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Certificates;

/// <summary>Certificates of trained networks.</summary>
public class TrainedNetworkTests
{
    [Theory]
    [InlineData(".json")]
    [InlineData(".json.gz")]
    public void Check_DigitsNetwork_ConfirmsTheDeviationOfTheCompression(string extension)
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")));
        CertificateReport report = Made.Check(result, extension);

        Assert.True(report.Valid, report.ToString());
        Assert.InRange(report.ProvenDeviation, 0.2 * result.ProvenDeviation, 2.5 * result.ProvenDeviation);
        Assert.Equal(result.Table.Unstable, report.Evidence["Witness"]);
        Assert.Equal(result.Original.NeuronCount, report.Evidence.Values.Sum());
    }

    [Fact]
    public void Check_RemovalAlone_IsProvenToDeviateByNothing()
    {
        CompressionResult result = Made.Compression(
            NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")), level: CompressionLevel.DeleteOnly);
        CertificateReport report = Made.Check(result);

        Assert.True(report.Valid, report.ToString());
        Assert.Equal(0, report.ProvenDeviation);
    }

    /// <summary>Slopes and trees among the evidence, and every kind of step among the compressions.</summary>
    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.001", CompressionLevel.LeoPlusPlus)]
    [InlineData("digits_48-32-24_l1-0.008", CompressionLevel.LeoPlusPlus)]
    [InlineData("digits_64-64_l1-0.004", CompressionLevel.Maximal)]
    [InlineData("mnist_2x100_l1-0.002", CompressionLevel.Maximal)]
    [InlineData("mnist_2x200_l1-0.001", CompressionLevel.Maximal)]
    [InlineData("mnist_5x100_l1-0.002", CompressionLevel.DeleteOnly)]
    [InlineData("mnist_5x100_l1-0.002", CompressionLevel.LeoPlusPlus)]
    [InlineData("mnist_5x100_l1-0.002", CompressionLevel.Maximal)]
    public void Check_TrainedNetwork_ConfirmsADeviationOfTheSameSize(string name, CompressionLevel level)
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Shared($"networks/trained/{name}.onnx")), level: level);
        CertificateReport report = Made.Check(result);

        Assert.True(report.Valid, report.ToString());
        Assert.InRange(report.ProvenDeviation, 0, 10 * result.ProvenDeviation);
        if (level != CompressionLevel.Maximal)
            Assert.InRange(report.ProvenDeviation, 0, 2 * result.ProvenDeviation);
    }
}
