using System.Globalization;
using System.Text.RegularExpressions;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed partial class ViewTests(ModuleFixture module)
{
    private const string Table =
        "$n = Import-ReluNetwork $NetworkFile; $d = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625; $t = Find-StableNeurons "
            + "$n -Data $d\n";

    [Theory]
    [InlineData("Import-ReluNetwork $NetworkFile", "Name", "Format", "Architecture", "Neurons", "Connections")]
    [InlineData(
        "(Import-ReluNetwork $NetworkFile).Layers", "Inputs", "Outputs", "Activation", "Precision", "NonZeroConnectionCount", "IsExact")]
    [InlineData("New-InputDomain 0 1", "Domain", "Size", "Lowest", "Highest")]
    [InlineData("Import-InputData $DataFile", "Name", "Rows", "Columns", "HasLabels", "Scale")]
    [InlineData(
        Table + "(New-ReluClassifier $d -Hidden 4 -Epochs 2).Training.Epochs", "Epoch", "Loss", "TrainAccuracy", "ValidationAccuracy",
        "ZeroWeights", "LearningRate", "Seconds")]
    [InlineData(
        Table + "$t.Layers", "Layer", "Neurons", "StablyActive", "ActiveRank", "StablyInactive", "Unstable", "Undetermined")]
    [InlineData(Table + "(Invoke-LeoCompression $t).Layers", "Layer", "Neurons", "Remaining", "LayerwiseMinimum", "MinimumNeurons")]
    [InlineData(Table + "$t.Neurons", "Layer", "Neuron", "State", "LowerBound", "UpperBound", "Evidence")]
    [InlineData(Table + "$t.Stages", "Name", "Decided", "Elapsed")]
    [InlineData(Table + "(Invoke-LeoCompression $t).Steps", "Layer", "Kind", "Neurons", "Description")]
    [InlineData(Table + "Measure-ReluNetwork $n $d", "Architecture", "Accuracy", "Neurons", "Connections", "Bytes", "RowTime")]
    [InlineData(Table + "Test-InputDomain $d", "Data", "Domain", "Rows", "Inside", "Outside", "WidestExcess")]
    [InlineData(Table + "Test-InputDomain $d -PerRow", "Row", "IsInside", "Excess", "Input", "Value")]
    [InlineData("Get-ComputeDevice", "Index", "Kind", "Name", "Units", "MemoryBytes", "Capability")]
    [InlineData(
        "Invoke-CompressionSweep $NetworkFile -Level DeleteOnly", "Network", "Domain", "Accuracy", "Stable", "Removed", "Compressed")]
    [InlineData("Import-ReluNetwork $NetworkFile | Get-ActivationPattern -Count 2", "Network", "Number", "ActiveNeurons", "Pattern")]
    [InlineData("Get-MilpSolver", "Name", "Problems", "Available", "Version", "Detail")]
    public void DefaultView_IsATableWithTheseColumns(string script, params string[] columns)
    {
        string[] lines = [.. Show(script).Split('\n').Where(static line => line.Trim().Length > 0)];
        int at = -1;
        foreach (string column in columns)
        {
            int next = lines[0].IndexOf(column, at + 1, StringComparison.Ordinal);
            Assert.True(next > at, $"'{column}' is not in its place in: {lines[0]}");
            at = next;
        }

        Assert.Matches(@"^[- ]+$", lines[1]);
        Assert.DoesNotContain("System.ReadOnlyMemory", string.Concat(lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Table + "(New-ReluClassifier $d -Hidden 4 -Epochs 2).Training", "Data", "Steps", "ValidationAccuracy", "Elapsed")]
    [InlineData(
        Table + "$c = Invoke-LeoCompression $t; $p = [System.IO.Path]::GetTempFileName(); Export-CompressionCertificate $p -InputObject "
            + "$c; Test-CompressionCertificate $p $n $c; [System.IO.File]::Delete($p)", "Original", "Valid", "ProvenDeviation", "Evidence")]
    [InlineData(
        Table + "Invoke-LeoCompression $t | Test-NetworkEquivalence", "Equivalent", "ObservedDeviation", "ProvenDeviation", "Tolerance")]
    public void DefaultView_IsAListWithTheseLabels(string script, params string[] labels)
    {
        string shown = Show(script);
        foreach (string label in labels)
            Assert.Matches($@"(?m)^({label})\s*:", shown);
    }

    [Fact]
    public void MixedStream_NeverPrintsArrays()
    {
        string shown = Show(Table + "New-InputDomain 0 1; $n; $d; $t; $t.Neurons[0]; Invoke-LeoCompression $t");
        Assert.DoesNotContain("ReadOnlyMemory", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("PositiveWitness", shown, StringComparison.Ordinal);
        // Numbers as people read them, where PowerShell leaves the views aside.
        Assert.Matches(@"(?m)^Neurons\s*: 104 -> 68 \(34\.6 % removed\)", shown);
        Assert.Matches(@"(?m)^Bounds\s*: \S+ to \S+$", shown);
        Assert.DoesNotMatch(@"\d{8}", shown);
    }

    [Fact]
    public void StabilityTable_View_HasABarForEachLayer()
    {
        string[] lines = Show(Table + "$t").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^digits_48-32-24_l1-0\.004 over \[0,1\]\^64$", lines[0]);
        Assert.Matches(@"^4[45] of 104 neurons stable, (59|60) unstable, [01] undetermined, in [\d.]+ (us|ms|s)$", lines[1]);
        Assert.Matches(@"^Layer +\S active  \S inactive  \S unstable", lines[2]);
        Assert.Equal(3, lines.Length - 3);
        foreach ((string line, int layer) in lines[3..].Select(static (line, i) => (line, i + 1)))
        {
            Match match = Bar().Match(line);
            Assert.True(match.Success, line);
            Assert.Equal(layer, int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture));
            int[] counts = [.. "aiu".Select(key => int.Parse(match.Groups[key.ToString()].Value, CultureInfo.InvariantCulture))];
            int[] cells = [match.Groups["A"].Length, match.Groups["I"].Length, match.Groups["U"].Length];
            // Every state that occurs is there, no other is, and more neurons never have fewer cells.
            Assert.Equal(counts.Select(static c => c > 0), cells.Select(static c => c > 0));
            Assert.All(
                Enumerable.Range(0, 9), pair => Assert.False(counts[pair / 3] > counts[pair % 3] && cells[pair / 3] < cells[pair % 3]));
        }
    }

    [Fact]
    public void CompressionResult_View_IsBeforeAndAfter()
    {
        string[] lines = Show(Table + "Invoke-LeoCompression $t").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, static line => line.Contains("(proven)", StringComparison.Ordinal));
        Assert.Contains(lines, static line => Regex.IsMatch(line, @"^ +Before +After +Removed$"));
        Assert.Contains(lines, static line => Regex.IsMatch(line, @"^Layer 1 +48 +\d+ +[\d.]+ %  \S{20}$"));
        Assert.Contains(lines, static line => Regex.IsMatch(line, @"^Connections +5,616 +3,\d{3} +[\d.]+ %  \S{20}$"));
    }

    [Theory]
    [InlineData("$t | Format-Table", "Network", "Domain", "Active", "Inactive", "Unstable", "Undetermined")]
    [InlineData("Invoke-LeoCompression $t | Format-Table", "Original", "Compressed", "Neurons", "Connections", "Proven")]
    public void FormatTable_OfBlocks_IsALineEach(string script, params string[] columns)
    {
        using var folder = new TemporaryFolder();
        HostRun run = HostProcess.Run(
            [folder.Write("view.ps1", $"$t = Import-ReluNetwork '{RepositoryPaths.DigitsNetwork}' | Find-StableNeurons\n{script}")]);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(columns, lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, lines.Length);
        Assert.All(lines, static line => Assert.InRange(line.Length, 1, 80));
    }

    [Theory]
    [InlineData("0, 0, 5, 0", 10, "0 0 10 0")]
    [InlineData("1, 1, 1000, 0", 10, "1 1 8 0")]
    [InlineData("1, 1, 1, 1", 4, "1 1 1 1")]
    [InlineData("17, 6, 25, 0", 20, "7 3 10 0")]
    [InlineData("0, 0, 0, 0", 0, "0 0 0 0")]
    public void StateBar_Share_IsInProportionAndOmitsNoState(string counts, int cells, string expected) =>
        Assert.Equal(
            expected,
            module.Run(
                $"$share = "
                    + $"[ExactCompression.Cmdlets.Views.Units].Assembly.GetType('ExactCompression.Cmdlets.Views.StateBar').GetMethod('Share', [System.Reflection.BindingFlags]'Static,NonPublic'); $share.Invoke($null, [object[]]@([int[]]@({counts}), {cells})) -join ' '").Single.ToString());

    [Theory]
    [InlineData("784-100-10", 14, "784-100-10")]
    [InlineData("9-8-7-6-5-4-3-2-1-2-3-4", 23, "9-8-7-6-5-4-3-2-1-2-3-4")]
    [InlineData("9-8-7-6-5-4-3-2-1-2-3-4-5", 24, "9-8-...-4-5 (12 layers)")]
    [InlineData("9-8-7-6-5-4-3-2-1-2-3-4-5-6-7-8", 30, "9-8-7-6-...-6-7-8 (15 layers)")]
    [InlineData("1000-2000-3000-4000-5000-6000", 14, "1000-...-6000")]
    [InlineData("1000000000-2000000000", 14, "1000000000-2000000000")]
    [InlineData("1000000000-2000000000-3000000000", 14, "1000000000-...-3000000000")]
    public void ShortArchitecture_DeepNetwork_HasBothEnds(string architecture, int room, string expected) =>
        Assert.Equal(
            expected,
            module.Run($"[ExactCompression.Cmdlets.Views.ArchitectureText]::Short('{architecture}', $null, {120 - room}, 1)")
                .Single.ToString());

    [Theory]
    [InlineData("Seconds(0)", "0 s")]
    [InlineData("Seconds(1.314e-6)", "1.31 us")]
    [InlineData("Seconds(0.0173)", "17.3 ms")]
    [InlineData("Seconds(0.99949)", "999 ms")]
    [InlineData("Seconds(0.9999)", "1.00 s")]
    [InlineData("Seconds(59.96)", "1 min")]
    [InlineData("Seconds(200.4)", "3 min 20 s")]
    [InlineData("Seconds(3599.6)", "1 h")]
    [InlineData("Seconds(7500)", "2 h 5 min")]
    [InlineData("Bytes(712)", "712 B")]
    [InlineData("Bytes(1024)", "1.00 KiB")]
    [InlineData("Bytes(12906)", "12.6 KiB")]
    [InlineData("Bytes(25232932864)", "23.5 GiB")]
    [InlineData("Change(0, 0)", "0 -> 0 (0.0 % removed)")]
    public void Units_Values_AreReadable(string call, string expected) =>
        Assert.Equal(expected, module.Run($"[ExactCompression.Cmdlets.Views.Units]::{call}").Single.ToString());

    [Fact]
    public void Lists_CanBeIndexedByScripts()
    {
        ScriptResult result = module.Run(
            Table + "$c = Invoke-LeoCompression $t; $t.Stages[1].Name; $c.Steps[0].Neurons[0].GetType().Name; $t.Layers[-1].Layer; "
                + "$c.Steps[0].Layer");
        Assert.Equal(["Crown", "Int32", "3", "1"], result.Output.Select(static o => o.ToString()));
    }

    [Fact]
    public void Stages_AreComparedAndMadeByTheirNames()
    {
        ScriptResult result = module.Run(
            Table + "\"$($t.Stages[1].Stage)\"; $t.Stages[1].Stage -eq 'Crown'; $t.Stages[1].Stage -eq 'Attack'; "
                + "'Crown' -in $t.Stages.Stage; ($t.Stages | Where-Object Stage -EQ Crown).Name; "
                + "[ExactCompression.StageReport]::new('Mine', [timespan]::Zero, 3).Name");
        Assert.Equal(["Crown", "True", "False", "True", "Crown", "Mine"], result.Output.Select(static o => o.ToString()));
    }

    [Theory]
    [InlineData("$t.Layers[0]", @"^1: \d+ active, \d+ inactive, \d+ unstable, \d+ undetermined$")]
    [InlineData("$t.Stages[0]", @"^Interval: \d+ decided in [\d.]+ s$")]
    [InlineData("Invoke-LeoCompression $t | Test-NetworkEquivalence", @"^[\d-]+ and [\d-]+: equivalent, deviation at most [\d.e-]+$")]
    [InlineData("Test-NetworkEquivalence $n $n -Property SameLabel", @"^[\d-]+ and [\d-]+: the same labels$")]
    [InlineData("Test-NetworkEquivalence $n (New-ReluClassifier $d -Hidden 4 -Epochs 1)", @"^[\d-]+ and [\d-]+: not equivalent")]
    [InlineData("Get-MilpSolver Scip", @"^Scip \(SCIP .+\)$")]
    public void Text_OfResults_SaysWhatTheyAre(string script, string expected) =>
        Assert.Matches(expected, module.Run($"{Table}\"$({script})\"").Single.ToString());

    [Theory]
    [InlineData(Table + "(Invoke-LeoCompression $t).Steps")]
    [InlineData("Get-ComputeDevice")]
    [InlineData("Get-MilpSolver")]
    public void DefaultView_OfSentences_WrapsThemAndTruncatesNothing(string script) =>
        Assert.DoesNotContain('\u2026', Show(script)); // PowerShell's ellipsis

    [Theory]
    [InlineData("$n", "Connections", 80)]
    [InlineData("$n | Invoke-CompressionSweep -Level DeleteOnly -Data $d -Radius 0.1", "Compressed", 80)]
    [InlineData("Get-ActivationPattern $n -Count 2", "Pattern", 80)]
    [InlineData("New-InputDomain -Data $d -Row 0 -Radius 0.1", "Highest", 60)]
    [InlineData("Test-InputDomain $d (New-InputDomain -Data $d -Row 0 -Radius 0.1)", "WidestExcess", 80)]
    [InlineData("(New-ReluClassifier $d -Hidden 4 -Epochs 2).Training.Epochs", "Seconds", 80)]
    [InlineData("New-ReluClassifier $d -Hidden 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 -Epochs 1", "Connections", 80)]
    [InlineData("New-ReluClassifier $d -Hidden 8, 8, 8, 8, 8, 8, 8, 8, 8, 8 -Epochs 1 | Measure-ReluNetwork", "RowTime", 80)]
    public void Table_LongNames_LeavesTheOtherColumnsWhole(string script, string lastColumn, int width)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("a_long_name_of_a_network_that_somebody_trained_for_weeks_on_digits_l1-0.004_seed-17.onnx");
        File.Copy(RepositoryPaths.DigitsNetwork, file);
        string setup = $"$n = Import-ReluNetwork '{file}'; $d = Import-InputData $DataFile -LabelColumn Last -Scale (1/16); ";
        string[] lines = [.. Show(setup + script, width).Split('\n').Where(static line => line.Trim().Length > 0)];
        // Headings in one line, and no word broken into the next.
        Assert.Contains(lastColumn, lines[0], StringComparison.Ordinal);
        Assert.Matches("^[- ]+$", lines[1]);
        Assert.All(lines, line => Assert.InRange(line.TrimEnd().Length, 1, width));
    }

    [Theory]
    [InlineData("$t", 80)]
    [InlineData("$c", 80)]
    [InlineData("Get-MilpSolver", 80)]
    [InlineData("Get-MilpSolver", 100)]
    [InlineData("Get-ComputeDevice", 80)]
    [InlineData("$c.Steps", 80)]
    public void View_OfSentences_BreaksLinesBetweenWords(string script, int width)
    {
        string setup = $"$t = Import-ReluNetwork '{RepositoryPaths.DigitsConvolutions}' | Find-StableNeurons; "
            + "$c = $t | Invoke-LeoCompression -Level Maximal; ";
        string wide = Show(setup + script, 400), narrow = Show(setup + script, width);
        Assert.All(narrow.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, width - 1));
        HashSet<string> words = [.. wide.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
        Assert.All(
            narrow.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(static word => char.IsAsciiLetter(word[0])),
            word => Assert.Contains(word, words));
    }

    [Theory]
    [InlineData("$t.Layers", "Undetermined")]
    [InlineData("(Invoke-LeoCompression $t).Layers", "LayerwiseMinimumChannels")]
    public void Table_LayersOfGraphs_FitANarrowScreen(string script, string lastColumn)
    {
        string shown = Show($"$t = Import-ReluNetwork '{RepositoryPaths.DigitsConvolutions}' | Find-StableNeurons; {script}", 80);
        Assert.Matches($@" {lastColumn} *\r?\n", shown);
        Assert.Contains("/1/Relu ", shown, StringComparison.Ordinal);
    }

    private string Show(string script, int width = 120)
    {
        var host = new RecordingHost { Width = width };
        return host.Show(module.Run(script).Output);
    }

    [GeneratedRegex(
        @"^ +(?<layer>\d+)  (?<A>[\u2588#]*)(?<I>[\u2591.]*)(?<U>[\u2592=]*)(?<O>\?*) +(?<a>\d+) +(?<i>\d+) +(?<u>\d+)( +\d+)?$")]
    private static partial Regex Bar();
}
