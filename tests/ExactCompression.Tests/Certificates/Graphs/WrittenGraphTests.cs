using ExactCompression.Formats;
using ExactCompression.Formats.Onnx;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Certificates are for networks as their files have them, whatever is left of the nodes in memory.</summary>
public sealed class WrittenGraphTests
{
    /// <summary>Parts of a Split, or elements of a Pad, are gone: other nodes are in the file, or none.</summary>
    [Theory]
    [InlineData("Split")]
    [InlineData("Pad")]
    public void Run_FileWithOtherNodes_Holds(string kind)
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 1, 4, 4)
            .Weights("w", [6, 1, 3, 3], [.. Enumerable.Range(0, 54).Select(static i => ((i * 7 % 11) - 5) / 4.0)])
            .Weights("b", [6], -9, -9, 0.125, 0.5, -0.25, 0.5).Node("Conv", "x w b", "z").Node("Relu", "z", "r");
        if (kind == "Split")
            model.Integers("sizes", 1, 2, 3).Node("Split", "r sizes", "p q s", OnnxModelBuilder.Int("axis", 1))
                .Node("Concat", "s p", "c", OnnxModelBuilder.Int("axis", 1));
        else
            model.Integers("pads", 0, -1, -1, 1, 0, 0, 0, 0).Node("Pad", "r pads", "c");
        int size = kind == "Split" ? 16 : 15;
        model.Weights("v", [size, 40], [.. Enumerable.Range(0, 40 * size).Select(static i => ((i * 5 % 7) - 3) / 2.0)])
            .Node("Flatten", "c", "f").Node("MatMul", "f v", "h").Node("Relu", "h", "y").Output("y", "n", 40);
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.onnx", model.Bytes()));
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.DeleteOnly);
        Assert.True(result.Compressed.NeuronCount < network.NeuronCount);
        AssertHolds(folder, result);
        Assert.NotSame(result.Compressed, CompressionCertificate.AsWritten(result.Compressed));
    }

    /// <summary>So it is for graphs of every operator.</summary>
    [Fact]
    public void Run_FilesOfEveryOperator_Hold()
    {
        int held = 0;
        for (int seed = 0; seed < 24; seed++)
        {
            var random = new Random(7000 + seed);
            (ReluNetwork made, InputDomain domain) = seed % 2 == 0
                ? CompressibleGraphs.NextBlocks(random)
                : CompressibleGraphs.Next(random, random.Next(3, 16));
            using var folder = new TemporaryFolder();
            ReluNetwork network = NetworkFormats.Read(
                folder.Write("net.onnx", OnnxGraphWriter.Model(made, WeightPrecision.Float32).ToByteArray()));
            if (network.IsDense || network.Depth == 0)
                continue;
            StabilityTable table = StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, domain), null, new() { TimeLimit = TimeSpan.FromSeconds(0.1) }, CancellationToken.None);
            CompressionResult result = LeoCompression.Compress(
                table, new() { Level = CompressionLevel.Maximal }, CancellationToken.None);
            if (result.Compressed.Edit is null)
                continue;
            try
            {
                AssertHolds(folder, result);
                held++;
            }
            catch (InvalidInputException e) when (e.ErrorId == "CertificateUnrelated")
            {
                // The highest level may do what no relation expresses.
            }
        }

        Assert.InRange(held, 8, 24);
    }

    private static void AssertHolds(TemporaryFolder folder, CompressionResult result)
    {
        CompressionCertificate.Write(result, folder.File("c.json"));
        NetworkFormats.Write(result.Compressed, folder.File("small.onnx"));
        foreach (ReluNetwork small in (ReluNetwork[])[NetworkFormats.Read(folder.File("small.onnx")),
            CompressionCertificate.AsWritten(result.Compressed)])
        {
            CertificateReport report = CertificateCheck.Run(folder.File("c.json"), result.Original, small);
            Assert.True(report.Valid, report.ToString());
        }
    }
}
