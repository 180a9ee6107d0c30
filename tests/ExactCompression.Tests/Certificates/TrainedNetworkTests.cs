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
        Assert.InRange(report.ProvenDeviation, 0.2 * result.ProvenDeviation, 2 * result.ProvenDeviation);
        Assert.Equal(result.Table.Unstable, report.Evidence["Witness"]);
        Assert.Equal(result.Original.NeuronCount, report.Evidence.Values.Sum());
    }

    [Fact]
    public void Check_RemovalAlone_IsProvenToDeviateByNothing()
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")), level: CompressionLevel.DeleteOnly);
        CertificateReport report = Made.Check(result);

        Assert.True(report.Valid, report.ToString());
        Assert.Equal(0, report.ProvenDeviation);
    }

    [SkippableTheory]
    [InlineData("digits_48-32-24_l1-0.001")]
    [InlineData("digits_48-32-24_l1-0.008")]
    [InlineData("mnist_2x100_l1-0.002")]
    [InlineData("mnist_5x100_l1-0.002")]
    public void Check_TrainedNetwork_ConfirmsTheDeviationOfTheCompression(string name)
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Shared($"networks/trained/{name}.onnx")));
        CertificateReport report = Made.Check(result);

        Assert.True(report.Valid, report.ToString());
        Assert.InRange(report.ProvenDeviation, 0, 2 * result.ProvenDeviation);
    }
}
