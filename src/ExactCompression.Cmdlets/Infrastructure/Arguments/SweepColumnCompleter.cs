using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ExactCompression.Experiments;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// The columns of the CSV file that the command, or the pipeline before it, names; those of a sweep where none is named or there is none.
/// </summary>
public sealed class SweepColumnCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ArgumentNullException.ThrowIfNull(commandAst);
        IEnumerable<string> columns = Named(commandAst).Select(ColumnsOf).FirstOrDefault(static found => found.Count > 0)
            ?? SweepCsv.Columns;
        return WordCompleter.Complete(columns.Select(static name => (name, name)), wordToComplete);
    }

    /// <summary>The CSV files that a pipeline names.</summary>
    private static IEnumerable<string> Named(CommandAst command)
    {
        Ast pipeline = command.Parent is PipelineAst whole ? whole : command;
        return pipeline.FindAll(static ast => ast is StringConstantExpressionAst, searchNestedScriptBlocks: false).Select(
            static ast => ((StringConstantExpressionAst)ast).Value).Where(
                static value => value.EndsWith(".csv", StringComparison.OrdinalIgnoreCase));
    }

    private static string CurrentFolder()
    {
        // The runspace that completes is busy: its session state can be had by a script alone.
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return shell.AddScript("$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.Path").Invoke<string>().FirstOrDefault()
            ?? Environment.CurrentDirectory;
    }

    private static IReadOnlyList<string> ColumnsOf(string path)
    {
        try
        {
            string file = Path.GetFullPath(path, CurrentFolder());
            return File.Exists(file) ? PlotRows.ColumnsOf(file) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or ExactCompressionException)
        {
            return [];
        }
    }
}
