using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Completes the names of solvers that are available and support the paper's programs.</summary>
public sealed class MilpSolverCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        MilpSolvers.NamesForNetworks().Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(
            static name => new CompletionResult(name));
}
