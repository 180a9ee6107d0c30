namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class ViewTests(ModuleFixture module)
{
    private const string Table = "$n = Import-ReluNetwork $NetworkFile; $d = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625; $t = Find-StableNeurons $n -Data $d\n";

    [Theory]
    [InlineData("Import-ReluNetwork $NetworkFile", "Name", "Format", "Architecture", "Neurons", "Connections", "Precision")]
    [InlineData("(Import-ReluNetwork $NetworkFile).Layers", "Inputs", "Outputs", "Activation", "Precision", "Non-zero", "Exact")]
    [InlineData("New-InputDomain 0 1", "Domain", "Inputs", "Lowest", "Highest")]
    [InlineData("Import-InputData $DataFile", "Name", "Rows", "Columns", "Labelled", "Scale")]
    [InlineData(Table + "(New-ReluClassifier $d -Hidden 4 -Epochs 2).Training.Epochs", "Epoch", "Loss", "Train", "Validation", "Zero weights", "Rate", "Seconds")]
    [InlineData(Table + "$t", "Network", "Domain", "Active", "Inactive", "Unstable", "Undetermined")]
    [InlineData(Table + "$t.Layers", "Layer", "Neurons", "Active (rank)", "Inactive", "Unstable", "Undetermined")]
    [InlineData(Table + "$t.Neurons", "Layer", "Neuron", "State", "LowerBound", "UpperBound", "Evidence")]
    [InlineData(Table + "$t.Stages", "Stage", "Decided", "Seconds")]
    [InlineData(Table + "(Invoke-LeoCompression $t).Steps", "Layer", "Kind", "Neurons", "Description")]
    [InlineData(Table + "Measure-ReluNetwork $n $d", "Architecture", "Accuracy", "Neurons", "Connections", "Non-zero", "Row (us)", "In batch (us)")]
    [InlineData("Get-ComputeDevice", "Index", "Kind", "Name", "Units", "Memory (GiB)", "Capability")]
    [InlineData("Invoke-CompressionSweep $NetworkFile -Level DeleteOnly", "Network", "Domain", "Accuracy", "Stable %", "Removed %", "Compressed")]
    [InlineData("Import-ReluNetwork $NetworkFile | Get-ActivationPattern -Count 2", "Network", "Number", "Active", "Pattern")]
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
    [InlineData(Table + "Invoke-LeoCompression $t", "Architecture", "ConnectionsRemovedPercent|Connections", "ProvenDeviation")]
    [InlineData(Table + "$c = Invoke-LeoCompression $t; $p = [System.IO.Path]::GetTempFileName(); Export-CompressionCertificate $p -InputObject $c; Test-CompressionCertificate $p $n $c; [System.IO.File]::Delete($p)", "Original", "Valid", "ProvenDeviation", "Evidence")]
    [InlineData(Table + "Invoke-LeoCompression $t | Test-NetworkEquivalence", "Equivalent", "ObservedDeviation", "ProvenDeviation", "Tolerance")]
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
        Assert.Contains("ConnectionsRemovedPercent", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Table + "(Invoke-LeoCompression $t).Steps")]
    [InlineData("Get-ComputeDevice")]
    [InlineData("Get-MilpSolver")]
    public void DefaultView_OfSentences_WrapsThemAndCutsNothing(string script) =>
        Assert.DoesNotContain('\u2026', Show(script)); // PowerShell's ellipsis

    private string Show(string script)
    {
        var host = new RecordingHost();
        return host.Show(module.Run(script).Output);
    }
}
