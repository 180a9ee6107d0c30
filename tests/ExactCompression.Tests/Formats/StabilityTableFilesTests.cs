using System.Diagnostics;
using System.Globalization;
using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class StabilityTableFilesTests
{
    private static readonly ReluNetwork Network = Make("net", 1);

    [Fact]
    public void WriteAndRead_Csv_GivesTheSameTable()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("table.csv");
        StabilityTable table = Table(InputDomain.Uniform(-0.1, 1.0 / 3));

        StabilityTableFiles.Write(table, path);
        StabilityTable read = StabilityTableFiles.Read(path, Network);

        Assert.Equal(
            table.Neurons.Select(static n => Describe(n, n.Evidence.Length == 0 ? "" : $"Imported ({n.Evidence})")),
            read.Neurons.Select(static n => Describe(n, n.Evidence)));
        Assert.Equal((0, 4, 3), (table.Unproven, read.Unproven, read.UnprovenStable));
        Assert.Equal(table.Domain.Lower.ToArray(), read.Domain.Lower.ToArray());
        Assert.Equal(table.Domain.Upper.ToArray(), read.Domain.Upper.ToArray());
        string[] lines = File.ReadAllLines(path);
        Assert.StartsWith("Network,Layer,Neuron,State,LowerBound,UpperBound,Evidence,Domain,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("net,1,0,StablyActive,0.1,Infinity,Crown,", lines[1], StringComparison.Ordinal);
        Assert.Equal(1 + Network.NeuronCount, lines.Length);
    }

    [Fact]
    public void Write_ImportedTable_SaysSoAndIsReadAsTheSame()
    {
        using var folder = new TemporaryFolder();
        StabilityTableFiles.Write(Table(InputDomain.Unit), folder.File("first.csv"));
        StabilityTable once = StabilityTableFiles.Read(folder.File("first.csv"), Network);
        StabilityTableFiles.Write(once, folder.File("second.csv"));
        Assert.StartsWith(
            "net,1,0,StablyActive,0.1,Infinity,Imported (Crown),", File.ReadAllLines(folder.File("second.csv"))[1],
            StringComparison.Ordinal);
        StabilityTable twice = StabilityTableFiles.Read(folder.File("second.csv"), Network);
        Assert.True(once.IsImported && twice.IsImported);
        Assert.Equal(once.Neurons.Select(static n => Describe(n, n.Evidence)), twice.Neurons.Select(static n => Describe(n, n.Evidence)));
    }

    [Theory]
    [InlineData("Crown")]
    [InlineData("Milp (Scip, 1e-06), proven by Crown")] // no text of a file makes a proof
    [InlineData("")]
    public void Read_AnyEvidence_IsUnproven(string evidence)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        File.WriteAllText(path, File.ReadAllText(path).Replace(",Crown,", $",\"{evidence}\",", StringComparison.Ordinal));
        StabilityTable read = StabilityTableFiles.Read(path, Network);
        Assert.Equal(evidence.Length == 0 ? "Imported" : $"Imported ({evidence})", read.Neurons[0].Evidence);
        Assert.DoesNotContain(read.Neurons, static n => n.IsProven);
    }

    [Fact]
    public void Read_ActiveNeuronThatIsNeverAboveZero_CountsAsInactive()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("StablyActive,0,4,", "StablyActive,0,0,", StringComparison.Ordinal));
        Assert.Equal(NeuronState.StablyInactive, StabilityTableFiles.Read(path, Network).Neurons[4].State);
    }

    [Fact]
    public void WriteAndRead_InACultureWithCommas_IsTheSame()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            // Built by hand: the tests run with invariant globalization, where no culture has a decimal comma.
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            commas.NumberFormat.NegativeSign = "~";
            commas.NumberFormat.PositiveInfinitySymbol = "endless";
            CultureInfo.CurrentCulture = commas;
            WriteAndRead_Csv_GivesTheSameTable();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Read_WithoutNetwork_ReadsTheFileThatTheTableNames()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("net.npz");
        NetworkFormats.Write(Network, file);
        ReluNetwork network = NetworkFormats.Read(file);
        StabilityTableFiles.Write(StabilityTable.Undecided(network), folder.File("table.csv"));

        StabilityTable read = StabilityTableFiles.Read(folder.File("table.csv"));

        Assert.Equal(network.Architecture, read.Network.Architecture);
        Assert.Contains(",net.npz,", File.ReadAllLines(folder.File("table.csv"))[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithOtherWeights_IsRefused()
    {
        using var folder = new TemporaryFolder();
        StabilityTableFiles.Write(Table(InputDomain.Unit), folder.File("t.csv"));

        RequireRefused("TableNetworkMismatch", () => StabilityTableFiles.Read(folder.File("t.csv"), Make("net", 2)));
    }

    [Fact]
    public void Read_BoxThatIsNotUniform_IsThatVeryBox()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        var box = new InputDomain([0, 0.5], [1, 2]);
        StabilityTableFiles.Write(Table(box), path);

        InputDomain read = StabilityTableFiles.Read(path, Network).Domain;
        Assert.Equal(box.Description, read.Description);
        Assert.Equal([0, 0.5, 1, 2], [.. read.Lower.ToArray(), .. read.Upper.ToArray()]);
        RequireRefused("TableDomainMismatch", () => StabilityTableFiles.Read(path, Network, new InputDomain([0, 0.5], [1, 3])));
        RequireRefused("TableDomainMismatch", () => StabilityTableFiles.Read(path, Network, InputDomain.Unit));
        Assert.Equal([0, 0.5], StabilityTableFiles.Read(path, Network, new InputDomain([0, 0.5], [1, 2])).Domain.Lower.ToArray());
        // A network that states the same range needs no argument.
        var stating = new ReluNetwork(Network.DenseLayers, "net", statedDomain: box);
        Assert.Equal([1, 2], StabilityTableFiles.Read(path, stating).Domain.Upper.ToArray());
    }

    [Fact]
    public void Read_Ball_HasItsNameRadiusAndEndsWithoutADomain()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        // Ends with all digits, one of them no decimal of few; a name with a comma.
        var ball = InputDomain.Ball(new InputData([0.1f, 1 / 3f], 1, 2, name: "my, data"), 0, 0.1, 0);
        StabilityTableFiles.Write(Table(ball), path);

        InputDomain read = StabilityTableFiles.Read(path, Network).Domain;
        Assert.Equal(ball.Lower.ToArray(), read.Lower.ToArray());
        Assert.Equal(ball.Upper.ToArray(), read.Upper.ToArray());
        Assert.Equal("ball 0.1 round row 0 of my, data", read.ShortDescription);
        Assert.Equal((0.1, 0, "my, data"), (read.Radius, read.Origin!.Row, read.Origin.Data));
        // Rows in another order, as after sorting in a spreadsheet.
        string[] lines = File.ReadAllLines(path);
        File.WriteAllLines(path, [lines[0], .. lines[1..].Reverse()]);
        Assert.Equal(ball.Lower.ToArray(), StabilityTableFiles.Read(path, Network).Domain.Lower.ToArray());
        // A radius or an end that is not the domain's.
        File.WriteAllLines(path, [.. lines.Select(static line => line.Replace(",0.1,", ",0.01,", StringComparison.Ordinal))]);
        RequireRefused("TableDomainMismatch", () => StabilityTableFiles.Read(path, Network));
        string end = ball.Upper.Span[1].ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        File.WriteAllLines(path, [.. lines.Select(line => line.Replace(" " + end, " 9", StringComparison.Ordinal))]);
        RequireRefused("TableDomainMismatch", () => StabilityTableFiles.Read(path, Network));
        File.WriteAllLines(path, [.. lines.Select(line => line.Replace(" " + end, " 9 9", StringComparison.Ordinal))]);
        RequireRefused("DomainLengthMismatch", () => StabilityTableFiles.Read(path, Network));
        File.WriteAllLines(path, [.. lines.Select(line => line.Replace(" " + end, " nine", StringComparison.Ordinal))]);
        RequireRefused("TableValueInvalid", () => StabilityTableFiles.Read(path, Network));
    }

    [Theory]
    [InlineData("DomainLower", "-7", "TableDomainMismatch")] // the ends were changed, the fingerprint was not
    [InlineData("State", "Dead", "TableValueInvalid")]
    [InlineData("State", "2", "TableValueInvalid")]
    [InlineData("LowerBound", "NaN", "TableValueInvalid")]
    [InlineData("LowerBound", "low", "TableValueInvalid")]
    [InlineData("UpperBound", "-1", "TableContradiction")] // an active neuron that is never above -1
    [InlineData("Neuron", "1", "TableRowDuplicate")]
    [InlineData("Neuron", "9", "TableRowUnknown")]
    [InlineData("Layer", "3", "TableRowUnknown")]
    [InlineData("Layer", "-1", "TableValueInvalid")]
    [InlineData("NetworkFingerprint", "abc", "TableMixed")]
    public void Read_ChangedField_IsRefused(string column, string value, string errorId)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        string[] lines = File.ReadAllLines(path);
        int at = Array.IndexOf(lines[0].Split(','), column);
        for (int row = 1; row < (column == "DomainLower" ? lines.Length : 2); row++)
        {
            // The only quoted field is the domain, "[0,1]^2".
            string[] fields = lines[row].Replace("\"[0,1]^2\"", "D", StringComparison.Ordinal).Split(',');
            fields[at] = value;
            lines[row] = string.Join(',', fields);
        }

        File.WriteAllLines(path, lines);

        RequireRefused(errorId, () => StabilityTableFiles.Read(path, Network));
    }

    [Theory]
    [InlineData("\"[0,7]^2\"", false)]
    [InlineData("\"box.vnnlib in [0,7]^2\"", false)]
    [InlineData("\"[0,1]^3\"", false)]
    [InlineData("\"digits in [0,1]^2\"", true)]
    [InlineData("box", true)] // a name of one's own says nothing of ends
    [InlineData("\"\"", true)]
    public void Read_DomainDescribedWithOtherEnds_IsRefused(string text, bool read)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"[0,1]^2\"", text, StringComparison.Ordinal));

        if (!read)
            Assert.Equal(
                "line 2, column Domain", RequireRefused("TableDomainMismatch", () => StabilityTableFiles.Read(path, Network)).Place);
        else
            Assert.Equal(
                text.Contains("digits", StringComparison.Ordinal) ? "digits in [0,1]^2" : "[0,1]^2",
                StabilityTableFiles.Read(path, Network).Domain.Description);
    }

    [Fact]
    public void WriteAndRead_NamedDomain_SaysItsEnds()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(new InputDomain([0, 0], [2, 2], "[0,1]^2")), path);

        Assert.Contains("\"[0,1]^2 in [0,2]^2\"", File.ReadLines(path).ElementAt(1), StringComparison.Ordinal);
        InputDomain read = StabilityTableFiles.Read(path, Network).Domain;
        Assert.Equal(("[0,1]^2 in [0,2]^2", "[0,1]^2 in [0,2]^2"), (read.Description, read.ShortDescription));
    }

    [Fact]
    public void Read_MissingRow_IsNamed()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        List<string> lines = [.. File.ReadAllLines(path)];
        lines.RemoveAt(5); // layer 2, neuron 1
        File.WriteAllLines(path, lines);

        Assert.Contains(
            "Layer 2, neuron 1", RequireRefused("TableRowMissing", () => StabilityTableFiles.Read(path, Network)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MinimalTableByHand_TakesDomainFromTheCaller()
    {
        using var folder = new TemporaryFolder();
        string text = "Layer,Neuron,State\n"
            + string.Join(
                '\n', Network.Layers.Take(2).SelectMany(
                    static (l, i) => Enumerable.Range(0, l.Outputs).Select(n => $"{i + 1},{n},Undetermined")));
        string path = folder.Write("t.csv", Encoding.UTF8.GetBytes(text));

        Assert.Equal(5, StabilityTableFiles.Read(path, Network, InputDomain.Unit).Undetermined);
        Assert.Equal("TableNeedsDomain", Assert.Throws<InvalidInputException>(() => StabilityTableFiles.Read(path, Network)).ErrorId);
        Assert.Equal("TableNeedsNetwork", Assert.Throws<InvalidInputException>(() => StabilityTableFiles.Read(path)).ErrorId);
    }

    [Fact]
    public void Read_StableNeuronsWrittenByNumPy_GivesItsVerdicts()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("stable_neurons.npy", Fixtures.Unpack(Fixtures.StableNeurons));

        StabilityTable table = StabilityTableFiles.Read(path, Network, InputDomain.Uniform(0, 2));

        Assert.Equal(
            ["1:0 StablyActive", "1:1 Undetermined", "1:2 Undetermined", "2:0 Undetermined", "2:1 StablyActive"],
            table.Neurons.Select(static n => n.ToString()));
        Assert.Equal("Imported", table.Neurons[0].Evidence);
        Assert.Equal("", table.Neurons[1].Evidence);
        Assert.Equal("[0,2]^2", table.Domain.Description);
        RequireRefused(
            "TableRowUnknown",
            () => StabilityTableFiles.Read(
                path, new ReluNetwork([.. Network.DenseLayers.Take(1), new AffineLayer(new double[3], [0], 1, 3, Activation.Identity)])));
    }

    [Fact]
    public void WriteAndRead_StableNeurons_KeepsTheStableOnes()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("stable_neurons.npy");

        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        StabilityTable read = StabilityTableFiles.Read(path, Network);

        Assert.False(StabilityTableFiles.HoldsEvidence(path));
        Assert.Equal((true, 3), (read.IsImported, read.Unproven));
        Assert.Equal(
            ["1:0 StablyActive", "1:1 StablyInactive", "1:2 Undetermined", "2:0 Undetermined", "2:1 StablyActive"],
            read.Neurons.Select(static n => n.ToString()));
    }

    [SkippableFact]
    public void Write_StableNeurons_IsReadByNumPy()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("stable_neurons.npy");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);

        Skip.IfNot(File.Exists("/usr/bin/python3"), "There is no Python to ask.");
        string script =
            "import sys\ntry:\n import numpy\nexcept ImportError: sys.exit(42)\nd = numpy.load(sys.argv[1], "
                + "allow_pickle=True).item()\nfor k, v in d.items(): print(k, v.dtype, v.shape, v.ravel().tolist())";
        using Process python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", script, path]) { RedirectStandardOutput = true })!;
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Skip.If(python.ExitCode == 42, "Python has no NumPy.");

        Assert.Equal("stably_active int64 (2, 2, 1) [1, 0, 2, 1]\nstably_inactive int64 (1, 2, 1) [1, 1]\n", output);
    }

    [Fact]
    public void Read_TruncatedOrDamagedAnywhere_FailsCleanly()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("t.csv");
        StabilityTableFiles.Write(Table(InputDomain.Unit), path);
        static void ReadIt(string file)
        {
            try
            {
                StabilityTableFiles.Read(file, Network);
            }
            catch (InvalidInputException)
            {
                // A header without columns leaves the domain open.
            }
        }

        byte[] csv = File.ReadAllBytes(path), npy = Fixtures.Unpack(Fixtures.StableNeurons);
        BadFile.TruncatedEverywhere(csv, ReadIt, "cut.csv");
        BadFile.CorruptedEverywhere(csv, ReadIt, "damaged.csv");
        BadFile.TruncatedEverywhere(npy, ReadIt, "cut.npy");
        BadFile.CorruptedEverywhere(npy, ReadIt, "damaged.npy");
    }

    private static InvalidFileException RequireRefused(string errorId, Action read)
    {
        InvalidFileException e = Assert.Throws<InvalidFileException>(read);
        Assert.Equal(errorId, e.ErrorId);
        return e;
    }

    private static string Describe(NeuronStability n, string evidence) =>
        string.Create(CultureInfo.InvariantCulture, $"{n} {n.LowerBound:R} {n.UpperBound:R} {evidence}");

    private static StabilityTable Table(InputDomain domain) => StabilityTable.Found(Network, domain,
    [
        new() { Layer = 1, Neuron = 0, State = NeuronState.StablyActive, LowerBound = 0.1, Evidence = "Crown" },
        new() { Layer = 1, Neuron = 1, State = NeuronState.StablyInactive, LowerBound = -1e-300, UpperBound = 0, Evidence = "Interval" },
        new() { Layer = 1, Neuron = 2, State = NeuronState.Unstable, LowerBound = -1.0 / 3, UpperBound = double.MaxValue,
            Evidence = "Witness" },
        new() { Layer = 2, Neuron = 0, State = NeuronState.Undetermined },
        new() { Layer = 2, Neuron = 1, State = NeuronState.StablyActive, LowerBound = 0, UpperBound = 4, Evidence = "Crown" },
    ]);

    private static ReluNetwork Make(string name, double weight) => new(
    [
        new AffineLayer([weight, -2, 0.5, 3, -1, 1], [0.5, -0.25, 1], 3, 2, Activation.Relu),
        new AffineLayer([2, -1, 0.5, 1, 0.75, -3], [0.125, -0.5], 2, 3, Activation.Relu),
        new AffineLayer([1, 1], [0], 1, 2, Activation.Identity),
    ], name);
}
