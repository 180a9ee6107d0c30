using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ExactCompression.Formats;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Offers the names of the network formats to tab completion, and checks them.</summary>
public sealed class NetworkFormatCompleter : IArgumentCompleter
{
    /// <summary>Detect the format from the content.</summary>
    internal const string Auto = "Auto";

    private static IEnumerable<string> Names => NetworkFormats.All.Select(static f => f.Name).Prepend(Auto);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Names.Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(
            static name => new CompletionResult(name));

    /// <summary>A format's name in its canonical spelling.</summary>
    /// <exception cref="InvalidInputException">There is no such format.</exception>
    internal static string Canonical(string name) =>
        Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new InvalidInputException(
            "UnknownFormat", $"There is no network format '{name}'.", $"The formats are {string.Join(", ", Names)}.");
}
