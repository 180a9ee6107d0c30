using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>The paper's methods and the activation patterns, through the imported module.</summary>
[Collection(ModuleTests.Name)]
public sealed class MilpTests(ModuleFixture module)
{
    /// <summary>|x - y| + |x + y| - 2|x| + 1/2 over [-1,1]^2: stable, but not for any line.</summary>
    private const string Absolute = """
        // as one neuron over six
        3,2,1,6,
        2,6,1,1,
        0,
        -1.0,-1.0,
        1.0,1.0,
        0.0,0.0,0.0,
        1.0,1.0,1.0,
        1.0,-1.0,
        -1.0,1.0,
        1.0,1.0,
        -1.0,-1.0,
        1.0,0.0,
        -1.0,0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        1.0,1.0,1.0,1.0,-2.0,-2.0,
        0.5,
        1.0,
        0.0,
        """;

    [Fact]
    public void FindStableNeurons_Isa_NamesTheProofBesideTheMilpVerdict()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("absolute.nnet", Absolute);
        ScriptResult result = module.Run(
            "$t = Import-ReluNetwork $args[0] | Find-StableNeurons -Method Isa; $t; $t.Neurons[6]; $t | Invoke-LeoCompression", file);
        Assert.Equal(0, result.Output[0].Properties["Unproven"].Value);
        Assert.StartsWith(
            "Milp (Scip, 1e-06), proven by ", (string)result.Output[1].Properties["Evidence"].Value, StringComparison.Ordinal);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void ExportMilpModel_SearchTime_WritesAStartBesideTheProgram()
    {
        using var folder = new TemporaryFolder();
        string network = folder.Write("absolute.nnet", Absolute), file = folder.File("largest.mps");
        ScriptResult result = module.Run(
            "Import-ReluNetwork $args[0] | Find-StableNeurons | Export-MilpModel $args[1] -Minimize 0 -SearchTime 60", network, file);
        Assert.Empty(result.Errors);
        Assert.Contains(
            File.ReadLines(folder.File("largest.mps.mst")), static line => line.StartsWith("output_0 ", StringComparison.Ordinal));
        string other = folder.File("b.lp");
        module.Run("Import-ReluNetwork $args[0] | Find-StableNeurons | Export-MilpModel $args[1] -Minimize 0", network, other);
        Assert.False(File.Exists(folder.File("b.lp.mst")));
        File.Delete(file);
        ScriptResult kept = module.Run(
            "Import-ReluNetwork $args[0] | Find-StableNeurons | Export-MilpModel $args[1] -Minimize 0 -SearchTime 60 -NoClobber",
            network, file);
        Assert.StartsWith("FileExists", Assert.Single(kept.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void InvokeLeoCompression_MilpVerdictsAlone_RemovesNothingUnlessAllowed()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("many.nnet", ManyAbsolutes(copies: 6, others: 26));
        ScriptResult result = module.Run("""
            $t = Import-ReluNetwork $args[0] | Find-StableNeurons -Method Isa
            $last = $t.Neurons[-1]; "$($last.State) $($last.Evidence)"; $t.Unproven; $t
            $kept = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1)); $kept.IsProven; $kept.FoldedLayers; $kept.Unconfirmed
            $taken = $t | Invoke-LeoCompression -TimeLimit ([timespan]::new(1)) -AllowUnproven
            $taken.IsProven; $taken.FoldedLayers; $taken.Unproven
            """, file);
        Assert.Empty(result.Errors);
        Assert.Equal(["StablyActive Milp (Scip, 1e-06)", "1"], result.Output[..2].Select(static o => o.ToString()));
        Assert.Contains("unproven: MILP verdicts", new RecordingHost().Show([result.Output[2]]), StringComparison.Ordinal);
        Assert.Equal(["True", "0", "1", "False", "1", "1"], result.Output[3..].Select(static o => o.ToString()));
        Assert.Equal(2, result.Warnings.Length);
    }

    [Fact]
    public void FindStableNeurons_Hybrid_WarnsOfOptionsItHasNoUseFor() =>
        Assert.Contains(
            "-Injection", Assert.Single(module.Run("Import-ReluNetwork $NetworkFile | Find-StableNeurons -Injection Off").Warnings),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("Scip")]
    [InlineData("Highs")]
    public void FindStableNeurons_Stopped_EndsAndKeepsItsTable(string solver)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("hard.nnet", HardNetwork.Text(inputs: 60, width: 200, depth: 4, seed: 3));
        using PowerShell shell = module.Shell(
            "$global:LastStabilityTable = $null; $n = Import-ReluNetwork $args[0]; 'searching'; $n | Find-StableNeurons -Method Isa "
                + "-Solver $args[1]", file, solver);
        using var output = new PSDataCollection<PSObject>();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        StoppedShell.StopAtWork(shell, running, output);
        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Contains(
            "ExactCompression.StabilityTable",
            module.Run("$global:LastStabilityTable; $global:LastStabilityTable = $null").Single.TypeNames);
    }

    [Fact]
    public void GetActivationPattern_Pipeline_StreamsAndStopsWhenNoMoreIsWanted()
    {
        ScriptResult result = module.Run(
            "foreach ($once in 1) { Import-ReluNetwork $NetworkFile | Get-ActivationPattern | ForEach-Object { $_; if ($_.Number -eq 2) "
                + "{ break } } }");
        Assert.Equal([1, 2], result.Output.Select(static o => (int)o.Properties["Number"].Value));
        Assert.Equal(48 + 32 + 24 + 2, ((string)result.Output[0].Properties["Pattern"].Value).Length);
    }

    /// <summary>Three lines through the origin cut the square into six sectors, and the second layer is on in each of them.</summary>
    [Fact]
    public void GetActivationPattern_TwoInputs_AreEnumeratedExactlyUnlessASolverIsNamed()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Write("absolute.nnet", Absolute);
        string[] expected = ["010101|1", "011001|1", "011010|1", "100101|1", "100110|1", "101010|1"];
        ScriptResult exact = module.Run("Import-ReluNetwork $args[0] | Get-ActivationPattern", file);
        Assert.Equal(expected, exact.Output.Select(static o => (string)o.Properties["Pattern"].Value).Order(StringComparer.Ordinal));
        Assert.All(exact.Output, static o => Assert.Equal(true, o.Properties["IsInputInside"].Value));
        Assert.Empty(exact.Warnings);
        ScriptResult solved = module.Run("Import-ReluNetwork $args[0] | Get-ActivationPattern -Solver Scip", file);
        Assert.Equal(expected, solved.Output.Select(static o => (string)o.Properties["Pattern"].Value).Order(StringComparer.Ordinal));
        Assert.Contains("not a proof", Assert.Single(solved.Warnings), StringComparison.Ordinal);
    }

