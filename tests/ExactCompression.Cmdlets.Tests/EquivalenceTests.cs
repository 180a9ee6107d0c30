using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

/// <summary><c>Test-NetworkEquivalence</c> by files, labels and relative tolerances, and the domains of such files.</summary>
[Collection(ModuleTests.Name)]
public sealed class EquivalenceTests(ModuleFixture module)
{
    private const string Import = "$f = Import-ReluNetwork $args[0]; $g = Import-ReluNetwork $args[1]; ";

    private const string Specification = """
        (vnnlib-version <2.0>)
        (declare-network f (declare-input X_f real [1]) (declare-output Y_f real [2]))
        (declare-network g (isomorphic-to f) (declare-input X_g real [1]) (declare-output Y_g real [2]))
        (assert (and (>= X_f[0] 0) (<= X_f[0] 1) (== X_f[0] X_g[0])))
        (assert (or (> (- Y_g[0] Y_f[0]) LIMIT) (> (- Y_f[0] Y_g[0]) LIMIT)))

        """;

    [Theory]
    [InlineData("0.3", true)]
    [InlineData("0.2", false)]
    public void TestNetworkEquivalence_Path_DecidesWhatTheFileStates(string limit, bool equivalent)
    {
        using var folder = new TemporaryFolder();
        string spec = Write(folder, "spec.vnnlib", Specification.Replace("LIMIT", limit, StringComparison.Ordinal));
        ScriptResult result = module.Run(
            Import + "Test-NetworkEquivalence $f $g -Path $args[2] -Verbose", Network(folder, 1), Network(folder, 1.25), spec);

        Assert.Empty(result.Errors);
        Assert.Equal(equivalent, result.Single.Properties["Equivalent"].Value);
        Assert.Contains(result.Verbose, static v => v.Contains("'f' is -Reference, 'g' is -Difference", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, static v => v.Contains("equivalent if no input satisfies them", StringComparison.Ordinal));
        Assert.Contains(result.Verbose, static v => v.Contains("output 1 may differ by anything", StringComparison.Ordinal));
        Assert.Equal("spec.vnnlib", result.Single.Properties["Specification"].Value.ToString());
        if (!equivalent)
            Assert.Equal([1.0], (double[])result.Single.Properties["Counterexample"].Value);
    }

    [Fact]
    public void Compression_OverAnotherDomain_IsComparedThere()
    {
        ScriptResult result = module.Run("""
            $ball = New-InputDomain -Lower 0.4 -Upper 0.6
            $c = Import-ReluNetwork $NetworkFile | Find-StableNeurons -Domain $ball | Invoke-LeoCompression -Level Maximal
            $r = $c | Test-NetworkEquivalence
            $r.Equivalent; $r.Tolerance -ge $c.ProvenDeviation; "$($r.Domain)"
            $wide = $c | Test-NetworkEquivalence -Domain (New-InputDomain 0 1)
            $wide.Equivalent; "$($wide.Domain)"
            """);
        Assert.Empty(result.Errors);
        Assert.Equal(["True", "True", "[0.4,0.6]^64", "False", "[0,1]^64"], result.Output.Select(static o => o.ToString()));
    }

    [Fact]
    public void TestNetworkEquivalence_RelativePathAsJob_IsThatOfTheSession()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "spec.vnnlib", Specification.Replace("LIMIT", "0.3", StringComparison.Ordinal));
        ScriptResult result = module.Run(
            Import + """
            $back = $ExecutionContext.SessionState.Path.CurrentLocation
            $null = $ExecutionContext.SessionState.Path.SetLocation($args[2])
            try { (Test-NetworkEquivalence $f $g -Path spec.vnnlib -AsJob | Wait-Job | Receive-Job -AutoRemoveJob -Wait).Equivalent }
            finally { $null = $ExecutionContext.SessionState.Path.SetLocation($back) }
            """,
            Network(folder, 1), Network(folder, 1.25), folder.Path);

