using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>What a file says is shown as that everywhere, and no compression that stands on it is called proven.</summary>
[Collection(ModuleTests.Name)]
public sealed class UnprovenTests(ModuleFixture module)
{
    /// <summary>
    /// Over [0,1]: the second layer's first neuron is above 0 on an interval of a millionth of it alone, and moves the output by 4 there;
    /// its second is x.
    /// </summary>
    private const string Bump = """
        // a narrow bump
        3,1,1,4,
        1,4,2,1,
        0,
        0.0,
        1.0,
        0.0,0.0,
        1.0,1.0,
        1000000.0,
        1000000.0,
        1000000.0,
        1.0,
        -300000.0,
        -300001.0,
        -300002.0,
        0.0,
        1.0,-2.0,1.0,0.0,
        0.0,0.0,0.0,1.0,
        -0.5,
        0.0,
        8.0,1.0,
        0.0,
        """;

    [Fact]
    public void InvokeLeoCompression_FalseTable_KeepsTheNeuronAndWarns()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = RunOnFalseTable(
            folder, "$c = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1)); $c.IsProven; $c.Unproven; $c.Unconfirmed; "
                + "$c.RemovedInactive; $c; ($c | Test-NetworkEquivalence).Equivalent");
        Assert.Empty(result.Errors);
        Assert.Equal(["True", "0", "3", "0"], result.Output[..4].Select(static o => o.ToString()));
        Assert.Contains("Kept 3 neurons that are claimed to be stable", Show(result.Output[4]), StringComparison.Ordinal);
        Assert.Equal("True", result.Output[5].ToString());
        Assert.StartsWith("Kept 3 neurons of bump", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void InvokeLeoCompression_FalseTableAndTime_NamesTheNeuronThatIsWrong()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = RunOnFalseTable(
            folder, "$c = $t | Invoke-LeoCompression -AllowUnproven; $c.IsProven; $c.RemovedInactive; $s = $t | Find-StableNeurons; "
                + "$s.Neurons[4].State; $s.Neurons[4].Evidence; $s.Unproven");
        Assert.Equal(
            ["True", "0", "Unstable", "Witness, against Imported (BranchAndBound)", "0"], result.Output.Select(static o => o.ToString()));
        Assert.Equal(
            ["ContradictingEvidence,ExactCompression.Cmdlets.InvokeLeoCompressionCommand",
                "ContradictingEvidence,ExactCompression.Cmdlets.FindStableNeuronsCommand"],
            result.Errors.Select(static e => e.FullyQualifiedErrorId));
        Assert.All(result.Errors, static e => Assert.Contains("layer 2, neuron 0", e.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void InvokeLeoCompression_AllowUnproven_SaysSoInEveryView()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = RunOnFalseTable(folder, """
            $c = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1)) -AllowUnproven -Level DeleteOnly
            $c.IsProven; $c.Unproven; [double]::IsPositiveInfinity($c.ProvenDeviation); $c.ConditionalDeviation; $c.RemovedInactive
            $c; [ExactCompression.Cmdlets.Views.DisplayText]::Deviation($c)
            $r = $c | Test-NetworkEquivalence -TimeLimit 5
            $r.Equivalent -eq $true; $r.ProvenDeviation -ge 3.9; $r.Evidence -eq 'Compression'
            (Test-NetworkEquivalence $c.Original $c -TimeLimit 5).Equivalent -eq $true
            """);
        Assert.Equal(["False", "3", "True", "0", "1"], result.Output[..5].Select(static o => o.ToString()));
        string shown = Show(result.Output[5]);
        Assert.Contains("Unproven: rests on 3 unproven verdicts", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("(proven)", shown, StringComparison.Ordinal);
        Assert.Contains("Unproven: rests on 3 unproven verdicts", result.Output[6].ToString(), StringComparison.Ordinal);
        Assert.Equal(["False", "True", "False", "False"], result.Output[7..].Select(static o => o.ToString()));
        Assert.Contains("unproven", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Format-List", @"(?m)^ProvenDeviation : Unproven: rests on 3 unproven verdicts", @"(?m)^Unproven\s+: 3")]
    [InlineData("Format-Table", @"(?m) unproven\s*$", "bump")]
    public void Format_UnprovenCompression_SaysSo(string format, params string[] patterns)
    {
        using var folder = new TemporaryFolder();
        RunOnFalseTable(folder, "");
        string script = $"Import-StabilityTable '{folder.File("table.csv")}' -Network (Import-ReluNetwork '{folder.File("bump.nnet")}') | "
            + "Invoke-LeoCompression -TimeLimit ([timespan]::new(1)) -AllowUnproven -Level DeleteOnly "
            + $"-WarningAction SilentlyContinue | {format}";
        string shown = HostProcess.Run([folder.Write("view.ps1", script)]).Output;
        Assert.All(patterns, pattern => Assert.Matches(pattern, shown));
    }

    [Fact]
    public void Export_UnprovenCompressionAndTable_SaySoOrRefuse()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = RunOnFalseTable(folder, """
            $c = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1)) -AllowUnproven -Level DeleteOnly -WarningAction SilentlyContinue
            Export-CompressionCertificate "$($args[2])/c.json" -InputObject $c
            Export-ReluNetwork "$($args[2])/c.onnx" -InputObject $c
            Export-StabilityTable "$($args[2])/t.npy" -InputObject $t
            Export-StabilityTable "$($args[2])/t.csv" -InputObject $t
            Export-StabilityTable "$($args[2])/c.csv" -InputObject $c.Table
            """);
        Assert.Equal(
            "CertificateUnproven,ExactCompression.Cmdlets.ExportCompressionCertificateCommand",
            Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.False(File.Exists(folder.File("c.json")));
        Assert.Equal(2, result.Warnings.Length);
        Assert.Contains("c.onnx", result.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("t.npy", result.Warnings[1], StringComparison.Ordinal);
        foreach (string file in (string[])["t.csv", "c.csv"])
            Assert.Contains(
                File.ReadAllLines(folder.File(file)),
                static line => line.StartsWith("bump,2,0,StablyInactive,", StringComparison.Ordinal)
                    && line.Contains(",Imported (BranchAndBound),", StringComparison.Ordinal));
    }

    [Fact]
    public void View_ImportedTable_SaysThatNothingIsProven()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = RunOnFalseTable(
            folder, "$t; $t.Neurons[0]; $t.IsImported; $t.Unproven -eq $t.Neurons.Count; $t.Neurons[4].Evidence");
        string shown = Show(result.Output[0]);
        Assert.Contains("unproven: imported", shown, StringComparison.Ordinal);
        Assert.Contains("Imported: verdicts and bounds are as stated at the source", shown, StringComparison.Ordinal);
        Assert.Contains("Imported (Witness)", Show(result.Output[1]), StringComparison.Ordinal);
        Assert.Equal(["True", "True", "Imported (BranchAndBound)"], result.Output[2..].Select(static o => o.ToString()));
    }

    [Fact]
    public void CliXml_TableAndCompression_AreClaimsThatStayUseful()
    {
        ScriptResult result = module.Run("""
            function Send($object) { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($object, 2)) }
            $t = Import-ReluNetwork $NetworkFile | Find-StableNeurons; $c = $t | Invoke-LeoCompression
            $there = Send $t; $there.IsImported; $there.Neurons[0].IsProven
            $again = $there | Invoke-LeoCompression; $again.IsProven; $again.Unconfirmed
            "$again" -eq "$c"; $again.ProvenDeviation -eq $c.ProvenDeviation
            $found = $there | Find-StableNeurons; $found.Unproven; $found.Unstable -eq $t.Unstable
            $copy = Send $c; $copy.IsProven; $copy.ConditionalDeviation -eq $c.ProvenDeviation; $copy
            """);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(
            ["True", "False", "True", "0", "True", "True", "0", "True", "False", "True"],
            result.Output[..10].Select(static o => o.ToString()));
        Assert.Contains("Unproven", Show(result.Output[10]), StringComparison.Ordinal);
    }

    [Fact]
    public void TablesMadeInAScript_AreClaims()
    {
        ScriptResult result = module.Run("""
            $n = Import-ReluNetwork $NetworkFile
            $u = [ExactCompression.StabilityTable]::Undecided($n, $null)
            $all = foreach ($v in $u.Neurons) { [ExactCompression.NeuronStability]@{ Layer = $v.Layer; Neuron = $v.Neuron
                State = 'StablyInactive'; Evidence = 'Crown'; UpperBound = -1 } }
            $t = [ExactCompression.StabilityTable]::new($n, $u.Domain, [ExactCompression.NeuronStability[]]$all,
                [timespan]::Zero, $null, $null)
            $t.UnprovenStable
            $c = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1))
            $c.IsProven; $c.RemovedInactive; $c.Compressed.NeuronCount -eq ($u | Invoke-LeoCompression).Compressed.NeuronCount
            """);
        Assert.Equal(["104", "True", "0", "True"], result.Output.Select(static o => o.ToString()));
        Assert.Single(result.Warnings);
    }

    private static string Show(PSObject output) => new RecordingHost().Show([output]);

    /// <summary>
    /// Runs a script with <c>$t</c> a table of the network above whose file calls the bump inactive, and is right in all else;
    /// <c>$args[2]</c> is the folder.
    /// </summary>
    private ScriptResult RunOnFalseTable(TemporaryFolder folder, string script)
    {
        string network = folder.Write("bump.nnet", Bump), table = folder.File("table.csv");
        module.Run("Import-ReluNetwork $args[0] | Find-StableNeurons | Export-StabilityTable $args[1]", network, table);
        string[] lines = File.ReadAllLines(table);
        int at = Array.FindIndex(lines, static line => line.StartsWith("bump,2,0,Unstable,", StringComparison.Ordinal));
        string[] fields = lines[at].Split(',');
        (fields[3], fields[4], fields[5], fields[6]) = ("StablyInactive", "-5", "-1", "BranchAndBound");
        lines[at] = string.Join(',', fields);
        File.WriteAllLines(table, lines);
        return module.Run(
            "$t = Import-StabilityTable $args[1] -Network (Import-ReluNetwork $args[0]);" + script, network, table, folder.Path);
    }
}
