using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
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
        Complete(Words, wordToComplete);

    /// <summary>The words that begin with what is typed.</summary>
    /// <param name="words">The words, each with its meaning.</param>
    /// <param name="typed">What is typed.</param>
    internal static IEnumerable<CompletionResult> Complete(IEnumerable<(string Word, string Meaning)> words, string typed) =>
        words.Where(w => w.Word.StartsWith(typed.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase)).Select(
            static w => new CompletionResult(Quoted(w.Word), w.Word, CompletionResultType.ParameterValue, w.Meaning));

    /// <summary>A word as it is written in a command: in quotation marks if it has other characters than letters and digits.</summary>
    private static string Quoted(string word) =>
        word.All(char.IsAsciiLetterOrDigit) ? word : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";
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

/// <summary><c>Auto</c>, and the kinds, names and indexes of the available devices.</summary>
public sealed class ComputeDeviceCompleter : WordCompleter
{
    private protected override IEnumerable<(string Word, string Meaning)> Words
    {
        get
        {
            IReadOnlyList<ComputeDevice> devices = ComputeDevices.List();
            return
            [
                ("Auto", "a CUDA GPU, else an OpenCL GPU, else the CPU's vector units"),
                .. devices.GroupBy(static d => d.Kind).Select(
                    static kind => (kind.Key.ToString(), "the first of its kind: " + kind.First())),
                .. devices.Select(static d => (d.Name, d.ToString())).DistinctBy(static named => named.Name),
                .. devices.Select(static d => (d.Index.ToString(CultureInfo.InvariantCulture), d.ToString())),
            ];
        }
    }
}
