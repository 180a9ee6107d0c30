using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Certificates of graphs: true where they hold, and refused where they do not.</summary>
public sealed class GraphCertificateTests
{
    /// <summary>Certificates of graphs of every operator hold, and are true.</summary>
    [Fact]
    public void Make_GraphsOfEveryOperator_HoldsAndIsTrue()
    {
        int close = 0, none = 0;
        foreach ((CompressionResult result, GraphCertificate? certificate) in GraphCases.All)
        {
            if (certificate is null)
            {
                none++;
                continue;
            }

            GraphCertificateCheck.Check(certificate, result.Original, result.Compressed, null, GraphCases.Unlimited);
            GraphCases.AssertTrue(certificate, result.Original, result.Compressed, new(1));
            close += certificate.Deviation <= (4 * result.ConditionalDeviation) + 1e-12 ? 1 : 0;
        }

        Assert.InRange(none, 0, 2);
        Assert.InRange(close, 22, GraphCases.All.Count);
    }

    /// <summary>Changed in content, as the file would be after sealing it anew: a false claim never passes.</summary>
    [Fact]
    public void Check_ChangedContent_PassesOnlyWhereItIsTrue()
    {
        int refused = 0, passed = 0;
        foreach ((CompressionResult result, GraphCertificate? certificate) in GraphCases.All)
        {
            if (certificate is null)
                continue;
            var random = new Random(passed + refused);
            for (int n = 0; n < 8; n++)
            {
                (GraphCertificate changed, _) = GraphTampering.Of(certificate, random);
                if (n % 3 == 0)
                    changed = changed with { Deviation = changed.Deviation + random.Next(3) };
                if (!Passes(changed, result.Original, result.Compressed))
                {
                    refused++;
                    continue;
                }

                passed++;
                if (passed % 4 == 0)
                    GraphCases.AssertTrue(changed, result.Original, result.Compressed, random);
            }
        }

        Assert.InRange(refused, 80, int.MaxValue);
        Assert.InRange(passed, 16, int.MaxValue);
    }

    /// <summary>
    /// Any number of any node moved by the least names the node; with the hash of the other network, only what is true passes.
    /// </summary>
    [Fact]
    public void Check_OtherWeights_NamesTheNodeOrIsTrue()
    {
        int named = 0;
        foreach ((CompressionResult result, GraphCertificate? certificate) in GraphCases.All)
        {
            var random = new Random(named);
            if (certificate is null || Moved(result.Compressed, random) is not var (moved, node))
                continue;
            var refusal = Assert.Throws<Refusal>(
                () => GraphCertificateCheck.Check(certificate, result.Original, moved, null, GraphCases.Unlimited));
            Assert.Equal($"compressed, {node}, sha256", refusal.Place);
            named++;
            CheckedGraph read = GraphReading.Read(moved, "compressed", GraphCases.Unlimited);
            string[] hashes = GraphHashes.OfValues(read, GraphCases.Unlimited);
            GraphCertificate other = certificate with
            {
                Compressed = certificate.Compressed with { ValueHashes = hashes, Hash = GraphHashes.OfGraph(hashes, read) },
            };
            if (Passes(other, result.Original, moved))
                GraphCases.AssertTrue(other, result.Original, moved, random);
        }

        Assert.InRange(named, 15, int.MaxValue);
    }

    /// <summary>The whole way through files, of both networks and of the certificate, packed or not.</summary>
    [Theory]
    [InlineData(CompressionLevel.DeleteOnly, ".json")]
    [InlineData(CompressionLevel.LeoPlusPlus, ".json.gz")]
    [InlineData(CompressionLevel.Maximal, ".json")]
    public void Run_ConvolutionalNetwork_FromTheFilesAloneHolds(CompressionLevel level, string extension)
    {
        string before = TestFiles.Example("digits_conv_l1-0.004.onnx");
        CompressionResult result = Made.Compression(NetworkFormats.Read(before), level: level);
        using var folder = new TemporaryFolder();
        string path = folder.File("c" + extension), after = folder.File("small.onnx");
        double deviation = CompressionCertificate.Write(result, path);
        NetworkFormats.Write(result.Compressed, after);
        CertificateReport report = CertificateCheck.Run(path, NetworkFormats.Read(before), NetworkFormats.Read(after));

        Assert.True(report.Valid, report.ToString());
        Assert.Equal(deviation, report.ProvenDeviation);
        Assert.InRange(report.ProvenDeviation, 0, 4 * result.ProvenDeviation);
        Assert.Equal(result.Original.NeuronCount, report.Evidence.Values.Sum());
        Assert.Equal(result.Table.Unstable, report.Evidence["Witness"]);
        Assert.False(CertificateCheck.Run(path, result.Original, result.Original).Valid);
        Assert.False(CertificateCheck.Run(path, result.Original, result.Compressed, InputDomain.Uniform(0, 0.5)).Valid);
        Assert.Equal("work", CertificateCheck.Run(path, result.Original, result.Compressed, maximumWork: 1000).Place);
    }

