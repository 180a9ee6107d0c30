using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Chains of dense layers in certificates of graphs.</summary>
public sealed class GraphChainTests
{
    /// <summary>A branch that goes leaves a chain of dense layers, as which its file is read.</summary>
    [Fact]
    public void Run_GraphThatBecameAChain_FromTheFilesHolds()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 3)
            .Weights("w1", [3, 2], 1, -2, -1, 1, 2, 0.5).Weights("b1", [2], 0.25, 0.5).Node("Gemm", "x w1 b1", "z").Node("Relu", "z", "r")
            .Weights("w2", [2, 2], 1, -1, 3, 0.5).Node("Gemm", "r w2", "h")
            .Weights("w3", [3, 2], -1, -2, -1, -1, -2, -0.5).Weights("b3", [2], -0.25, -0.5).Node("Gemm", "x w3 b3", "d")
            .Node("Relu", "d", "q").Weights("w4", [2, 2], 1, 2, 3, 4).Node("Gemm", "q w4", "g").Node("Add", "h g", "y").Output("y", "n", 2);
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(folder.Write("before.onnx", model.Bytes()));
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.DeleteOnly);
        (string path, string after) = (folder.File("c.json"), folder.File("after.onnx"));
        CompressionCertificate.Write(result, path);
        NetworkFormats.Write(result.Compressed, after);
        ReluNetwork small = NetworkFormats.Read(after);
        CertificateReport report = CertificateCheck.Run(path, network, small);
        Assert.True(report.Valid, $"{result.Original.IsDense} {result.Compressed.IsDense} {small.IsDense} {report}");
        Assert.Equal(0, report.ProvenDeviation);
    }

    /// <summary>What of a chain takes exact arithmetic is proven by it in certificates of graphs as well.</summary>
    [Fact]
    public void Make_ChainWithATie_KeepsItsVerdict()
    {
        ReluNetwork network = new(
        [
            new([1, 1, 1, 1, -1, 1], [0, 0, 0.25], 3, 2, Activation.Relu, WeightPrecision.Float64),
            new([0.1, 0.2, 0, 0.3, 0.1, -1, 0.1, -0.1, 0], [0, 0, 0], 3, 3, Activation.Relu, WeightPrecision.Float64), // the last one is 0
            new([1, 2, 3], [0], 1, 3, Activation.Identity, WeightPrecision.Float64),
        ]);
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.DeleteOnly);
        GraphCertificate made = CompressionCertificate.MakeOfGraphs(result, static _ => { }, CancellationToken.None);
        byte[] body = GraphCertificateText.Body(made, network, result.Compressed);
        GraphCertificate certificate = GraphCertificateParser.Parse(body);
        Assert.Equal(body, GraphCertificateText.Body(certificate, network, result.Compressed));
        Assert.True(certificate.Original.IsChain);
        Assert.Equal('i', certificate.Original.Rectifiers[1].States[2]);
        Assert.Equal('e', certificate.Original.Rectifiers[1].Above[2]);
        Dictionary<char, int> proven = GraphCertificateCheck.Check(certificate, network, result.Compressed, null, GraphCases.Unlimited);
        Assert.Equal(1, proven['e']);
        Assert.Equal(0, certificate.Deviation);
        GraphCertificate graph = certificate with { Original = certificate.Original with { IsChain = false } };
        Assert.Equal(
            "original",
            Assert.Throws<Refusal>(() => GraphCertificateCheck.Check(graph, network, result.Compressed, null, GraphCases.Unlimited)).Place);
    }
}
