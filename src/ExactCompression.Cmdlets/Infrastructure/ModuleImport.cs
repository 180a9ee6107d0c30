using System.Management.Automation;

namespace ExactCompression.Cmdlets;

/// <summary>What happens when the module is imported.</summary>

public sealed class ModuleImport : IModuleAssemblyInitializer
{
    /// <summary>Begins to compile the search's code while the user types, or while the first network is read.</summary>
    public void OnImport() => SearchWarmUp.Begin();
}
