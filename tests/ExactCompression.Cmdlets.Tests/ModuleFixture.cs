using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

// Searches use all cores and several tests look at the clock, so one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ExactCompression.Cmdlets.Tests;

/// <summary>
/// A runspace with the real manifest imported, as a user's session has it. Shared by the tests of one collection, one at a time.
/// </summary>
public sealed class ModuleFixture : IDisposable
{
    public ModuleFixture()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([RepositoryPaths.Manifest]);
        state.ThrowOnRunspaceOpenError = true;
        Runspace = RunspaceFactory.CreateRunspace(state);
        Runspace.Open();
        Runspace.SessionStateProxy.SetVariable("NetworkFile", RepositoryPaths.DigitsNetwork);
        Runspace.SessionStateProxy.SetVariable("DataFile", RepositoryPaths.DigitsData);
    }

    public Runspace Runspace { get; }

    /// <summary>Runs a script with arguments; a terminating error is thrown.</summary>
    public ScriptResult Run(string script, params object?[] arguments)
    {
        using PowerShell shell = Shell(script, arguments);
        Collection<PSObject> output = shell.Invoke();
        return new(
            [.. output], [.. shell.Streams.Error], [.. shell.Streams.Verbose.Select(static v => v.Message)],
            [.. shell.Streams.Warning.Select(static w => w.Message)], [.. shell.Streams.Progress]);
    }

    /// <summary>Runs a script that must end in a terminating error, and gives that error.</summary>
    public ErrorRecord Fail(string script, params object?[] arguments)
    {
        var e = Assert.ThrowsAny<RuntimeException>(() => Run("$ErrorActionPreference = 'Stop'\n" + script, arguments));
        return e.ErrorRecord;
    }

    /// <summary>A pipeline that is not yet running.</summary>
    public PowerShell Shell(string script, params object?[] arguments)
    {
        var shell = PowerShell.Create(Runspace);
        shell.AddScript(script, useLocalScope: true);
        foreach (object? argument in arguments)
            shell.AddArgument(argument);
        return shell;
    }

    public void Dispose() => Runspace.Dispose();
}

/// <summary>What a script gave.</summary>
public sealed record ScriptResult(PSObject[] Output, ErrorRecord[] Errors, string[] Verbose, string[] Warnings, ProgressRecord[] Progress)
{
    /// <summary>The only thing that came out.</summary>
    public PSObject Single => Assert.Single(Output);

    /// <summary>The output as values of a type.</summary>
    public T[] As<T>() => [.. Output.Select(static o => LanguagePrimitives.ConvertTo<T>(o))];
}

[CollectionDefinition(Name)]
public sealed class ModuleTests : ICollectionFixture<ModuleFixture>
{
    public const string Name = "Module";
}
