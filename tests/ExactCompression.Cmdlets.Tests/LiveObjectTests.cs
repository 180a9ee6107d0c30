using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>Objects go through PowerShell's serialisation, as to a job or a remote session, and come back whole.</summary>
[Collection(ModuleTests.Name)]
public sealed class LiveObjectTests(ModuleFixture module)
{
    private const string Make =
        "$net = Import-ReluNetwork $NetworkFile; $data = Import-InputData $DataFile -LabelColumn Last -Scale 0.0625; $d = "
            + "New-InputDomain 0 1\n"
        + "$t = $net | Find-StableNeurons -Data $data; $c = $t | Invoke-LeoCompression\n"
        + "function Send($object) { "
        + "[System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($object, 2)) "
        + "}\n";

    [Theory]
    [InlineData("$net", "ExactCompression.ReluNetwork")]
    [InlineData("$data", "ExactCompression.InputData")]
    [InlineData("$d", "ExactCompression.InputDomain")]
    [InlineData("$d.For(3)", "ExactCompression.InputDomain")]
    [InlineData("$t", "ExactCompression.StabilityTable")]
    [InlineData("$c", "ExactCompression.CompressionResult")]
    public void Serialised_ObjectOfTheModule_ComesBackWhole(string value, string type)
    {
        ScriptResult result = module.Run(
            $"{Make}$before = {value}; $after = Send $before; $after.GetType().FullName; [object]::ReferenceEquals($before, $after); "
            + "foreach ($object in $before, $after) { [Convert]::ToHexString([ExactCompression.Formats.PortableForm]::Of($object)) }");
        Assert.Empty(result.Errors);
        Assert.Equal(type, result.Output[0].BaseObject);
        Assert.Equal(false, result.Output[1].BaseObject);
        Assert.Equal(result.Output[2].BaseObject, result.Output[3].BaseObject);
    }

    [Fact]
    public void Serialised_Table_WorksInThePipeline()
    {
        PSObject result = module.Run(Make + "Send $t | Invoke-LeoCompression").Single;
        PSObject here = module.Run(Make + "$c").Single;
        Assert.Equal(here.ToString(), result.ToString());
        Assert.Equal(here.Properties["ProvenDeviation"].Value, result.Properties["ProvenDeviation"].Value);
    }

    [Fact]
    public void Serialised_Table_IsSmallerThanItsNumbersAsText()
    {
        int length = module.Run(Make + "[System.Management.Automation.PSSerializer]::Serialize($net, 2).Length").As<int>()[0];
        Assert.InRange(length, 1_000, 104 * 64 * 6);
    }

    [Fact]
    public void Serialised_ByASessionWithoutTheModule_IsRevivedByTheCmdlet()
    {
        // In a session without the module's types a copy stays a bag of properties; it still holds the bytes.
        string xml = module.Run(Make + "[System.Management.Automation.PSSerializer]::Serialize($net, 2)").As<string>()[0];
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var bare = PowerShell.Create(runspace);
        PSObject copy = Assert.Single(
            bare.AddScript("[System.Management.Automation.PSSerializer]::Deserialize($args[0])").AddArgument(xml).Invoke());
        Assert.StartsWith("Deserialized.", copy.TypeNames[0], StringComparison.Ordinal);
        Assert.Equal("64-48-32-24-10", copy.Properties["Architecture"].Value);
        PSObject table = module.Run("Find-StableNeurons $args[0]", copy).Single;
        Assert.Equal("ExactCompression.StabilityTable", table.BaseObject.GetType().FullName);
    }

    [Fact]
    public void Serialised_DamagedOnTheWay_SaysSo()
    {
        ErrorRecord error = module.Fail(Make + """
            $copy = [pscustomobject]@{ PortableForm = [ExactCompression.Formats.PortableForm]::Of($net) }
            $copy.PortableForm[100] = $copy.PortableForm[100] -bxor 1
            $copy.PSObject.TypeNames.Insert(0, 'Deserialized.ExactCompression.ReluNetwork')
            Find-StableNeurons $copy
            """);
        Assert.Contains("not an object of this module", error.ToString(), StringComparison.Ordinal);
    }
}
