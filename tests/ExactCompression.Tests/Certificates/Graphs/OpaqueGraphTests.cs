using ExactCompression.Certificates;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Nodes that nothing is known of: they give the same where their files say the same, and what they take is the same.</summary>
public sealed class OpaqueGraphTests
{
    private static CheckBudget Unlimited { get; } = new();

    /// <summary>Beside such a node, in front of it and behind it, what is removed exactly changes nothing.</summary>
    [Fact]
    public void Run_ExactRemovalRoundOpaqueNodes_HoldsWithoutDeviation()
    {
        using var folder = new TemporaryFolder();
        (CompressionResult result, string path, string after) = Compressed(folder, Model());
        Assert.True(result.Compressed.NeuronCount < result.Original.NeuronCount);
        CertificateReport report = CertificateCheck.Run(path, result.Original, NetworkFormats.Read(after));
        Assert.True(report.Valid, report.ToString());
        Assert.Equal(0, report.ProvenDeviation);
    }

    /// <summary>Another node in its place is refused, by its hash, and by what is then claimed of it.</summary>
    [Fact]
    public void Check_OtherOpaqueNode_IsRefused()
    {
        using var folder = new TemporaryFolder();
        (CompressionResult result, string path, string after) = Compressed(folder, Model());
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(after));
        model.Graph.Node.Single(static n => n.OpType == "Mystery").Attribute[0].F = 0.25f;
        ReluNetwork other = NetworkFormats.Read(folder.Write("other.onnx", model.ToByteArray()));
        CertificateReport report = CertificateCheck.Run(path, result.Original, other);
        Assert.False(report.Valid);
        Assert.EndsWith("sha256", report.Place, StringComparison.Ordinal);

