using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>What happens when the module is imported.</summary>
public sealed class ModuleImport : IModuleAssemblyInitializer
{
    /// <summary>
    /// Makes native libraries findable, and starts to compile the search's code while the user types, or while the first network is read.
    /// </summary>
    public void OnImport()
    {
        NativeLibraries.Register();
        SearchWarmUp.Begin();
    }
}
