namespace ExactCompression.Cmdlets.Tests;

/// <summary>Numbers of rows, domains and layers are lists to PowerShell.</summary>
[Collection(ModuleTests.Name)]
public sealed class PlainListTests(ModuleFixture module)
{
    private const string Given = """
        $net = Import-ReluNetwork $NetworkFile
        $data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625
        $domain = New-InputDomain -Lower 0, 1 -Upper 2, 3
        """;

    [Theory]
    [InlineData("$data.Labels.Count", 1797)]
    [InlineData("$data.Labels.Length", 1797)]
    [InlineData("@($data.Labels | Where-Object { $_ -eq 9 }).Count", 180)]
    [InlineData("$data.Labels[-1]", 8)]
    [InlineData("$data.Values.Count", 1797 * 64)]
    [InlineData("$data.Row(3).Count", 64)]
    [InlineData("[int]($data.Row(3)[2] -eq $data.Values[3 * 64 + 2])", 1)]
    [InlineData("$net.Evaluate($data.Row(0)).Count", 10)]
    [InlineData("$net.Layers[0].Weights.Count", 3072)]
    [InlineData("$net.Layers[0].Row(47).Count", 64)]
    [InlineData("[int]($net.Layers[0].Row(1)[5] -eq $net.Layers[0].Weights.ToArray()[64 + 5])", 1)]
    [InlineData("@($net.Layers[3].Bias | ForEach-Object { $_ }).Count", 10)]
    [InlineData("$net.Layers[0].WeightRadius.Count", 0)]
    [InlineData("[int]($domain.Upper -join ',' -eq '2,3')", 1)]
    [InlineData("[int]($domain.Lower[1] -is [double])", 1)]
    public void Numbers_OfAnObject_IndexCountAndEnumerate(string expression, int expected)
    {
        ScriptResult result = module.Run($"{Given}\n{expression}");
        Assert.Empty(result.Errors);
        Assert.Equal(expected, Convert.ToInt32(Assert.Single(result.Output).BaseObject, null));
    }

    [Fact]
    public void Numbers_InACell_AreCounted() => Assert.Equal(
        "2 values, 1,797 values", module.Run($"{Given}\n\"{{0}}, {{1}}\" -f $domain.Lower, $data.Labels").Single.ToString());

    [Theory]
    [InlineData("$data.Labels[0] = 1")]
    [InlineData("$data.Labels.Add(1)")]
    [InlineData("$net.Layers[0].Bias.Clear()")]
    public void Numbers_OfAnObject_CannotBeChanged(string change) =>
        Assert.NotNull(module.Fail($"{Given}\n{change}"));

    [Theory]
    [InlineData("$data.Row(1797)", "There is no row 1797: rows are numbered from 0 to 1796.")]
    [InlineData("$net.Layers[3].Row(-1)", "There is no row -1: rows are numbered from 0 to 9.")]
    public void Row_ThatIsNotThere_SaysWhichAre(string call, string message) =>
        Assert.Contains(
            message,
            module.Fail($"{Given}\n{call}").Exception.ToString(),
            StringComparison.Ordinal);
}
