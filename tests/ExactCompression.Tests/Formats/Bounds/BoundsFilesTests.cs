using System.Text;
using ExactCompression.Formats;
using ExactCompression.Networks;
using Xunit;

namespace ExactCompression.Tests.Formats.Bounds;

/// <summary>Tables as JSON and as NumPy archives.</summary>
public sealed class BoundsFilesTests : IDisposable
{
    private static readonly ReluNetwork Small = BoundsSamples.Chain(new Random(1));

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Extensions { get; } = [".json", ".npz"];

    public static TheoryData<string, string> Digits { get; } = new()
    {
        { ".json", "digits_48-32-24_l1-0.004.onnx" },
        { ".npz", "digits_48-32-24_l1-0.004.onnx" },
        { ".json", "digits_conv_l1-0.004.onnx" },
        { ".npz", "digits_conv_l1-0.004.onnx" },
    };

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Digits))]
    public void WriteAndRead_Digits_GivesTheSameTableAsClaims(string extension, string example)
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example(example));
        StabilityTable table = StabilityAnalysis.FindStable(
            StabilityTable.Undecided(network), null, new() { Threads = 1, TimeLimit = TimeSpan.FromSeconds(1) }, default);
        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(table, path);

        StabilityTable read = StabilityTableFiles.Read(path);

        Assert.Equal(Fingerprint.Of(network), Fingerprint.Of(read.Network));
        BoundsSamples.RequireSame(table, read);
        Assert.Contains(read.Neurons, static n => n.Evidence == "Imported (Interval)");
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void WriteAndRead_RandomTables_GivesTheSame(string extension)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            StabilityTable table = BoundsSamples.Table(random);
            string path = folder.File("t" + extension);
            StabilityTableFiles.Write(table, path);
            BoundsSamples.RequireSame(table, StabilityTableFiles.Read(path, table.Network));
        }
    }

    /// <summary>A float is outward if it is on the right side, and tight if the next one is not.</summary>
    [Theory]
    [MemberData(nameof(Extensions))]
    public void Write_Float32_RoundsOutwardAndTight(string extension)
    {
        int rounded = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            StabilityTable table = BoundsSamples.Table(new Random(seed));
            string path = folder.File("t" + extension);
            StabilityTableFiles.Write(table, path, precision: WeightPrecision.Float32);
            StabilityTable read = StabilityTableFiles.Read(path, table.Network);
            Assert.Equal(table.Domain.Lower.ToArray(), read.Domain.Lower.ToArray());
            foreach ((NeuronStability exact, NeuronStability stored) in table.Neurons.Zip(read.Neurons))
            {
                float lower = (float)stored.LowerBound, upper = (float)stored.UpperBound;
                Assert.Equal((stored.LowerBound, stored.UpperBound), (lower, upper));
                Assert.True(lower <= exact.LowerBound && upper >= exact.UpperBound, $"seed {seed}, {exact}");
                Assert.True(float.IsPositiveInfinity(MathF.BitIncrement(lower)) || MathF.BitIncrement(lower) > exact.LowerBound);
                Assert.True(float.IsNegativeInfinity(MathF.BitDecrement(upper)) || MathF.BitDecrement(upper) < exact.UpperBound);
                rounded += lower != exact.LowerBound ? 1 : 0;
            }
        }

        Assert.True(rounded > 100, $"{rounded}");
    }

    [Fact]
    public void OfLayers_NamesThatCollide_AreMadeDistinct()
    {
        ReluNetwork network = BoundsSamples.Chain(new Random(1), "input", "a", "a", "", "a_2", "b\\c\0");
        Assert.Equal(["input_2", "a", "a_2", "layer4", "a_2_2", "b_c_u0000"], BoundsNames.OfLayers(network));
        string path = folder.File("t.npz");
        StabilityTable table = StabilityTable.Undecided(network);
        StabilityTableFiles.Write(table, path);
        BoundsSamples.RequireSame(table, StabilityTableFiles.Read(path, network));
    }

    [SkippableFact]
    public void OfTensors_Digits_AreThePreActivationsOfTheFile()
    {
        Assert.Equal(["z0", "z1", "z2"], BoundsNames.OfTensors(NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"))));
        ReluNetwork conv = NetworkFormats.Read(TestFiles.Example("digits_conv_l1-0.004.onnx"));
        Assert.Equal(["/0/Conv_output_0", "/2/Conv_output_0", "/5/Gemm_output_0"], BoundsNames.OfTensors(conv));
        Assert.Equal(["", "", ""], BoundsNames.OfTensors(BoundsSamples.Chain(new Random(1), "", "", "")));
    }

    [Fact]
    public void OfTensors_PreActivationThatIsNoTensor_IsEmpty()
    {
        GraphBuilder graph = new();
        int x = graph.AddInput("x", new(2));
        int y = graph.Add(new ClipOperator(0, 6), new(2), "clip", "y", x);
        int z = graph.Add(new ReluOperator(), new(2), "relu", "z", y);
        graph.AddOutput("z", z);
        var network = new ReluNetwork(graph.Build());
        Assert.Equal(["", "y"], BoundsNames.OfTensors(network));
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Read_OtherNetworkOrDomain_IsRefused(string extension)
    {
        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(StabilityTable.Undecided(Small, InputDomain.Uniform(0, 2)), path);
        char dot = extension == ".json" ? '.' : '/';

        Refused("TableNetworkMismatch", $"network{dot}fingerprint", path, BoundsSamples.Chain(new Random(2)));
        Refused("TableDomainMismatch", $"domain{dot}fingerprint", path, Small, InputDomain.Unit);
        Assert.Equal("TableNeedsNetwork", Assert.Throws<InvalidInputException>(() => StabilityTableFiles.Read(path)).ErrorId);
        Assert.Equal("[0,2]^3", StabilityTableFiles.Read(path, Small, InputDomain.Uniform(0, 2)).Domain.Description);
    }

    [Theory]
    [InlineData("\"state\":[\"", "\"state\":[\"Dead", "TableValueInvalid", "layers[0].state[0]")]
    [InlineData("\"lower\":[-1,", "\"lower\":[1,", "TableContradiction", "layers[0], element (0)")]
    [InlineData("\"lower\":[-1,", "\"lower\":[\"NaN\",", "TableValueInvalid", "layers[0].lower[0]")]
    [InlineData("\"lower\":[-1,", "\"lower\":[1e999,", "TableValueInvalid", "layers[0].lower[0]")]
    [InlineData("\"lower\":[-1,", "\"lower\":[-1,-1,", "TableShapeMismatch", "layers[0].lower")]
    [InlineData("\"lower\":[-1,", "\"lower\":[[-1],", "TableValueInvalid", "layers[0].lower[0]")]
    [InlineData("\"shape\":[4]", "\"shape\":[2000000000]", "TableShapeMismatch", "layers[0].shape")]
    [InlineData("\"name\":\"layer2\"", "\"name\":\"layer1\"", "TableLayerDuplicate", "layers")]
    [InlineData("\"layers\":[", "\"layers\":[{\"name\":\"x\"},", "TableLayersMismatch", "layers")]
    [InlineData("\"domain\":{", "\"domain\":{\"size\":3,", "TableKeyUnknown", "domain")]
    [InlineData("\"domain\":{", "\"domain\":{},\"domain\":{", "TableJsonInvalid", "line 1, byte 1")]
    [InlineData("bounds 1", "bounds 9", "TableFormatUnknown", "format")]
    [InlineData("\"input\":{\"lower\":[0,0,0]", "\"input\":{\"lower\":[0,0]", "TableShapeMismatch", "input.lower")]
    [InlineData("\"input\":{\"lower\":[0,0,0]", "\"input\":{\"lower\":[0,0,0.5]", "TableDomainMismatch", "domain.fingerprint")]
    [InlineData("\"input\":{\"lower\":[0,0,0]", "\"input\":{\"lower\":[0,0,9]", "DomainEndsReversed", "input.lower, input.upper")]
    public void Read_ChangedJson_IsRefusedWithItsPlace(string old, string changed, string errorId, string place)
    {
        string path = folder.File("t.json");
        StabilityTableFiles.Write(BoundsSamples.Unstable(Small, -1, 1), path);
        string text = File.ReadAllText(path);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        File.WriteAllText(path, text[..at] + changed + text[(at + old.Length)..]);

        InvalidFileException e = Assert.Throws<InvalidFileException>(() => StabilityTableFiles.Read(path, Small));

        Assert.Equal(errorId, e.ErrorId);
        Assert.StartsWith(place, e.Place, StringComparison.Ordinal);
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layer1/state", "|i1", "(5,)", 5, "TableShapeMismatch", "layer1/state")]
    [InlineData("layer1/state", "|i1", "(2, 2)", 4, "TableShapeMismatch", "layer1/state")]
    [InlineData("layer1/state", "<f8", "(4,)", 32, "TableValueInvalid", "layer1/state")]
    [InlineData("layer1/lower", "<i8", "(4,)", 32, "TableValueInvalid", "layer1/lower")]
    [InlineData("layer1/lower", "<f8", "(2000000000,)", 32, "FileTruncated", "layer1/lower")]
    [InlineData("layer1/lower", "<f8", "(0, 2000000000)", 0, "TableShapeMismatch", "layer1/lower")]
    [InlineData("layer1/lower", "|O", "(4,)", 32, "TableValueInvalid", "layer1/lower")]
    [InlineData("input/lower", "<f8", "(2,)", 16, "TableShapeMismatch", "input/lower")]
    [InlineData("layers", "<i4", "(2,)", 8, "TableValueInvalid", "layers")]
    [InlineData("layers", "<U1", "(2,)", 8, "TableLayerDuplicate", "layers")]
    [InlineData("layers", "<U1", "(3,)", 12, "TableLayersMismatch", "layers")]
    [InlineData("layers", "<U16000000", "(2,)", 8, "FileTruncated", "layers")]
    [InlineData("format", "<U1", "()", 4, "TableFormatUnknown", "format")]
    public void Read_ChangedNpz_IsRefusedWithItsPlace(string key, string type, string shape, int bytes, string errorId, string place)
    {
        string path = folder.File("t.npz");
        StabilityTableFiles.Write(BoundsSamples.Unstable(Small, -1, 1), path);
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}".PadRight(117) + "\n";
        byte[] array = [.. NpyHeader.Magic, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. new byte[bytes]];
        BoundsSamples.ReplaceMember(path, key + ".npy", array);

        InvalidFileException e = Assert.Throws<InvalidFileException>(() => StabilityTableFiles.Read(path, Small));

        Assert.Equal((errorId, place), (e.ErrorId, e.Place));
    }

    [Fact]
    public void Read_NpzWithoutStates_NamesThem()
    {
        string path = folder.File("t.npz");
        StabilityTableFiles.Write(StabilityTable.Undecided(Small), path);
        BoundsSamples.ReplaceMember(path, "layer2/state.npy", null);
        Refused("TableKeyMissing", "layer2/state", path, Small);
        // A network's own archive is no table.
        NetworkFormats.Write(Small, path);
        Refused("TableFormatUnknown", "format", path, Small);
    }

    [Theory]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData("{\"format\":\"\\ud800\"}")]
    [InlineData("{\"format\":\"ExactCompression bounds 1\",\"network\":{\"\\ud800\":1}}")]
    [InlineData("{\"format\":\"ExactCompression bounds 1\",\"network\":{\"file\":\"a\\u0000b\"}}")]
    [InlineData("{\"format\":\"ExactCompression bounds 1\",\"network\":[]}")]
    [InlineData("{\"format\":")]
    [InlineData("{\"format\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Read_JsonThatIsNoTable_IsRefused(string text)
    {
        string path = folder.Write("t.json", Encoding.UTF8.GetBytes(text));
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => StabilityTableFiles.Read(path));
        Assert.Equal(path, e.Path);
        Assert.NotEmpty(e.Place);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Read_Cancelled_Ends(string extension)
    {
        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(StabilityTable.Undecided(Small), path);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => StabilityTableFiles.Read(path, Small, null, new() { Cancellation = cancelled.Token }));
    }

    /// <summary>Only layers and states are needed, as in CSV.</summary>
    [Fact]
    public void Read_MinimalJsonByHand_TakesDomainFromTheCaller()
    {
        string path = folder.Write(
            "t.txt", Encoding.UTF8.GetBytes(
                "\uFEFF {\"format\": \"ExactCompression bounds 1\", \"layers\": [\n"
                    + "{\"name\": \"one\", \"state\": [\"Unstable\", \"StablyActive\", \"Undetermined\", \"StablyInactive\"]},\n"
                    + "{\"name\": \"two\", \"lower\": [-1, \"-Infinity\"], \"state\": [\"Undetermined\", \"Undetermined\"]}]}"));

        StabilityTable read = StabilityTableFiles.Read(path, Small, InputDomain.Unit);

        Assert.Equal((1, 1, 1, 3, 3), (read.StablyActive, read.StablyInactive, read.Unstable, read.Undetermined, read.Unproven));
        Assert.Equal((-1, double.NegativeInfinity), (read.Neurons[4].LowerBound, read.Neurons[5].LowerBound));
        Assert.Equal("TableNeedsDomain", Assert.Throws<InvalidInputException>(() => StabilityTableFiles.Read(path, Small)).ErrorId);
    }

    /// <summary>Wrong bounds of a file are no premise: a search from it reaches the verdicts of a search without it.</summary>
    [Theory]
    [MemberData(nameof(Extensions))]
    public void Read_BoundsThatAreWrong_NothingRestsOnThem(string extension)
    {
        StabilityTable found = StabilityAnalysis.FindStable(StabilityTable.Undecided(Small), null, new() { Threads = 1 }, default);
        var lies = new StabilityTable(
            Small, found.Domain,
            [.. found.Neurons.Select(static n => new NeuronStability
            {
                Layer = n.Layer, Neuron = n.Neuron, State = NeuronState.Undetermined, LowerBound = 1, UpperBound = 2,
            })]);
        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(lies, path);

        StabilityTable read = StabilityTableFiles.Read(path, Small);
        Assert.True(read.IsImported);
        StabilityTable again = StabilityAnalysis.FindStable(read, null, new() { Threads = 1 }, default);
        Assert.Equal(found.Neurons.Select(static n => n.State), again.Neurons.Select(static n => n.State));
        Assert.DoesNotContain(again.Neurons, static n => n.IsImported);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Read_TruncatedOrDamagedAnywhere_FailsCleanly(string extension)
    {
        void ReadIt(string file)
        {
            try
            {
                StabilityTableFiles.Read(file, Small);
            }
            catch (InvalidInputException)
            {
                // Without its ends, the domain is open.
            }
        }

        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(BoundsSamples.Unstable(Small, -1, 1), path);
        BadFile.TruncatedEverywhere(File.ReadAllBytes(path), ReadIt, "cut" + extension);
        BadFile.CorruptedEverywhere(File.ReadAllBytes(path), ReadIt, "damaged" + extension);
    }

    [Theory]
    [InlineData(".npz")]
    [InlineData(".json")]
    public void Read_MoreThanTheImportMayTake_IsRefused(string extension)
    {
        string path = folder.File("t" + extension);
        StabilityTableFiles.Write(StabilityTable.Undecided(Small), path);
        var options = new ImportOptions { MaximumSize = new FileInfo(path).Length + 100 };
        Assert.Equal(
            "ImportTooLarge", Assert.Throws<InvalidFileException>(() => StabilityTableFiles.Read(path, Small, null, options)).ErrorId);
    }

    [Theory]
    [InlineData("t.csv", WeightPrecision.Float32, "PrecisionNotApplicable")]
    [InlineData("t.npy", WeightPrecision.Float64, "PrecisionNotApplicable")]
    [InlineData("t.txt", null, "UnknownTableExtension")]
    public void Write_NameThatSelectsNothing_IsRefused(string name, WeightPrecision? precision, string errorId)
    {
        InvalidInputException e = Assert.Throws<InvalidInputException>(
            () => StabilityTableFiles.Write(StabilityTable.Undecided(Small), folder.File(name), precision: precision));
        Assert.Equal(errorId, e.ErrorId);
        Assert.False(File.Exists(folder.File(name)));
        if (errorId == "UnknownTableExtension")
            Assert.Contains("Use .csv, .json, .npz, or .npy for the paper's code", e.Message, StringComparison.Ordinal);
    }

    private static void Refused(string errorId, string place, string path, ReluNetwork network, InputDomain? domain = null)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(() => StabilityTableFiles.Read(path, network, domain));
        Assert.Equal((errorId, place), (e.ErrorId, e.Place));
    }
}
