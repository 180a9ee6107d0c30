using System.Globalization;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>The properties of a solver behind OR-Tools that must be known before it is given a program.</summary>
/// <param name="Name">The name by which users choose it.</param>
/// <param name="Id">OR-Tools' name.</param>
/// <param name="Integer">Whether it takes integer variables.</param>
internal sealed record SolverBackend(string Name, string Id, bool Integer)
{
    /// <summary>The feasibility and integrality tolerance that is set for solvers. Ranges are scaled to 1.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>All solvers, those for integer programs first, in the order in which they are listed.</summary>
    public static readonly IReadOnlyList<SolverBackend> Known =
    [
        new("Scip", "SCIP", true) { Interruptible = true, TakesHints = true, StopsAtTarget = true },

        // OR-Tools 9.15: hints to HiGHS overrun a buffer, a run that is ended by a target loses its solution, and a bound is reported only
        // with an optimum. It prints a banner despite every log setting but its own.
        new("Highs", "HIGHS", true) { ReportsVersion = false, ReportsBound = false, Quiet = "output_flag=false" },
        new("Cbc", "CBC", true) { TakesTolerance = false },
        new("CpSat", "SAT", true) { Interruptible = true, OnlyIntegers = true },
        new("Gurobi", "GUROBI", true) { Interruptible = true, TakesHints = true, Traces = ["GUROBI_HOME"] },
        new("Xpress", "XPRESS", true) { Interruptible = true, Traces = ["XPRESSDIR"] },
        new("Cplex", "CPLEX", true) { Traces = ["CPLEX_STUDIO_DIR", "CPLEX_HOME"] },
        new("Glop", "GLOP", false) { Interruptible = true },
        new("Clp", "CLP", false),
        new("Pdlp", "PDLP", false) { ReportsVersion = false },
    ];

    /// <summary>Whether its version call is correct: OR-Tools 9.15 returns PDLP's text for HiGHS.</summary>
    public bool ReportsVersion { get; private init; } = true;

    /// <summary>Whether the bound that it reports with a solution that is not optimal is valid.</summary>
    public bool ReportsBound { get; private init; } = true;

    /// <summary>Whether a running solve can be interrupted; one that cannot be is abandoned when its time is over.</summary>
    public bool Interruptible { get; private init; }

    /// <summary>Whether it can start from a solution.</summary>
    public bool TakesHints { get; private init; }

    /// <summary>Whether OR-Tools can set its tolerance; Cbc uses 1e-7 by default.</summary>
    public bool TakesTolerance { get; private init; } = true;

    /// <summary>Whether it can stop as soon as the objective, or its bound, reaches a value.</summary>
    public bool StopsAtTarget { get; private init; }

    /// <summary>Whether it rounds continuous variables to integers, so that it can overlook inputs.</summary>
    public bool OnlyIntegers { get; private init; }

    /// <summary>Parameters that suppress its output.</summary>
    public string Quiet { get; private init; } = "";

    /// <summary>
    /// Environment variables of which one (or one that starts with it) indicates that the product is installed; empty for solvers that come
    /// with OR-Tools. If asked for a missing one, OR-Tools would print an error to the console.
    /// </summary>
    public IReadOnlyList<string> Traces { get; private init; } = [];

    /// <summary>Whether there is any trace of it on this machine.</summary>
    public bool HasTrace => Traces.Count == 0
        || Environment.GetEnvironmentVariables().Keys.OfType<string>().Any(
            variable => Traces.Any(trace => variable.StartsWith(trace, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Creates an empty program.</summary>
    /// <returns>The program, or null where the solver is not available.</returns>
    public Solver? Create()
    {
        Solver? solver = HasTrace ? Solver.CreateSolver(Id) : null;
        solver?.SuppressOutput();
        return solver;
    }

    /// <summary>
    /// The solver's own parameters for a solve. Cuts at the root take SCIP seconds here, and gain little. SCIP would otherwise install its
    /// own handler for Ctrl-C for the whole process while it solves, print a line, stop only itself, and, where two solves overlap, never
    /// restore the old handler.
    /// </summary>
    /// <param name="target">Ends the solve at a solution of at least this objective; null for none.</param>
    /// <param name="cutoff">Ends the solve at a bound of at most this; null for none.</param>
    /// <param name="threads">CPU threads.</param>
    public string Parameters(double? target, double? cutoff, int threads) => Id switch
    {
        "SCIP" => Lines(
            "separating/maxroundsroot = 5",
            "misc/catchctrlc = FALSE",
            target is { } t ? $"limits/primal = {Show(t)}" : "",
            cutoff is { } c ? $"limits/dual = {Show(c)}" : ""),
        "HIGHS" =>
            $"{Quiet},mip_rel_gap=0,mip_feasibility_tolerance={Show(Tolerance)},threads={threads.ToString(CultureInfo.InvariantCulture)}",
        _ => "",
    };

    private static string Lines(params string[] lines) => string.Join('\n', lines.Where(static l => l.Length > 0));

    private static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
