using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets;

/// <summary>Lists the solvers for linear and mixed-integer programs, each tried on a small program.</summary>
[Cmdlet(VerbsCommon.Get, "MilpSolver")]
[OutputType(typeof(MilpSolver))]
public sealed class GetMilpSolverCommand : AsyncCommand
{
    /// <summary>Names to list; wildcards are allowed.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(AnySolverCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WildcardPattern[] patterns = [.. Name.Select(static name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];
        Attempt(null, _ => MilpSolvers.List(Cancellation), solvers =>
        {
            WriteObject(solvers.Where(s => patterns.Any(p => p.IsMatch(s.Name))), enumerateCollection: true);
            foreach (string name in Name.Where(static name => !WildcardPattern.ContainsWildcardCharacters(name)))
            {
                if (!solvers.Any(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                    WriteError(ErrorRecords.From(
                        new InvalidInputException(
                            "MilpSolverUnknown", $"There is no solver '{name}'.",
                            $"Known are {string.Join(", ", solvers.Select(static s => s.Name))}."),
                        name));
            }
        });
    }
}
