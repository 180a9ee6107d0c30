using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ExactCompression.Cmdlets.Tests;

[Collection(ModuleTests.Name)]
public sealed class ModuleLayoutTests(ModuleFixture module)
{
    [Fact]
    public void Manifest_ExportsEveryCmdletOfTheAssembly()
    {
        ScriptResult result = module.Run(
            "(Get-Command -Module ExactCompression).Name; '--'; "
                + "[ExactCompression.Cmdlets.ImportReluNetworkCommand].Assembly.GetExportedTypes().Where({ "
                + "$_.IsSubclassOf([System.Management.Automation.Cmdlet]) -and -not $_.IsAbstract }).ForEach({ $a = "
                + "$_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false)[0]; \"$($a.VerbName)-$($a.NounName)\" "
                + "})");
        string[] names = result.As<string>();
        int split = Array.IndexOf(names, "--");
        Assert.Equal(names[(split + 1)..].Order(), names[..split].Order());
        Assert.True(split >= 13);
    }

    [Fact]
    public void Scripts_CanNameTheLibrarysTypes() =>
        Assert.Equal("ExactCompression.ReluNetwork", module.Run("[ExactCompression.ReluNetwork].FullName").Single.ToString());

    [Fact]
    public void Cmdlets_DeclareAnOutputType()
    {
        ScriptResult result = module.Run(
            "Get-Command -Module ExactCompression | Where-Object { -not $_.OutputType } | ForEach-Object Name");
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Import_BeforeTheFirstBuild_SaysToBuild()
    {
        using var folder = new TemporaryFolder();
        const string Check = "src/Packaging/RequireBuild.psm1";
        folder.Write("ExactCompression.psd1", File.ReadAllText(RepositoryPaths.Manifest));
        Directory.CreateDirectory(folder.File("src/Packaging"));
        folder.Write(Check, File.ReadAllText(Path.Combine(RepositoryPaths.Root, Check)));
        // In a session that has not imported the module before.
        using var shell = PowerShell.Create(InitialSessionState.CreateDefault2());
        shell.AddScript("Import-Module $args[0]").AddArgument(folder.File("ExactCompression.psd1")).Invoke();
        string error = Assert.Single(shell.Streams.Error).ToString();
        Assert.Contains("dotnet build", error, StringComparison.Ordinal);
        Assert.DoesNotContain("TypesToProcess", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Library_HoldsNoEngine()
    {
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "lib"), "*", SearchOption.AllDirectories).Select(
            static file => Path.GetFileName(file)!)];
        Assert.Contains("ExactCompression.Cmdlets.dll", files);
        Assert.DoesNotContain("System.Management.Automation.dll", files);
        Assert.DoesNotContain(files, static file => file.StartsWith("PowerShellStandard", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void GetMilpSolver_ImportedModule_SolvesWithScip()
    {
        PSObject scip = module.Run("Get-MilpSolver Scip").Single;
        Assert.Equal(true, scip.Properties["Available"].Value);
        Assert.StartsWith("SCIP", (string)scip.Properties["Version"].Value, StringComparison.Ordinal);
        // Every solver that this package brings works, products of others may be missing, and the names filter.
        ScriptResult all = module.Run("Get-MilpSolver; '--'; Get-MilpSolver H*, cpsat");
        Assert.DoesNotContain(
            all.Output,
            static o => o.Properties["Available"]?.Value is false
                && (string)o.Properties["Name"].Value is not ("Gurobi" or "Xpress" or "Cplex"));
        Assert.All(
            all.Output.Where(static o => o.Properties["Available"]?.Value is false),
            static o => Assert.NotEmpty((string)o.Properties["Detail"].Value));
        Assert.Equal(
            ["Highs", "CpSat"],
            all.Output.SkipWhile(static o => o.ToString() != "--").Skip(1).Select(static o => (string)o.Properties["Name"].Value));
    }

    [Fact]
    public void GetComputeDevice_Always_HasTheCpusVectorUnits()
    {
        ScriptResult result = module.Run("Get-ComputeDevice");
        Assert.Equal("Cpu", result.Output[0].Properties["Kind"].Value.ToString());
    }
}
