using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>A variable whose name is misspelt is <c>$null</c>: no parameter takes it for a value, or for having been left out.</summary>
public sealed class NullArgumentTests : IDisposable
{
    private readonly Runspace runspace = TestBindingCommand.OpenRunspace();

    public void Dispose() => runspace.Dispose();

    [Fact]
    public void Parameters_Null_IsRefusedByAll()
    {
        var taken = new List<string>();
        var seen = new List<string>();
        foreach (PropertyInfo property in Parameters())
        {
            seen.Add($"{property.DeclaringType!.Name} -{property.Name}");
            if (Takes(property, "$null") || Takes(property, "(& {})"))
                taken.Add(seen[^1]);
            if (property.PropertyType.IsArray && (Takes(property, "$null, $null") || Takes(property, "3, $null")))
                taken.Add(seen[^1] + " as one of several");
        }

        Assert.Equal("", string.Join(", ", taken));
        // The walk must not pass by unnoticed.
        string[] known = ["StabilitySearchCommand -Domain", "StabilitySearchCommand -Data", "StabilitySearchCommand -Seed",
            "NewInputDomainCommand -Radius", "InvokeCompressionSweepCommand -Domain", "InvokeCompressionSweepCommand -L1"];
        Assert.Empty(known.Except(seen));
    }

    [Fact]
    public void RefuseNull_ValueOfAVariable_IsTaken()
    {
        PropertyInfo seed = Parameters().First(static p => p.Name == "Seed");
        Assert.True(Takes(seed, "3"));
    }

    [Theory]
    [InlineData("Find-StableNeurons $net -Domain $mispelt", "Domain", "New-InputDomain")]
    [InlineData("Find-StableNeurons $net -Data $mispelt", "Data", "Import-InputData")]
    [InlineData("$net | Find-UnstableNeuronsGpu -Data $mispelt", "Data", "Import-InputData")]
    [InlineData("$mispelt | Find-StableNeurons", "InputObject", "Import-ReluNetwork")]
    [InlineData("Find-StableNeurons $mispelt", "InputObject", "Import-ReluNetwork")]
    [InlineData("Measure-ReluNetwork $net $mispelt", "Data", "Import-InputData")]
    [InlineData("Find-StableNeurons $net -Method $mispelt", "Method", "misspelt")]
    [InlineData("Test-NetworkEquivalence $net $net -Domain $mispelt", "Domain", "New-InputDomain")]
    [InlineData("New-InputDomain -Center 0,0 -Radius $mispelt", "Radius", "misspelt")]
    [InlineData("New-InputDomain -Center 0,$mispelt -Radius 1", "Center", "Value 2 of 2")]
    public void Null_InACall_NamesTheParameterAndWhatToGive(string script, string parameter, string part)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript(
            "$ErrorActionPreference = 'Stop'; $net = Import-ReluNetwork $args[0]; " + script).AddArgument(RepositoryPaths.DigitsNetwork);
        var stopped = Assert.ThrowsAny<RuntimeException>(() => shell.Invoke());
        // Of pipeline input, the error is not terminating in itself.
        var e = Assert.IsAssignableFrom<ParameterBindingException>(
            stopped is ActionPreferenceStopException ? stopped.ErrorRecord.Exception : stopped);
        Assert.Equal(parameter, e.ParameterName);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    private PropertyInfo[] Parameters()
    {
        using PowerShell shell = PowerShell.Create(runspace);
        return [.. shell.AddScript("Get-Command -Module ExactCompression").Invoke()
            .SelectMany(static o => ((CmdletInfo)o.BaseObject).ImplementingType.GetProperties())
            .Where(static p => p.IsDefined(typeof(ParameterAttribute)) && p.PropertyType != typeof(SwitchParameter))
            .DistinctBy(static p => (p.DeclaringType, p.Name))];
    }

    /// <summary>Whether the engine binds the value of an expression to a parameter of this type and these attributes.</summary>
    private bool Takes(PropertyInfo property, string expression)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        shell.AddScript($"param($property) $a = @{{ $property.Name = {expression} }}; Test-Binding $property @a");
        shell.AddArgument(property).Invoke();
        Assert.All(shell.Streams.Error, static error => Assert.IsAssignableFrom<ParameterBindingException>(error.Exception));
        return shell.Streams.Error.Count == 0;
    }
}