    /// <summary>Nothing that was damaged passes.</summary>
    [Theory]
    [InlineData(".json")]
    [InlineData(".json.gz")]
    public void Run_DamagedFiles_AreAllRefused(string extension)
    {
        CompressionResult result = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx")));
        using var folder = new TemporaryFolder();
        string path = folder.File("certificate" + extension), damaged = folder.File("damaged" + extension);
        CompressionCertificate.Write(result, path);
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(7);
        for (int n = 0; n < 200; n++)
        {
            File.WriteAllBytes(damaged, TamperingTests.Damaged(whole, random));
            try
            {
                CertificateReport report = CertificateCheck.Run(damaged, result.Original, result.Compressed);
                Assert.True(
                    !report.Valid || (extension.EndsWith(".gz", StringComparison.Ordinal)
                        && CertificateFile.Read(path).Body.Span.SequenceEqual(CertificateFile.Read(damaged).Body.Span)));
            }
            catch (InvalidFileException e)
            {
                Assert.StartsWith("Certificate", e.ErrorId, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>What is written is what is read.</summary>
    [Fact]
    public void Parse_WrittenContent_IsTheSame()
    {
        foreach ((CompressionResult result, GraphCertificate? made) in GraphCases.All)
        {
            if (made is null)
                continue;
            var random = new Random(made.Original.Rectifiers.Length);
            GraphCertificate certificate = made with
            {
                Original = made.Original with
                {
                    Rectifiers = Array.ConvertAll(
                        made.Original.Rectifiers, l => l with { Slopes = [Slopes(random)], Trees = [Tree(random)] }),
                },
            };
            byte[] body = GraphCertificateText.Body(certificate, result.Original, result.Compressed);
            GraphCertificate read = GraphCertificateParser.Parse(body);
            Assert.Equal(body, GraphCertificateText.Body(read, result.Original, result.Compressed));
            Assert.Equal(certificate.Deviation, read.Deviation);
            for (int k = 0; k < certificate.Original.Rectifiers.Length; k++)
            {
                (LayerClaims a, LayerClaims b) = (certificate.Original.Rectifiers[k], read.Original.Rectifiers[k]);
                Assert.Equal((a.States, a.Above, a.Below), (b.States, b.Above, b.Below));
                Assert.Equal(a.Slopes, b.Slopes);
                Assert.Equal(a.Trees[0].Splits, b.Trees[0].Splits);
                Assert.Equal(a.Trees[0].Leaves, b.Trees[0].Leaves);
            }
        }
    }

    /// <summary>A certificate of dense layers is none for a graph, and one of graphs is for what it was made for.</summary>
    [Fact]
    public void Run_CertificateOfOtherNetworks_SaysSo()
    {
        CompressionResult dense = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")));
        CompressionResult graph = Made.Compression(NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx")));
        using var folder = new TemporaryFolder();
        CompressionCertificate.Write(dense, folder.File("dense.json"));
        CompressionCertificate.Write(graph, folder.File("graph.json"));
        Assert.Equal("networks", CertificateCheck.Run(folder.File("dense.json"), graph.Original, graph.Compressed).Place);
        string? place = CertificateCheck.Run(folder.File("graph.json"), dense.Original, dense.Compressed).Place;
        Assert.StartsWith("original, ", place, StringComparison.Ordinal);
    }

    private static float[] Slopes(Random random) =>
        [.. Enumerable.Range(0, random.Next(5)).Select(_ => GraphCertificateText.Share(random.NextSingle()))];

    /// <summary>A tree of any form.</summary>
    private static PhaseTree Tree(Random random)
    {
        var (splits, leaves) = (new List<int>(), new List<float[]>());
        void Visit(int depth)
        {
            splits.Add(random.Next(3) > 0 && depth < 4 ? random.Next(9) : -1);
            if (splits[^1] < 0)
            {
                leaves.Add([.. Slopes(random), .. Enumerable.Range(0, depth).Select(_ => random.NextSingle())]);
                return;
            }

            Visit(depth + 1);
            Visit(depth + 1);
        }

        Visit(0);
        return new([.. splits], [.. leaves]);
    }

    private static bool Passes(GraphCertificate certificate, ReluNetwork original, ReluNetwork compressed)
    {
        try
        {
            GraphCertificateCheck.Check(certificate, original, compressed, null, GraphCases.Unlimited);
            return true;
        }
        catch (Refusal e)
        {
            Assert.NotEmpty(e.Place);
            return false;
        }
    }

    /// <summary>The network with one weight of a convolution or a matrix moved by the least; null where it has none.</summary>
    private static (ReluNetwork Network, string Node)? Moved(ReluNetwork network, Random random)
    {
        GraphNode[] nodes = [.. network.Graph!.Nodes];
        int[] weighted = [.. Enumerable.Range(0, nodes.Length).Where(n => Weights(nodes[n].Operator) is { Length: > 0 })];
        if (weighted.Length == 0)
            return null;
        int at = weighted[random.Next(weighted.Length)];
        double[] weights = [.. Weights(nodes[at].Operator)!];
        int moved = random.Next(weights.Length);
        weights[moved] = Math.BitIncrement(weights[moved]);
        nodes[at] = nodes[at] with
        {
            Operator = nodes[at].Operator is DenseOperator dense
                ? dense with { Weights = weights }
                : ((ConvolutionOperator)nodes[at].Operator) with { Filters = weights },
        };
        return (new(new NetworkGraph(network.Graph.Inputs, nodes, network.Graph.Outputs)), nodes[at].Name);
    }

    private static double[]? Weights(Operator op) => op switch
    {
        DenseOperator dense => dense.Weights,
        ConvolutionOperator convolution => convolution.Filters,
        _ => null,
    };
}
