using ExactCompression.Experiments;
using ExactCompression.Formats;
using ExactCompression.Milp;
using ExactCompression.Tests.Formats;
using Xunit;

namespace ExactCompression.Tests.Experiments;

public sealed class CompressionSweepTests
{
    private static readonly Lazy<InputData> Digits = new(
        static () => InputDataFiles.Read(TestFiles.Example("digits.csv.gz"), new() { LabelColumn = "Last", Scale = 1.0 / 16 }));

    [Fact]
    public void Run_AnyThrottle_GivesTheSameRows()
    {
        SweepOptions options = Grid(
            ["12-8", "10"], [0, 0.02], [0, 1]) with { Domains = [SweepDomain.Own, SweepDomain.Ball(Digits.Value, 3, 0.1, null)] };
        SweepRow[] one = Run(options with { Threads = 1 }), many = Run(options with { Threads = 5 }),
            throttled = Run(options with { Threads = 4, ThrottleLimit = 2 });
        Assert.Equal(16, one.Length);
        Assert.All(one, static row => Assert.Equal("", row.Error));
        Assert.Equal(Comparable(one), Comparable(many));
        Assert.Equal(Comparable(one), Comparable(throttled));
    }

    [Fact]
    public void Run_FileInDomainByEveryLevel_SaysWhatTheLibrarySays()
    {
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        SweepRow row = Assert.Single(Run(new() { Networks = [SweepNetwork.FromFile(network.Path!)], TestData = Digits.Value }));
        StabilityTable table = StabilityAnalysis.FindStable(StabilityTable.Undecided(network), null, new(), CancellationToken.None);
        CompressionResult Compress(CompressionLevel level) =>
            LeoCompression.Compress(table, new() { Level = level }, CancellationToken.None);
        Assert.Equal(
            (table.StablyActive, table.StablyInactive, table.Unstable, table.Undetermined),
            (row.StablyActive!.Value, row.StablyInactive!.Value, row.Unstable!.Value, row.Undetermined!.Value));
        Assert.Equal(string.Join(' ', table.Layers.Select(static l => l.ActiveRank)), row.RankByLayer);
        Assert.Equal(network.NeuronCount - Compress(CompressionLevel.DeleteOnly).Compressed.NeuronCount, row.DeleteOnlyNeuronsRemoved);
        Assert.Equal(
            network.ConnectionCount - Compress(CompressionLevel.LeoPlusPlus).Compressed.ConnectionCount, row.LeoPlusPlusConnectionsRemoved);
        Assert.Equal(Compress(CompressionLevel.Maximal).Compressed.Architecture, row.Compressed);
        Assert.Equal(Compress(CompressionLevel.Maximal).ProvenDeviation, row.ProvenDeviation);
        Assert.Equal(0, row.DeleteOnlyProvenDeviation);
        Assert.Equal(NetworkMeasurement.Measure(network, Digits.Value, CancellationToken.None).Accuracy, row.Accuracy);
        Assert.Equal((0.004, null, 1.0, 1797), (row.L1!.Value, row.Seed, row.DomainWidth!.Value, row.TestRows!.Value));
    }

    [Fact]
    public void Run_FileOfWeightsOnly_WarnsOnceThatReluIsAssumed()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("net.pt", TorchFile.OfNames("0.weight", "2.weight"));
        var warnings = new List<string>();

        SweepRow row = Assert.Single(Run(new() { Networks = [SweepNetwork.FromFile(file)], Warning = warnings.Add }));

