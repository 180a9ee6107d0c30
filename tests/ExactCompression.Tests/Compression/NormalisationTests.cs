using System.Globalization;
using System.Text;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;
using ExactCompression.Networks;
using ExactCompression.Tests.Formats;
using ExactCompression.Tests.Formats.Onnx;
using ExactCompression.Tests.Oracles;
using Google.Protobuf;
using Xunit;

namespace ExactCompression.Tests.Compression;

/// <summary>
/// Normalisation that a file states beside its weights survives compression and export, and where it must be rounded the deviation is
/// proven.
/// </summary>
public sealed class NormalisationTests : IDisposable
{
    private const string Means = "19791.091,0,650,7.5188840201";
    private const string Ranges = "60261,6.28318530718,1100,373.94992";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.DeleteOnly)]
    [InlineData(CompressionLevel.LeoPlusPlus)]
    [InlineData(CompressionLevel.Maximal)]
    public void Compress_NNetWithHeader_KeepsItAndDiffersByNothing(CompressionLevel level)
    {
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.nnet", Encoding.ASCII.GetBytes(NNet(seed: 5))));
        CompressionResult result = LeoCompression.Compress(Table(network), new() { Level = level }, default);

        Assert.Equal("3-8-7-2", network.Architecture);
        Assert.True(result.RemovedInactive >= 4);
        Assert.Equal(0, result.ProvenDeviation);
        Assert.All(result.Steps, static s => Assert.False(s.Rounds));
        AssertSame(network, result.Compressed);

        NetworkFormats.Write(result.Compressed, folder.File("small.nnet"));
        string[] lines = [.. File.ReadLines(folder.File("small.nnet")).Where(static l => !l.StartsWith("//", StringComparison.Ordinal))];
        Assert.Equal(Numbers(Means), Numbers(lines[5]));
        Assert.Equal(Numbers(Ranges), Numbers(lines[6]));
        ReluNetwork copy = NetworkFormats.Read(folder.File("small.nnet"));
        AssertSame(network, copy);
        Assert.Equal(WeightPrecision.Float32, copy.SourcePrecision);
        Certificate certificate = CompressionCertificate.Make(result, default);
        CertificateCheck.Check(certificate, network, copy, null, new()); // throws if it is rejected
        Assert.InRange(certificate.Deviation, 0, 1e-9);
        EquivalenceReport report = NetworkEquivalence.Compare(network, copy, null, null, new(), default);
        Assert.True(report.Equivalent);
        Assert.Equal(0, NetworkEquivalence.Compare(result.Compressed, copy, null, null, new(), default).ProvenDeviation);
    }

    [Theory]
    [InlineData(".onnx", WeightPrecision.Float64, true)]
    [InlineData(".onnx", WeightPrecision.Float32, false)] // 19791.091 is not a float32
    [InlineData(".npz", WeightPrecision.Float64, false)]
    [InlineData(".npz", WeightPrecision.Float32, false)]
    [InlineData(".nnet", WeightPrecision.Float32, true)]
    public void Write_OtherFormats_HoldItOrAreBoundedByWhatTheyRound(string extension, WeightPrecision precision, bool held)
    {
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.nnet", Encoding.ASCII.GetBytes(NNet(seed: 6))));
        string path = folder.File("copy" + extension);
        NetworkFormats.Write(network, path, precision);
        ReluNetwork copy = NetworkFormats.Read(path);

        double bound = NetworkFormats.WrittenDeviation(network, path, precision, network.StatedDomain!);
        Assert.Equal(held, NetworkFormats.RequireWritable(path).Holds(network, precision));
        Assert.Equal(held, bound == 0);
        Assert.InRange(bound, 0, precision == WeightPrecision.Float64 ? 1e-9 : 1);
        Rational largest = Largest(network, copy);
        Assert.True(largest <= bound);
        Assert.Equal(held, largest.Sign == 0);
    }

    [Fact]
    public void Compress_StepsThatFoldNormalisation_SayAndBoundIt()
    {
        // All neurons of the first layer are active over the stated box: it is folded into the second, together with its normalisation.
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.nnet", Encoding.ASCII.GetBytes(NNet(seed: 7, firstBias: 40))));
        StabilityTable table = Table(network);
        Assert.All(table.NeuronsOf(1), static n => Assert.Equal(NeuronState.StablyActive, n.State));
        foreach (CompressionLevel level in (CompressionLevel[])[CompressionLevel.LeoPlusPlus, CompressionLevel.Maximal])
        {
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, default);
            Assert.True(result.FoldedLayers >= 1);
            Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.FoldNormalisation && s.Layer == 1 && s.Rounds);
            Rational largest = Largest(network, result.Compressed);
            Assert.True(largest.Sign > 0 && largest <= result.ProvenDeviation);
            foreach (double tolerance in (double[])[result.ProvenDeviation, result.ProvenDeviation / 2, 1e-9, 1e-300, 0])
            {
                CompressionResult within = LeoCompression.Compress(table, new() { Level = level, Tolerance = tolerance }, default);
                Assert.True(within.ProvenDeviation <= tolerance);
                Assert.True(Largest(network, within.Compressed) <= tolerance);
            }
        }
    }

    [Fact]
    public void Compress_OnnxNormalisationNodes_AreWrittenAgain()
    {
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 2).Output("y", "N", 2)
            .Weights("mean", [2], 0.1, 130.7).Weights("std", [1], 0.3)
            .Weights("w", [2, 3], 0.3, -0.7, 1.1, 0.9, -0.2, 0.4).Weights("b", [3], 0.5, -900, -1)
            .Weights("scale", [3], 0.7, 1.3, 0.9).Weights("shift", [3], 0.1, -0.2, 0.3).Weights("m", [3], 0.01, 0.02, 0.03)
            .Weights("v", [3], 0.9, 1.7, 2.3)
            .Weights("v2", [3, 2], 0.3, 0.1, 0.7, 0.2, -0.6, 0.5).Weights("gain", [2], 3.3, 0.7).Weights("offset", [2], 0.01, 5)
            .Node("Sub", "x mean", "s").Node("Div", "s std", "d").Node("MatMul", "d w", "p").Node("Add", "p b", "q")
            .Node("BatchNormalization", "q scale shift m v", "n").Node("Relu", "n", "a").Node("MatMul", "a v2", "z").Node(
                "Mul", "z gain", "g").Node("Add", "g offset", "y");
        ReluNetwork network = NetworkFormats.Read(folder.Write("model.onnx", model.Model.ToByteArray()));
        AffinePartKind[][] kinds = [.. network.DenseLayers.Select(static l => l.Parts!.Select(static p => p.Kind).ToArray())];
        Assert.Equal(
            [AffinePartKind.Elementwise, AffinePartKind.Divide, AffinePartKind.Dense, AffinePartKind.BatchNormalization], kinds[0]);
        Assert.Equal([AffinePartKind.Dense, AffinePartKind.Elementwise], kinds[1]);

        StabilityTable table = Nets.Table(network, InputDomain.Unit, "uiu"); // -900 outweighs everything else
        CompressionResult result = LeoCompression.Compress(table, new() { Level = CompressionLevel.DeleteOnly }, default);
        NetworkFormats.Write(result.Compressed, folder.File("small.onnx"));
        ReluNetwork copy = NetworkFormats.Read(folder.File("small.onnx"));

        Assert.Equal(0, result.ProvenDeviation);
        Assert.Equal("2-2-2", copy.Architecture);
        Assert.All(copy.DenseLayers.Zip(result.Compressed.DenseLayers), static l => Assert.True(l.First.IsSameMap(l.Second)));
        Assert.Equal(kinds, copy.DenseLayers.Select(static l => l.Parts!.Select(static p => p.Kind).ToArray()));
        Assert.Equal(0, NetworkEquivalence.Compare(result.Compressed, copy, null, null, new(), default).ProvenDeviation);
        Assert.True(new FileInfo(folder.File("small.onnx")).Length <= new FileInfo(folder.File("model.onnx")).Length);
        double[] expected = network.Evaluate([0.25, 0.75]), found = copy.Evaluate([0.25, 0.75]);
        Assert.Equal(expected[0], found[0], 12);
        Assert.Equal(expected[1], found[1], 12);
        OnnxRuntimeOracle.AssertAgrees(copy, File.ReadAllBytes(folder.File("small.onnx")), 1e-5, 1, 2);
    }

    [Fact]
    public void Compress_NormalisationBetweenRectifierAndMatrix_IsBoundedWhereItsZeroGoesIntoABias()
    {
        // (0 - 0.1) / 0.3 of the removed neuron remains in the sums: no operation of the file represents it any more.
        OnnxModelBuilder model = new OnnxModelBuilder().Input("x", "N", 1).Output("y", "N", 1)
            .Weights("w", [1, 2], 0.3, -0.7).Weights("b", [2], 0.5, -1).Weights("mean", [2], 0.2, 0.1).Weights("std", [2], 0.7, 0.3)
            .Weights("v", [2, 1], 0.9, 0.8)
            .Node("MatMul", "x w", "p").Node("Add", "p b", "q").Node("Relu", "q", "a").Node("Sub", "a mean", "s").Node("Div", "s std", "d")
            .Node("MatMul", "d v", "y");
        ReluNetwork network = NetworkFormats.Read(folder.Write("model.onnx", model.Model.ToByteArray()));
        CompressionResult result = LeoCompression.Compress(
            Nets.Table(network, InputDomain.Unit, "ui"), new() { Level = CompressionLevel.DeleteOnly }, default);

        Assert.True(result.Compressed.DenseLayers[1].IsExact);
        Rational largest = Largest(network, result.Compressed);
        Assert.True(largest.Sign > 0 && largest <= result.ProvenDeviation);
        Assert.InRange(result.ProvenDeviation, 0, 1e-14);
        Assert.Contains(result.Steps, static s => s.Kind == CompressionStepKind.FoldNormalisation && s.Layer == 2);
        Assert.Equal(PortableForm.Of(result), PortableForm.Of(PortableForm.Read(PortableForm.Of(result)))); // that layer is the output's
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            CompressionResult within = LeoCompression.Compress(
                Nets.Table(network, InputDomain.Unit, "ui"), new() { Level = level, Tolerance = 0 }, default);
            Assert.Equal(0, within.ProvenDeviation);
            AssertSame(network, within.Compressed);
        }
    }

    [Fact]
    public void Select_OperationsOfALayerWithoutMatrix_KeepTheirPlaces()
    {
        var chain = new AffineFusion(3);
        chain.Append(AffineMap.Shift([-0.1, -0.2, -0.3]), WeightPrecision.Float64);
        chain.Append(AffinePart.Divide([3, 7, 11], WeightPrecision.Float64));
        AffineLayer layer = chain.Finish()[0];
        AffineLayer less = layer.Select([2, 0], [1, 2]);

        Rational[] all = ExactParts.Evaluate(new([layer]), [0, 5, 13]), some = ExactParts.Evaluate(new([less]), [5, 13]);
        Assert.Equal([all[2], all[0]], some);
        Assert.Equal([layer.Row(2)[1], layer.Row(2)[2], layer.Row(0)[1], layer.Row(0)[2]], less.Weights.ToArray());
    }

    [SkippableFact]
    public void Compress_CollisionAvoidanceNetworkWithHeader_IsProvenEndToEnd()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/wild/nnet/TestNetwork.nnet"));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, network.StatedDomain), null, new() { TimeLimit = TimeSpan.FromSeconds(20) }, default);
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            CompressionResult result = LeoCompression.Compress(table, new() { Level = level }, default);
            Assert.True(result.RemovedInactive > 0);
            Assert.InRange(result.ProvenDeviation, 0, level == CompressionLevel.DeleteOnly ? 0 : 2.5e-4);
            NetworkFormats.Write(result.Compressed, folder.File("small.nnet"));
            ReluNetwork copy = NetworkFormats.Read(folder.File("small.nnet"));
            Assert.All(copy.DenseLayers.Zip(result.Compressed.DenseLayers), static l => Assert.True(l.First.IsSameMap(l.Second)));
        }
    }

    /// <summary>
    /// A copy from elsewhere whose layer states operations that do not match its weights: the network searched would not be the network
    /// written.
    /// </summary>
    [Fact]
    public void PortableForm_OperationsOfAnotherLayer_IsRefused()
    {
        ReluNetwork network = NetworkFormats.Read(folder.Write("net.nnet", Encoding.ASCII.GetBytes(NNet(seed: 5))));
        ReluNetwork other = NetworkFormats.Read(folder.Write("other.nnet", Encoding.ASCII.GetBytes(NNet(seed: 6))));
        Assert.NotNull(network.DenseLayers[0].Parts);
        AssertSame(network, (ReluNetwork)PortableForm.Read(PortableForm.Of(network)));
        var forged = new ReluNetwork([network.DenseLayers[0].WithParts(other.DenseLayers[0].Parts!), .. network.DenseLayers.Skip(1)]);
        Assert.Equal("PortableFormInvalid", Assert.Throws<InvalidInputException>(() => PortableForm.Read(PortableForm.Of(forged))).ErrorId);
    }

    private static StabilityTable Table(ReluNetwork network) =>
        StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network, network.StatedDomain), null,
            new() { TimeLimit = TimeSpan.FromSeconds(20), Threads = 1, WithoutSolvers = true }, default);

    /// <summary>3 inputs, 8 and 7 neurons of which two each are far below 0, 2 outputs.</summary>
    private static string NNet(int seed, double firstBias = 0)
    {
        var random = new Random(seed);
        var text = new StringBuilder(
            "// made\n3,3,2,8,\n3,8,7,2,\n0,\n0.0,-3.141593,100.0,\n60760.0,3.141593,1200.0,\n" + Means + "\n" + Ranges + "\n");
        foreach ((int inputs, int outputs, int layer) in (ReadOnlySpan<(int, int, int)>)[(3, 8, 0), (8, 7, 1), (7, 2, 2)])
        {
            for (int i = 0; i < outputs; i++)
                text.AppendJoin(
                    ',', Enumerable.Range(0, inputs).Select(
                        _ => ((2 * random.NextDouble()) - 1).ToString("e5", CultureInfo.InvariantCulture))).Append(",\n");
            for (int i = 0; i < outputs; i++)
                text.Append(
                    (layer == 0 && firstBias > 0 ? firstBias : layer < 2 && i < 2 ? -50 : (random.NextDouble() * 2) - 1).ToString(
                        "e5", CultureInfo.InvariantCulture)).Append(",\n");
        }

        return text.ToString();
    }

    private static double[] Numbers(string line) =>
        [.. line.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static n => double.Parse(n, CultureInfo.InvariantCulture))];

    private static void AssertSame(ReluNetwork network, ReluNetwork other) => Assert.Equal(0, Largest(network, other).Sign);

    private static Rational Largest(ReluNetwork network, ReluNetwork other)
    {
        var random = new Random(9);
        InputDomain box = (network.StatedDomain ?? InputDomain.Unit).For(network.InputSize);
        Rational largest = Rational.Zero;
        for (int p = 0; p < 24; p++)
        {
            double[] point = [.. box.Lower.ToArray().Zip(
                box.Upper.ToArray(),
                (low, high) => p % 2 == 0 ? (random.Next(2) == 0 ? low : high) : low + (random.NextDouble() * (high - low)))];
            foreach ((Rational x, Rational y) in ExactParts.Evaluate(network, point).Zip(ExactParts.Evaluate(other, point)))
                largest = Rational.Max(largest, Rational.Abs(x - y));
        }

        return largest;
    }
}
