using System.Diagnostics;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>The solvers behind OR-Tools, each tried rather than taken at its word.</summary>
public static class MilpSolvers
{
    /// <summary>Our name, OR-Tools' name, whether it takes integers, whether its version call tells the truth, and what keeps it quiet.</summary>
    private static readonly (string Name, string Id, bool Integer, bool TellsVersion, string Quiet)[] Known =
    [
        ("Scip", "SCIP", true, true, ""),
        // HiGHS prints a banner past every log setting but its own, and OR-Tools 9.15 gives it PDLP's version text.
        ("Highs", "HIGHS", true, false, "output_flag=false"),
        ("Cbc", "CBC", true, true, ""),
        ("CpSat", "SAT", true, true, ""),
        ("Glop", "GLOP", false, true, ""),
        ("Clp", "CLP", false, true, ""),
        ("Pdlp", "PDLP", false, false, ""),
    ];

    /// <summary>Tries each solver on a program small enough to take no time.</summary>
    /// <param name="cancellation">Looked at between solvers; throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>One entry for each solver, working or not, integer solvers first.</returns>
    public static IReadOnlyList<MilpSolver> List(CancellationToken cancellation = default)
    {
        var solvers = new List<MilpSolver>(Known.Length);
        foreach ((string name, string id, bool integer, bool tellsVersion, string quiet) in Known)
        {
            cancellation.ThrowIfCancellationRequested();
            long start = Stopwatch.GetTimestamp();
            string? version = null;
            string trouble;
            try
            {
                trouble = Try(id, integer, quiet, out version);
            }
            catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException)
            {
                trouble = $"The native library does not load: {(e.InnerException ?? e).Message}";
            }

            solvers.Add(new(name, integer ? "MILP" : "LP", trouble.Length == 0, tellsVersion ? version : null, Stopwatch.GetElapsedTime(start), trouble));
        }

        return solvers;
    }

    /// <summary>
    /// Maximises <c>3 x + y</c> over <c>2 x + y &lt;= 7.5</c>, <c>0 &lt;= x, y &lt;= 10</c>: 10.5 at (3, 1.5) where x is an integer, 11.25 at (3.75, 0) where it is not.
    /// </summary>
    /// <returns>What went wrong, or empty.</returns>
    private static string Try(string id, bool integer, string quiet, out string? version)
    {
        version = null;
        using Solver? solver = Solver.CreateSolver(id);
        if (solver is null)
            return "This build of OR-Tools does not have it.";
        solver.SuppressOutput();
        if (quiet.Length > 0)
            solver.SetSolverSpecificParametersAsString(quiet);
        Variable x = integer ? solver.MakeIntVar(0, 10, "x") : solver.MakeNumVar(0, 10, "x");
        Variable y = solver.MakeNumVar(0, 10, "y");
        Constraint row = solver.MakeConstraint(double.NegativeInfinity, 7.5, "row");
        row.SetCoefficient(x, 2);
        row.SetCoefficient(y, 1);
        Objective objective = solver.Objective();
        objective.SetCoefficient(x, 3);
        objective.SetCoefficient(y, 1);
        objective.SetMaximization();
        Solver.ResultStatus status = solver.Solve();
        version = solver.SolverVersion();
        if (status != Solver.ResultStatus.OPTIMAL)
            return $"It ended a two-variable program with {status}.";
        double expected = integer ? 10.5 : 11.25;
        return Math.Abs(objective.Value() - expected) <= 1e-4 ? "" : $"It gave {objective.Value()} for a two-variable program whose optimum is {expected}.";
    }
}