        Assert.Equal("", row.Error);
        Assert.StartsWith($"{file}: ", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Trained_IsWhatTrainingAloneGives()
    {
        SweepRow row = Assert.Single(Run(Grid(["12-8"], [0.02], [7]) with { Levels = [CompressionLevel.DeleteOnly] }));
        var split = DataSplit.Of(Digits.Value, 0.1);
        ReluNetwork network = ClassifierTraining.Train(
            split.Training, Training with { Hidden = [12, 8], L1 = 0.02, Seed = 7, ValidationFraction = 0 }, null, CancellationToken.None);
        Assert.Equal(network.NonZeroConnectionCount, row.NonZeroConnections);
        Assert.Equal(NetworkMeasurement.Measure(network, split.Test, CancellationToken.None).Accuracy, row.Accuracy);
        Assert.Equal("digits_12-8_l1-0.02_seed-7", row.Network);
        Assert.Null(row.MaximalNeuronsRemoved);
        Assert.True(row.TrainingSeconds > 0);
        Assert.Equal((2, 128, 0.9, L1Mode.Proximal), (row.Epochs!.Value, row.BatchSize!.Value, row.Momentum!.Value, row.L1Mode!.Value));
        Assert.Equal(split.Training.Rows, row.TrainRows);
    }

    [Fact]
    public void Run_StabilityPenalties_AreSettingsOfTheirOwn()
    {
        using var folder = new TemporaryFolder();
        SweepOptions plain = Grid(["12-8"], [0.001], [0]) with { Path = folder.File("a.csv"), Levels = [CompressionLevel.DeleteOnly] };
        ClassifierOptions balls = Training with { StabilityMode = StabilityMode.Area, StabilityRadius = 0.125 };
        IReadOnlyList<SweepNetwork> Networks(ClassifierOptions training, params double[] weights) =>
            SweepNetwork.Grid(
                DataSplit.Of(Digits.Value, 0.1).Training, ["12-8"], new() { L1 = [0.001], Stability = weights }, [0], training);
        SweepRow without = Assert.Single(Run(plain));
        Assert.Equal((0.0, StabilityMode.Width, 0.0), (without.Stability, without.StabilityMode, without.StabilityRadius));

        // A weight of zero is no penalty: its cell is there already.
        SweepRow[] rows = Run(plain with { Networks = Networks(Training, 0, 0.01, 0.02, 0.01) });
        Assert.Equal([0.01, 0.02], rows.Select(static r => r.Stability!.Value).Order());
        SweepRow ball = Assert.Single(Run(plain with { Networks = Networks(balls, 0.01) }));
        Assert.Equal((0.01, StabilityMode.Area, 0.125), (ball.Stability, ball.StabilityMode, ball.StabilityRadius));
        Assert.Equal("digits_12-8_l1-0.001_area-0.01_r-0.125_seed-0", ball.Network);
        Assert.Equal((0.001, 0), (ball.L1, ball.Seed));
        Assert.Empty(Run(plain with { Networks = Networks(balls, 0.01) }));
        Assert.Equal(5, File.ReadAllLines(plain.Path!).Length);
    }

    [Fact]
    public void Run_SomeFilesBad_TheirRowsHaveErrorsAndTheOthersAreThere()
    {
        using var folder = new TemporaryFolder();
        string good = folder.File("good.onnx"),
            damaged = folder.Write("damaged.onnx", File.ReadAllBytes(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"))[..900]);
        File.Copy(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"), good);
        SweepRow[] rows = Run(
            new() { Networks = [SweepNetwork.FromFile(damaged), SweepNetwork.FromFile(folder.File("missing.onnx")),
                SweepNetwork.FromFile(good)], Domains = [SweepDomain.Own, SweepDomain.Of(new([0, 0], [1, 1]))] });
        Assert.Equal(6, rows.Length);
        Assert.Equal(2, rows.Count(static row => row is { Network: "damaged", Failed: true }));
        Assert.Equal(
            2, rows.Count(
                static row => row is { Network: "missing", Failed: true }
                    && row.Error.StartsWith("FileNotFoundException: ", StringComparison.Ordinal)));
        Assert.Contains(rows, static row => row is { Network: "good", Failed: false, Compressed.Length: > 0 });
        Assert.Contains(
            rows, static row => row.Network == "good" && row.Error.StartsWith("DomainSizeMismatch: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_Again_DoesOnlyWhatTheFileLacks()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        SweepOptions options = Grid(["8"], [0, 0.01], [0]) with { Path = path };
        Assert.Equal(2, Run(options).Length);
        Assert.Empty(Run(options));
        List<SweepRow> skipped = [];
        SweepRow added = Assert.Single(Run(Grid(["8"], [0, 0.01, 0.02], [0]) with { Path = path, Skipped = skipped.Add }));
        Assert.Equal((0.02, 2), (added.L1!.Value, skipped.Count));
        // Whatever decides the result makes another cell.
        Assert.Equal(2, Run(options with { Levels = [CompressionLevel.DeleteOnly] }).Length);
        Assert.Equal(2, Run(options with { Preprocess = [MilpPreprocess.None] }).Length);
        Assert.Equal(2, Run(options with { TimeLimit = TimeSpan.FromMinutes(2) }).Length);
        Assert.Equal(2, Run(options with { Domains = [SweepDomain.Of(InputDomain.Uniform(0, 0.5))] }).Length);
        Assert.Equal(2, Run(Grid(["8"], [0, 0.01], [0], Training with { Epochs = 3 }) with { Path = path }).Length);
        Assert.Equal(1 + 2 + 1 + 10, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void Run_FilesByTheSameName_AreToldApartByTheirWeights()
    {
        using var folder = new TemporaryFolder();
        ReluNetwork network = NetworkFormats.Read(TestFiles.Example("digits_48-32-24_l1-0.004.onnx"));
        string file = folder.File("net.onnx"), path = folder.File("a.csv");
        SweepOptions options = new() { Networks = [SweepNetwork.FromFile(file)], Path = path, Levels = [CompressionLevel.DeleteOnly] };
        NetworkFormats.Write(network, file);
        Assert.Single(Run(options));
        Assert.Empty(Run(options));
        NetworkFormats.Write(new(network.DenseLayers.Take(2).Append(new(new double[32 * 3], new double[3], 3, 32, Activation.Identity))), file);
        Assert.Single(Run(options));
    }

    [Fact]
    public void Run_FailedCell_IsDoneAgainOnlyIfAsked()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.csv");
        SweepOptions options = Grid(["8"], [0], [0]) with { Path = path, Domains = [SweepDomain.Of(new([0, 0], [1, 1]))] };
        Assert.True(Assert.Single(Run(options)).Failed);
        Assert.Empty(Run(options));
        Assert.True(Assert.Single(Run(options with { RetryFailed = true })).Failed);
        Assert.Equal(3, File.ReadAllLines(path).Length);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(2, 4)]
    public void Run_Shards_AreTheWholeSweepInPartsOfTheirOwn(int networks, int domains)
    {
        using var folder = new TemporaryFolder();
        SweepOptions options = Grid(["6"], [.. Enumerable.Range(0, networks).Select(static i => i / 100.0)], [0])
            with { Domains = [.. Enumerable.Range(1, domains).Select(static i => SweepDomain.Of(InputDomain.Uniform(0, 1.0 / i)))],
                Levels = [CompressionLevel.DeleteOnly] };
        var parts = new List<SweepRow>();
        for (int shard = 0; shard < 3; shard++)
        {
            SweepRow[] part = Run(options with { ShardIndex = shard, ShardCount = 3, Path = folder.File($"{shard}.csv") });
            Assert.InRange(part.Length, networks * domains / 3, (networks * domains / 3) + 1);
            parts.AddRange(part);
        }

        Assert.Equal(Comparable(Run(options)), Comparable([.. parts]));
        Assert.Empty(Run(options with { SkipPaths = [folder.File("0.csv"), folder.File("1.csv"), folder.File("2.csv")] }));
    }

    [Fact]
    public void Run_Cancelled_LeavesNoRowOfACellAtWork()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        string path = folder.File("a.csv");
        SweepOptions options = Grid(["8", "64-64"], [0.001], [0], Training with { Epochs = 100_000 }) with { Path = path, Threads = 2,
            Progress = p => { if (p.Running.Any(static text => text.Contains("epoch", StringComparison.Ordinal))) source.Cancel(); } };
        Assert.ThrowsAny<OperationCanceledException>(() => CompressionSweep.Run(options, source.Token));
        Assert.Empty(SweepCsv.Read(path));
    }

    [Fact]
    public void Run_TrainingBeyondTheTimeLimit_IsARowWithThatError()
    {
        SweepRow row = Assert.Single(
            Run(Grid(["8"], [0.001], [0], Training with { Epochs = 10_000_000 }) with { TimeLimit = TimeSpan.FromMilliseconds(200) }));
        Assert.StartsWith("TimeoutException: Training", row.Error, StringComparison.Ordinal);
        Assert.Equal("64-8-10", row.Architecture);
    }

    [Fact]
    public void Run_NetworkFolder_HoldsTheNetworksThatTheRowsAreOf()
    {
        using var folder = new TemporaryFolder();
        string networks = folder.File("networks");
        SweepRow trained = Assert.Single(Run(Grid(["8"], [0.01], [5]) with { NetworkFolder = networks }));
        SweepRow read = Assert.Single(
            Run(new() { Networks = [SweepNetwork.FromFile(Path.Combine(networks, trained.Network + ".onnx"))],
                TestData = DataSplit.Of(Digits.Value, 0.1).Test }));
        Assert.Equal(
            (trained.NonZeroConnections, trained.Accuracy, trained.L1, trained.Seed),
            (read.NonZeroConnections, read.Accuracy, read.L1, read.Seed));
    }

    [Fact]
    public void Run_Progress_CountsDownToNothingLeft()
    {
        List<SweepProgress> told = [];
        SweepRow[] rows = Run(Grid(["8"], [0, 0.01, 0.02], [0]) with { Progress = told.Add, Threads = 1 });
        Assert.Equal(3, rows.Length);
        Assert.Equal(3, told[0].Left);
        Assert.Equal((0, 3, 0), (told[^1].Left, told[^1].Done, told[^1].Failed));
        Assert.Equal(TimeSpan.Zero, told[^1].Remaining);
        Assert.Null(told[0].Remaining);
    }

    private static ClassifierOptions Training => new() { Epochs = 2 };

    private static SweepOptions Grid(string[] architectures, double[] penalties, int[] seeds, ClassifierOptions? training = null)
    {
        var split = DataSplit.Of(Digits.Value, 0.1);
        return new()
        {
            Networks = SweepNetwork.Grid(
                split.Training, architectures, new() { L1 = penalties }, seeds, training ?? Training),
            Data = split.Training,
            TestData = split.Test,
        };
    }

    private static SweepRow[] Run(SweepOptions options)
    {
        List<SweepRow> rows = [];
        CompressionSweep.Run(options with { Row = rows.Add }, CancellationToken.None);
        return [.. rows];
    }

    /// <summary>Rows in an order of their own, without what may differ: seconds and threads.</summary>
    private static IEnumerable<string> Comparable(SweepRow[] rows) => rows
        .Select(static row => string.Join(
            ',', SweepCsv.Columns.Zip(SweepColumns.Fields(row)).Where(
                static c => !c.First.EndsWith("Seconds", StringComparison.Ordinal) && c.First != nameof(SweepRow.Threads)).Select(
                    static c => c.Second)))
        .Order(StringComparer.Ordinal);
}
