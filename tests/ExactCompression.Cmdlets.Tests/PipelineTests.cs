using System.Management.Automation;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class PipelineTests(ModuleFixture module)
{
    private const string Import =
        "$net = Import-ReluNetwork $NetworkFile; $data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625\n";

    [Fact]
    public void WholePipeline_DigitsNetwork_WritesSmallerEquivalentNetwork()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Import + """
            $small = $args[0]
            $net | Find-UnstableNeuronsGpu -Data $data | Find-StableNeurons -Data $data | Invoke-LeoCompression -OutVariable compression |
                Export-ReluNetwork $small
            $again = Import-ReluNetwork $small
            $report = Test-NetworkEquivalence $net $again -Data $data
            [pscustomobject]@{
                Before = $net.NeuronCount; After = $again.NeuronCount; Stated = $compression[0].Compressed.NeuronCount
                Observed = $report.ObservedDeviation; Equivalent = $report.Equivalent
                Removed = $compression[0].RemovedInactive + $compression[0].RemovedUnused + $compression[0].MergedActive
            }
            """,
            folder.File("small.onnx"));
        Assert.Empty(result.Errors);
        PSObject row = result.Single;
        int before = (int)row.Properties["Before"].Value, after = (int)row.Properties["After"].Value;
        Assert.Equal(104, before);
        // 13 stably inactive neurons by a peer's float64 bounds, none of them at bias 0; merging takes more.
        Assert.InRange(after, 30, 91);
        Assert.Equal((int)row.Properties["Stated"].Value, after);
        Assert.Equal(before - after, (int)row.Properties["Removed"].Value);
        Assert.NotEqual(false, row.Properties["Equivalent"].Value);
        Assert.InRange((double)row.Properties["Observed"].Value, 0, 1e-4);
    }

    [Fact]
    public void FindStableNeurons_DigitsNetwork_DecidesAtLeastWhatThePeerDoes()
    {
        PSObject table = module.Run(Import + "$net | Find-StableNeurons -Data $data").Single;
        Assert.InRange(Number(table, "StablyActive") + Number(table, "StablyInactive"), 44, 45);
        Assert.InRange(Number(table, "Unstable"), 59, 60);
        Assert.InRange(Number(table, "Undetermined"), 0, 1);
        Assert.Equal("[0,1]^64", table.Properties["Domain"].Value.ToString());
    }

    [Fact]
    public void FindStableNeurons_SmallerDomain_FindsMoreStableNeurons()
    {
        ScriptResult result = module.Run(
            Import + "$d = New-InputDomain -Data $data -Row 0 -Radius 0.01 -ClipLower 0 -ClipUpper 1; ($net | Find-StableNeurons "
                + "-Domain $d).Unstable; ($net | Find-StableNeurons).Unstable");
        int[] unstable = result.As<int>();
        Assert.True(unstable[0] < unstable[1], $"{unstable[0]} unstable neurons in a small box, {unstable[1]} in the large one");
    }

    [Fact]
    public void FindStableNeurons_TableOverAnotherDomain_IsRefused()
    {
        ErrorRecord error = module.Fail(
            Import + "$t = Find-UnstableNeuronsGpu $net -Data $data; Find-StableNeurons $t -Domain (New-InputDomain 0 0.5)");
        Assert.StartsWith("DomainMismatch,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
    }

    [Fact]
    public void FindStableNeurons_TableOverTheSameDomainByAnotherName_Continues()
    {
        ScriptResult result = module.Run(
            Import + "$t = Find-UnstableNeuronsGpu $net -Data $data; Find-StableNeurons $t -Domain (New-InputDomain 0 1)");
        Assert.Empty(result.Errors);
        Assert.True(Number(result.Single, "StablyInactive") > 0);
    }

    [Fact]
    public void InvokeLeoCompression_DeleteOnly_RoundsNothing()
    {
        PSObject result = module.Run(Import + "$net | Find-StableNeurons -Data $data | Invoke-LeoCompression -Level DeleteOnly").Single;
        Assert.Equal(0, Number(result, "MergedActive"));
        Assert.True(Number(result, "RemovedInactive") > 0);
        Assert.Equal(0.0, (double)result.Properties["ProvenDeviation"].Value);
    }

    [Fact]
    public void InvokeLeoCompression_Maximal_GoesBeyondLeoWithinTheTolerance()
    {
        ScriptResult result = module.Run(Import + """
            $t = $net | Find-StableNeurons -Data $data
            $all = @(
                $t | Invoke-LeoCompression
                $t | Invoke-LeoCompression -Level Maximal -Tolerance 1e-6
                $t | Invoke-LeoCompression -Level Maximal -Objective Connections
                $t | Invoke-LeoCompression -Level Maximal -Tolerance 0
            )
            $all.ForEach({ [pscustomobject]@{ Neurons = $_.Compressed.NeuronCount; Connections = $_.Compressed.NonZeroConnectionCount
                Proven = $_.ProvenDeviation } })
            """);
        Assert.Empty(result.Errors);
        int[] neurons = [.. result.Output.Select(static o => (int)o.Properties["Neurons"].Value)];
        long[] connections = [.. result.Output.Select(static o => (long)o.Properties["Connections"].Value)];
        Assert.True(neurons[1] <= neurons[0]);
        Assert.True(connections[2] <= connections[1]);
        Assert.InRange((double)result.Output[1].Properties["Proven"].Value, 1e-12, 1e-6);
        Assert.Equal(0.0, (double)result.Output[3].Properties["Proven"].Value);
    }

    [Fact]
    public void InvokeLeoCompression_ObjectiveOfAnotherLevel_IsWarnedOf()
    {
        ScriptResult result = module.Run(
            Import + "$net | Find-StableNeurons -Data $data | Invoke-LeoCompression -Objective Connections -WarningVariable w; $w.Count");
        Assert.Equal(1, result.Output[^1].BaseObject);
    }

    [Fact]
    public void TestNetworkEquivalence_CompressionFromPipeline_UsesItsProof()
    {
        ScriptResult result = module.Run(Import + """
            $c = $net | Find-StableNeurons -Data $data | Invoke-LeoCompression
            $r = $c | Test-NetworkEquivalence -Data $data
            $q = Test-NetworkEquivalence -Reference $net -Difference $c
            $r.Equivalent; $q.Equivalent; $r.ProvenDeviation -eq $c.ProvenDeviation
            """);
        Assert.Equal([true, true, true], result.As<bool>());
    }

    [Fact]
    public void TestNetworkEquivalence_DifferentNetwork_IsNotEquivalent()
    {
        using var folder = new TemporaryFolder();
        string one = folder.Write("one.nnet", TinyNetwork(1.0)), two = folder.Write("two.nnet", TinyNetwork(1.25));
        PSObject report = module.Run(
            "Test-NetworkEquivalence (Import-ReluNetwork $args[0]) (Import-ReluNetwork $args[1]) -Domain (New-InputDomain 0 1)", one,
            two).Single;
        Assert.Equal(false, report.Properties["Equivalent"].Value);
        // |1.25 x - x| at x = 1.
        Assert.Equal(0.25, (double)report.Properties["ObservedDeviation"].Value, 6);
    }

    [Fact]
    public void MeasureReluNetwork_Compression_MeasuresBothNetworks()
    {
        ScriptResult result = module.Run(
            Import + "$net | Find-StableNeurons -Data $data | Invoke-LeoCompression | Measure-ReluNetwork -Data $data");
        Assert.Equal(2, result.Output.Length);
        double before = (double)result.Output[0].Properties["Accuracy"].Value;
        // 0.95 to 0.98 on unseen rows, better on those it learnt from.
        Assert.InRange(before, 0.95, 1.0);
        Assert.Equal(before, (double)result.Output[1].Properties["Accuracy"].Value);
        Assert.Null(result.Output[0].Properties["Agreement"].Value);
        Assert.Equal(1.0, (double)result.Output[1].Properties["Agreement"].Value);
        Assert.Equal((long)result.Output[1].Properties["Parameters"].Value * 4, (long)result.Output[1].Properties["Bytes"].Value);
    }

    [Fact]
    public void StabilityTable_WrittenAndRead_HasTheSameVerdicts()
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Import + """
            $t = $net | Find-StableNeurons -Data $data
            $t | Export-StabilityTable $args[0]
            $again = Import-StabilityTable $args[0] -Network $net
            ($t.Neurons.ForEach({ "$($_.Layer) $($_.Neuron) $($_.State)" })) -join ';'
            ($again.Neurons.ForEach({ "$($_.Layer) $($_.Neuron) $($_.State)" })) -join ';'
            """,
            folder.File("verdicts.csv"));
        Assert.Empty(result.Errors);
        Assert.Equal(result.Output[0].ToString(), result.Output[1].ToString());
        Assert.Equal(105, File.ReadAllLines(folder.File("verdicts.csv")).Count(static line => line.Length > 0 && line[0] != '#'));
    }

    [Theory]
    [InlineData(".json")]
    [InlineData(".npz")]
    public void StabilityTable_WrittenAsBounds_IsReadAsClaims(string extension)
    {
        using var folder = new TemporaryFolder();
        ScriptResult result = module.Run(
            Import + """
            $t = $net | Find-StableNeurons -Data $data
            $t | Export-StabilityTable $args[0] -Precision Float32
            $again = Import-StabilityTable $args[0]
            ($t.Neurons.ForEach({ "$($_.Layer) $($_.Neuron) $($_.State)" })) -join ';'
            ($again.Neurons.ForEach({ "$($_.Layer) $($_.Neuron) $($_.State)" })) -join ';'
            $again.Unproven
            $again.Neurons[0].LowerBound -le $t.Neurons[0].LowerBound
            $t | Export-StabilityTable $args[1] -Precision Float32
            """,
            folder.File("bounds" + extension), folder.File("verdicts.csv"));
        Assert.Equal(
            "PrecisionNotApplicable,ExactCompression.Cmdlets.ExportStabilityTableCommand",
            Assert.Single(result.Errors).FullyQualifiedErrorId);
        Assert.Equal(result.Output[0].ToString(), result.Output[1].ToString());
        Assert.Equal((104, true), ((int)result.Output[2].BaseObject, (bool)result.Output[3].BaseObject));
        Assert.False(File.Exists(folder.File("verdicts.csv")));
    }

    /// <summary>A network of one input and one hidden neuron in .nnet form: <c>y = factor max(0, x)</c>.</summary>
    internal static string TinyNetwork(double factor) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"// tiny\n2,1,1,1,\n1,1,1,\n0\n0.0,\n1.0,\n0.0,0.0,\n1.0,1.0,\n1.0,\n0.0,\n{factor:R},\n0.0,\n");

    private static int Number(PSObject o, string property) => (int)o.Properties[property].Value;
}