    /// <summary>
    /// The sum of several of those functions of inputs of their own, and half; and a neuron of further inputs, too many to split the box or
    /// to go through all linear pieces.
    /// </summary>
    private static string ManyAbsolutes(int copies, int others)
    {
        int inputs = (2 * copies) + others, width = (6 * copies) + 1;
        static string Line(IEnumerable<double> values) =>
            string.Concat(values.Select(static v => FormattableString.Invariant($"{v:0.0##},")));
        (double X, double Y)[] terms = [(1, -1), (-1, 1), (1, 1), (-1, -1), (1, 0), (-1, 0)];
        var first = new List<double[]>();
        for (int c = 0; c < copies; c++)
        {
            foreach ((double x, double y) in terms)
            {
                var row = new double[inputs];
                (row[2 * c], row[(2 * c) + 1]) = (x, y);
                first.Add(row);
            }
        }

        first.Add([.. Enumerable.Range(0, inputs).Select(j => j < 2 * copies ? 0.0 : 1.0)]);
        IEnumerable<double> second = [.. Enumerable.Repeat((double[])[1, 1, 1, 1, -2, -2], copies).SelectMany(static r => r), 0.001];
        return string.Join('\n', (string[])
        [
            "// many",
            $"3,{inputs},1,{inputs},",
            $"{inputs},{width},1,1,",
            "0,",
            Line(Enumerable.Repeat(-1.0, inputs)),
            Line(Enumerable.Repeat(1.0, inputs)),
            Line(Enumerable.Repeat(0.0, inputs + 1)),
            Line(Enumerable.Repeat(1.0, inputs + 1)),
            .. first.Select(Line),
            .. first.Select(static _ => "0.0,"),
            Line(second),
            "0.5,",
            "1.0,",
            "0.0,",
            "",
        ]);
    }

    [Fact]
    public void ExportMilpModel_TableAndCompression_WritesProgramsWithTheirNames()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            """
            $table = Import-ReluNetwork $NetworkFile | Find-StableNeurons
            $table | Export-MilpModel "$($args[0])/largest.mps" -Maximize 3
            $small = $table | Invoke-LeoCompression
            $small | Export-MilpModel "$($args[0])/small.lp" -PassThru
            $table | Export-MilpModel "$($args[0])/none.mps" -Minimize 10 -ErrorAction SilentlyContinue -ErrorVariable problem
            $problem[0].FullyQualifiedErrorId
            $small.Compressed.NeuronCount
            """,
            folder.Path);
        Assert.Empty(result.Errors);
        Assert.StartsWith("OutputOutOfRange", result.Output[1].ToString(), StringComparison.Ordinal);
        Assert.Equal(["largest.mps", "small.lp"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        string[] mps = File.ReadAllLines(folder.File("largest.mps"));
        Assert.Contains(" output_3 objective -1", mps);
        Assert.Equal(64, mps.Count(static l => l.StartsWith(" LO BND input_", StringComparison.Ordinal)));
        Assert.InRange(mps.Count(static l => l.StartsWith(" UP BND p", StringComparison.Ordinal)), 59, 60); // those that are not stable
        string lp = File.ReadAllText(folder.File("small.lp"));
        int binaries = lp[lp.IndexOf("Binaries", StringComparison.Ordinal)..].Split('\n').Length - 3;
        Assert.InRange(binaries, 30, (int)result.Output[2].BaseObject);
    }
}