        GraphCertificate certificate = CompressionCertificate.MakeOfGraphs(result, static _ => { }, CancellationToken.None);
        CheckedGraph read = GraphReading.Read(other, "compressed", Unlimited);
        string[] hashes = GraphHashes.OfValues(read, Unlimited);
        GraphCertificate forged = certificate with
        {
            Compressed = certificate.Compressed with { ValueHashes = hashes, Hash = GraphHashes.OfGraph(hashes, read) },
        };
        var refusal = Assert.Throws<Refusal>(() => GraphCertificateCheck.Check(forged, result.Original, other, null, Unlimited));
        Assert.EndsWith("targets", refusal.Place, StringComparison.Ordinal);
    }

    /// <summary>What a node takes must be the same to the last bit.</summary>
    [Theory]
    [InlineData(1.0)]
    [InlineData(1.0 + 1e-15)]
    public void Deviation_OperandThatDiffers_IsRefusedInASentence(double weight)
    {
        (CheckedGraph original, CheckedGraph compressed) = (Unknown(1), Unknown(weight));
        var box = new InputBox([-1, -1], [1, 1]);
        double Found() => GraphRelationSearch.Best(original, Bounds(original), compressed, Bounds(compressed), box, Unlimited).Deviation;
        if (weight == 1)
            Assert.Equal(0, Found());
        else
            Assert.Contains("may differ by", Assert.Throws<Refusal>(() => Found()).Reason, StringComparison.Ordinal);

        CheckedBounds Bounds(CheckedGraph graph)
        {
            var bounds = new GraphBounds(graph, box, "original", Unlimited);
            bounds.ExtendTo(graph.Values.Count - 1);
            return bounds.All();
        }
    }

    /// <summary>
    /// A softmax moves by no more than its scores do, so that steps that round are proven in front of one; no less is accepted.
    /// </summary>
    [Theory]
    [InlineData("Softmax", CompressionLevel.LeoPlusPlus)]
    [InlineData("LogSoftmax", CompressionLevel.LeoPlusPlus)]
    [InlineData("Softmax", CompressionLevel.Maximal)]
    public void Run_StepsThatRoundBeforeASoftmax_HoldWithTheirDeviation(string type, CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")));
        model.Graph.Node.Add(new NodeProto { OpType = type, Name = "head", Input = { model.Graph.Output[0].Name }, Output = { "shares" } });
        model.Graph.Output[0].Name = "shares";
        ReluNetwork network = NetworkFormats.Read(folder.Write("before.onnx", model.ToByteArray()));
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), level);
        CompressionResult scores = Made.Compression(
            NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx")), InputDomain.Uniform(0, 1), level);
        Assert.Equal(scores.Compressed.Architecture, result.Compressed.Architecture);
        double slope = type == "Softmax" ? 0.5 : 2;
        Assert.InRange(result.ProvenDeviation, 1e-12, 1e-6);
        var random = new Random(5);
        for (int n = 0; n < 200; n++)
        {
            double[] x = [.. Enumerable.Range(0, 64).Select(_ => random.NextDouble())];
            double[] before = network.Evaluate(x), after = result.Compressed.Evaluate(x);
            Assert.Equal(1, type == "Softmax" ? before.Sum() : before.Sum(Math.Exp), 1e-12);
            Assert.InRange(before.Zip(after, static (a, b) => Math.Abs(a - b)).Max(), 0, result.ProvenDeviation + 1e-14);
        }

        (string path, string small) = (folder.File("c.json"), folder.File("after.onnx"));
        CompressionCertificate.Write(result, path);
        NetworkFormats.Write(result.Compressed, small);
        ReluNetwork compressed = NetworkFormats.Read(small);
        CertificateReport report = CertificateCheck.Run(path, network, compressed);
        Assert.True(report.Valid, report.ToString());

        GraphCertificate certificate = CompressionCertificate.MakeOfGraphs(result, static _ => { }, CancellationToken.None);
        GraphCertificate forged = certificate with { Deviation = certificate.Deviation * 0.9 };
        var refusal = Assert.Throws<Refusal>(() => GraphCertificateCheck.Check(forged, network, compressed, null, Unlimited));
        Assert.Equal("deviation", refusal.Place);
        EquivalenceReport compared = NetworkEquivalence.Compare(
            network, compressed, InputDomain.Uniform(0, 1), null, new() { Points = 200 }, CancellationToken.None);
        Assert.True(compared.Equivalent);
        Assert.InRange(compared.ProvenDeviation, compared.ObservedDeviation, slope * 1e-6);
    }

    /// <summary>
    /// Shares of scores that differ a little differ by as much as is charged, and hardly less: where the shares are equal, half as much;
    /// the logarithm of a small share, twice as much. What one element does moves the others of its group.
    /// </summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    [InlineData(true, 0)]
    public void Deviation_OfSharesOfMovedScores_IsWhatTheyMayMove(bool isLogarithm, double opposite)
    {
        const double Shift = 1e-3;
        double end = isLogarithm ? 4 : 0;
        var box = new InputBox([-1], [1]);
        CheckedGraph Of(double shift) => GraphReading.Read(new(Shares(isLogarithm, end, shift, opposite * shift)), "original", Unlimited);
        CheckedBounds Bounds(CheckedGraph graph)
        {
            var bounds = new GraphBounds(graph, box, "original", Unlimited);
            bounds.ExtendTo(graph.Values.Count - 1);
            return bounds.All();
        }

        (CheckedGraph original, CheckedGraph compressed) = (Of(0), Of(Shift));
        double found = GraphRelationSearch.Best(original, Bounds(original), compressed, Bounds(compressed), box, Unlimited).Deviation;
        double Share(double gap) => isLogarithm ? -Math.Log(1 + Math.Exp(gap)) : 1 / (1 + Math.Exp(gap)); // at 0, of the second score
        double seen = Math.Abs(Share(2 * end) - Share((2 * end) + Shift + (opposite * Shift)));
        Assert.InRange(found, seen, 2.1 * seen);
        Assert.InRange(seen, (isLogarithm ? 0.9 : 0.24) * Shift, found);
    }

    /// <summary>All that a file says of a node counts, known here or not; names do not.</summary>
    [Fact]
    public void Content_AnythingThatIsSaidOfANode_Counts()
    {
        using var folder = new TemporaryFolder();
        int number = 0;
        string Content(byte[] bytes) => NetworkFormats.Read(folder.Write($"{number++}.onnx", bytes)).Graph!.Nodes
            .Select(static n => n.Operator).OfType<OpaqueOperator>().Single().Content;
        string Of(Action<ModelProto> change)
        {
            ModelProto model = Model().Model.Clone();
            change(model);
            return Content(model.ToByteArray());
        }

        static NodeProto Node(ModelProto model) => model.Graph.Node.Single(static n => n.OpType == "Mystery");
        byte[] plain = Model().Bytes();
        string content = Content(plain);
        Assert.Equal(64, content.Length);
        Assert.Equal(content, Of(static m => Node(m).Name = "renamed"));
        Assert.Equal(content, Of(static m => m.ProducerName = "another"));
        Assert.Equal(content, Of(static m => m.Graph.Node.Last().Name = "last"));

        string[] others =
        [
            Of(static m => Node(m).Attribute[0].F = 2),
            Of(static m => Node(m).Domain = "other"),
            Of(static m => m.OpsetImport[0].Version = 14),
            Of(static m => m.Graph.Initializer.Single(static t => t.Name == "table").FloatData[0] = 5),
            Content([.. plain, 0xca, 0x01, 2, 0x0a, 0]), // a function
        ];
        Assert.DoesNotContain(content, others);
        Assert.Equal(others.Length, others.Distinct().Count());
    }

    /// <summary>
    /// How a program encodes a message does not count: fields that hold the default may be written or left out, and fields be in any order.
    /// </summary>
    [Fact]
    public void Run_FileEncodedByAnotherProgram_Holds()
    {
        using var folder = new TemporaryFolder();
        OnnxModelBuilder model = Model();
        NodeProto mystery = model.Graph.Node.Single(static n => n.OpType == "Mystery");
        mystery.Attribute.Add(OnnxModelBuilder.Int("axis", 0));
        CompressionResult plain = Compressed(folder, model).Result;
        Assert.True(model.Graph.Node.Remove(mystery));
        Assert.True(model.Graph.Node.Remove(model.Graph.Node.Single(static n => n.Output[0] == "g")));
        var late = new GraphProto { Node = { new NodeProto { OpType = "Gemm", Name = "late", Input = { "e", "w2" }, Output = { "g" } } } };

        // The attribute's integer and the domain of the standard operators, which are 0 and empty; the attributes come last.
        byte[] axis = [.. mystery.Attribute[1].ToByteArray(), 0x18, 0];
        byte[] strength = mystery.Attribute[0].ToByteArray();
        mystery.Attribute.Clear();
        byte[] node = [.. mystery.ToByteArray(), 0x2a, (byte)strength.Length, .. strength, 0x2a, (byte)axis.Length, .. axis];
        byte[] graph = [0x0a, (byte)node.Length, .. node, .. late.ToByteArray()];
        Assert.Equal([0x10, 13], model.Model.OpsetImport[0].ToByteArray());
        model.Model.OpsetImport.RemoveAt(0);
        byte[] file = [0x42, 4, 0x0a, 0, 0x10, 13, .. model.Bytes(), 0x3a, (byte)graph.Length, .. graph];
        ReluNetwork network = NetworkFormats.Read(folder.Write("encoded.onnx", file));
        Assert.Equal(Content(plain.Original), Content(network));

        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.DeleteOnly);
        Assert.True(result.Compressed.NeuronCount < network.NeuronCount);
        CompressionCertificate.Write(result, folder.File("e.json"));
        NetworkFormats.Write(result.Compressed, folder.File("small.onnx"));
        CertificateReport report = CertificateCheck.Run(
            folder.File("e.json"), network, NetworkFormats.Read(folder.File("small.onnx")));
        Assert.True(report.Valid, report.ToString());

        static string Content(ReluNetwork network) => network.Graph!.Nodes.Select(static n => n.Operator).OfType<OpaqueOperator>().Single()
            .Content;
    }

    /// <summary>Of what is not in the file, or is another each time, nothing is known.</summary>
    [Fact]
    public void Content_OfWhatTheFileDoesNotHold_IsEmpty()
    {
        using var folder = new TemporaryFolder();
        int number = 0;
        OpaqueOperator Of(string type, params AttributeProto[] attributes)
        {
            OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 4).Node(type, "x", "y", attributes).Output("y", "n", 4);
            return NetworkFormats.Read(folder.Write($"{number++}.onnx", model.Bytes())).Graph!.Nodes
                .Select(static n => n.Operator).OfType<OpaqueOperator>().Single();
        }

        var inner = new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = new() { Name = "inner" } };
        Assert.Equal("", Of("RandomNormalLike").Content);
        Assert.Equal("", Of("Mystery", inner).Content);
        Assert.NotEqual("", Of("Mystery").Content);
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        builder.AddOutput("y", builder.Add(Of("RandomNormalLike"), new(2), "last", "", x));
        var refusal = Assert.Throws<Refusal>(() => GraphReading.Read(new(builder.Build()), "original", Unlimited));
        Assert.Equal("original, last", refusal.Place);
    }

    /// <summary>Programs name outputs: one that has the name of another may not be in its place.</summary>
    [Fact]
    public void Check_OutputsInAnotherOrder_AreRefused()
    {
        using var folder = new TemporaryFolder();
        (CompressionResult result, string path, string after) = Compressed(folder, Model());
        CertificateReport Of(string first, string second)
        {
            ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(after));
            foreach (NodeProto node in model.Graph.Node)
            {
                for (int k = 0; k < node.Output.Count; k++)
                    node.Output[k] = node.Output[k] switch { "y" => first, "e" => second, var name => name };
                for (int k = 0; k < node.Input.Count; k++)
                    node.Input[k] = node.Input[k] switch { "y" => first, "e" => second, var name => name };
            }

            (model.Graph.Output[0].Name, model.Graph.Output[1].Name) = (first, second);
            return CertificateCheck.Run(path, result.Original, NetworkFormats.Read(folder.Write("o.onnx", model.ToByteArray())));
        }

        Assert.True(Of("y", "e").Valid);
        Assert.True(Of("a", "b").Valid); // in the same places under other names
        Assert.Equal("networks, outputs", Of("e", "y").Place);
        Assert.Equal("networks, outputs", Of("a", "y").Place);
    }

    private static CheckedGraph Unknown(double weight)
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(2));
        int z = builder.Add(new DenseOperator([weight, 2, 3, -1], [0.5, 1], 2), new(2), "z", "", x);
        int y = builder.Add(new OpaqueOperator("Mystery") { Content = "known" }, new(2), "mystery", "", z);
        builder.AddOutput("y", builder.Add(new DenseOperator([1, 3], [0], 2), new(1), "last", "", y));
        return GraphReading.Read(new(builder.Build()), "original", Unlimited);
    }

    /// <summary>The second share of <c>(x + e + s, -x - e - t)</c>, times 1.</summary>
    private static NetworkGraph Shares(bool isLogarithm, double end, double shift, double opposite)
    {
        var builder = new GraphBuilder();
        int x = builder.AddInput("x", new(1));
        int z = builder.Add(new DenseOperator([1, -1], [end + shift, -end - opposite], 1), new(2), "z", "", x);
        var head = new OpaqueOperator("Softmax") { Content = "known", Softmax = new(2, 1, isLogarithm) };
        int y = builder.Add(head, new(2), "shares", "", z);
        builder.AddOutput("y", builder.Add(new DenseOperator([0, 1], [0], 2), new(1), "last", "", y));
        return builder.Build();
    }

    private static (CompressionResult Result, string Certificate, string After) Compressed(TemporaryFolder folder, OnnxModelBuilder model)
    {
        ReluNetwork network = NetworkFormats.Read(folder.Write("before.onnx", model.Bytes()));
        CompressionResult result = Made.Compression(network, InputDomain.Uniform(0, 1), CompressionLevel.DeleteOnly);
        (string path, string after) = (folder.File("c.json"), folder.File("after.onnx"));
        CompressionCertificate.Write(result, path);
        NetworkFormats.Write(result.Compressed, after);
        return (result, path, after);
    }

    /// <summary>
    /// <c>y = W3 relu(W1 x + b1) + W2 e</c> and <c>e = Mystery(W3 relu(W1 x + b1), table)</c>, where two of the rectifiers are off, and one
    /// is behind the node that is not known.
    /// </summary>
    private static OnnxModelBuilder Model()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "n", 3)
            .Weights("w1", [3, 5], 1, 2, -1, 1, -1, -1, 1, -2, 2, -1, 2, -1, -1, -1, -1).Weights("b1", [5], 0.25, -0.5, -0.5, 0.125, -0.5)
            .Node("Gemm", "x w1 b1", "z").Node("Relu", "z", "r")
            .Weights("w3", [5, 2], 1, -1, 0.5, 2, 3, 4, -1, 1, 5, 6).Weights("b3", [2], 0.5, -0.5).Node("Gemm", "r w3 b3", "h")
            .Weights("table", [2], 3, 4).Node("Mystery", "h table", "e", OnnxModelBuilder.Float("strength", 0.5f))
            .Weights("w2", [2, 2], 1, -3, 2, 1).Node("Gemm", "e w2", "g").Node("Relu", "g", "q").Node("Add", "h q", "y")
            .Output("y", "n", 2).Output("e", "n", 2);
        TensorProto table = model.Graph.Initializer.Single(static t => t.Name == "table");
        (table.RawData, table.Name) = (ByteString.Empty, "table");
        table.FloatData.Add([3f, 4f]);
        model.Graph.Node.Single(static n => n.OpType == "Mystery").Domain = "custom";
        model.Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "custom", Version = 1 });
        return model;
    }
}