        Assert.Empty(result.Errors);
        Assert.Equal([true], result.As<bool>());
    }

    [Theory]
    [InlineData("(assert (<= Y_g[0] 5))", "VnnlibUnsupported", ErrorCategory.NotImplemented, "line 5, column 9")]
    [InlineData("(assert (<= Y_g[7] 5))", "VnnlibDamaged", ErrorCategory.InvalidData, "line 6, column 13")]
    [InlineData("(assert", "FileTruncated", ErrorCategory.InvalidData, "line 6, column 1")]
    public void TestNetworkEquivalence_FileThatIsNotUnderstood_IsAnErrorWithItsPlace(
        string more, string id, ErrorCategory category, string place)
    {
        using var folder = new TemporaryFolder();
        string spec = Write(folder, "spec.vnnlib", Specification.Replace("LIMIT", "0.3", StringComparison.Ordinal) + more);
        ErrorRecord error = module.Fail(
            Import + "Test-NetworkEquivalence $f $g -Path $args[2]", Network(folder, 1), Network(folder, 1.25), spec);

        Assert.Equal((id, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Equal(spec, error.TargetObject);
        Assert.Contains($"spec.vnnlib: {place}: ", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TestNetworkEquivalence_MissingFile_IsNotFound()
    {
        using var folder = new TemporaryFolder();
        ErrorRecord error = module.Fail(
            Import + "Test-NetworkEquivalence $f $g -Path $args[2]", Network(folder, 1), Network(folder, 1.25), folder.File("none.vnnlib"));
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
    }

    [Theory]
    [InlineData("-Path x -Tolerance 1")]
    [InlineData("-Path x -Property SameLabel")]
    [InlineData("-Path x -RelativeTolerance 1")]
    [InlineData("-Path x -Domain (New-InputDomain 0 1)")]
    public void TestNetworkEquivalence_PathWithWhatTheFileStates_IsRefused(string parameters)
    {
        using var folder = new TemporaryFolder();
        ErrorRecord error = module.Fail(
            Import + "Test-NetworkEquivalence $f $g " + parameters, Network(folder, 1), Network(folder, 1.25));
        Assert.StartsWith("AmbiguousParameterSet", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    /// <summary>Output 0 is w x, output 1 is 1/2: labels change at x = 1/2 and 2/5.</summary>
    [Theory]
    [InlineData("-Property SameLabel", false)]
    [InlineData("-Property SameLabel -Tolerance 0.5", true)]
    [InlineData("-RelativeTolerance 0.26", true)]
    [InlineData("-RelativeTolerance 0.24", false)]
    [InlineData("-RelativeTolerance 0.2 -Tolerance 0.06", true)]
    public void TestNetworkEquivalence_LabelsAndRelativeTolerance_AreDecided(string parameters, bool equivalent)
    {
        using var folder = new TemporaryFolder();
        PSObject report = module.Run(
            Import + $"Test-NetworkEquivalence $f $g -Domain (New-InputDomain 0 1) {parameters}", Network(folder, 1),
            Network(folder, 1.25)).Single;
        Assert.Equal(equivalent, report.Properties["Equivalent"].Value);
        if (parameters == "-Property SameLabel")
            Assert.InRange(((double[])report.Properties["Counterexample"].Value)[0], 0.4, 0.5);
    }

    [Fact]
    public void NewInputDomain_DisjunctionInFile_WarnsOfTheHull()
    {
        using var folder = new TemporaryFolder();
        string file = Write(
            folder, "p.vnnlib", "(declare-const X_0 Real)\n(assert (or (and (>= X_0 0) (<= X_0 1)) (and (>= X_0 2) (<= X_0 3))))");
        ScriptResult result = module.Run("New-InputDomain -Path $args[0]", file);

        Assert.Equal("p.vnnlib in [0,3]^1", result.Single.ToString());
        Assert.StartsWith($"{file}: line 2, column 9: the inputs lie in one of 2 boxes", Assert.Single(result.Warnings),
            StringComparison.Ordinal);
    }

    private static string Write(TemporaryFolder folder, string name, string text) => folder.Write(name, text);

    private static string Network(TemporaryFolder folder, double weight) => folder.Write(
        FormattableString.Invariant($"w{weight}.nnet"),
        FormattableString.Invariant(
            $"//\n2,1,2,2,\n1,1,2,\n0,\n0.0,\n1.0,\n0.0,0.0,\n1.0,1.0,\n1.0,\n0.0,\n{weight},\n0.0,\n0.0,\n0.5,\n"));
}
