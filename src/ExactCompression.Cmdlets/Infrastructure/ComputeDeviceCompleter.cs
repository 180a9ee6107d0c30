using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Offers <c>Auto</c> and the devices that are there to tab completion.</summary>
public sealed class ComputeDeviceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        ComputeDevices.List()
            .Select(static device => device.Kind.ToString())
            .Distinct()
            .Prepend("Auto")
            .Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(static name => new CompletionResult(name));
}
