using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ExactCompression.Experiments;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>Offers a few fixed words to tab completion; others are accepted as well.</summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <summary>The words, each with its meaning.</summary>
    private protected abstract IEnumerable<(string Word, string Meaning)> Words { get; }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Words.Where(w => w.Word.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(
            static w => new CompletionResult(w.Word, w.Word, CompletionResultType.ParameterValue, w.Meaning));
}

/// <summary>Which column of a CSV file is the label.</summary>
public sealed class LabelColumnCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Meaning)> Words =>
    [
        ("Auto", "the column that the header names label, class, target or y"),
        ("First", "the first column"),
        ("Last", "the last column"),
        ("None", "there are no labels"),
    ];
}

/// <summary>All solvers, whether or not they are available or support the paper's programs.</summary>
public sealed class AnySolverCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Meaning)> Words => MilpSolvers.Names.Select(static name => (name, name));
}

/// <summary>The columns of a sweep; rows may have others.</summary>
public sealed class SweepColumnCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Meaning)> Words => SweepCsv.Columns.Select(static name => (name, name));
}

/// <summary><c>Auto</c> and the kinds of the available devices, with their names.</summary>
public sealed class ComputeDeviceCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Meaning)> Words =>
        ComputeDevices.List()
            .GroupBy(static device => device.Kind)
            .Select(static kind => (kind.Key.ToString(), string.Join(", ", kind.Select(static device => device.Name))))
            .Prepend(("Auto", "a CUDA GPU, else an OpenCL GPU, else the CPU's vector units"));
}
