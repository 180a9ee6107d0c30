using System.Globalization;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>What is to be known of a solver behind OR-Tools before a program is given to it.</summary>
/// <param name="Name">The name by which users choose it.</param>
/// <param name="Id">OR-Tools' name.</param>
/// <param name="Integer">Whether it takes integer variables.</param>
internal sealed record SolverBackend(string Name, string Id, bool Integer)
{
    /// <summary>What a solver is asked to keep to: rows within it, integers within it. Ranges are scaled to 1.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>All solvers, those for integer programs first, in the order in which they are offered.</summary>
    public static readonly IReadOnlyList<SolverBackend> Known =
    [
        new("Scip", "SCIP", true) { Interruptible = true, TakesHints = true, StopsAtTarget = true },

        // OR-Tools 9.15: hints to HiGHS overrun a buffer, a run that a target ends loses its solution, and a bound is told only with an
        // optimum. It prints a banner past every log setting but its own.
        new("Highs", "HIGHS", true) { TellsVersion = false, TellsBound = false, Quiet = "output_flag=false" },
        new("Cbc", "CBC", true) { TakesTolerance = false },
        new("CpSat", "SAT", true) { Interruptible = true, OnlyIntegers = true },
        new("Gurobi", "GUROBI", true) { Interruptible = true, TakesHints = true, Traces = ["GUROBI_HOME"] },
        new("Xpress", "XPRESS", true) { Interruptible = true, Traces = ["XPRESSDIR"] },
        new("Cplex", "CPLEX", true) { Traces = ["CPLEX_STUDIO_DIR", "CPLEX_HOME"] },
        new("Glop", "GLOP", false) { Interruptible = true },
        new("Clp", "CLP", false),
        new("Pdlp", "PDLP", false) { TellsVersion = false },
    ];

    /// <summary>Whether its version call tells the truth: OR-Tools 9.15 gives HiGHS PDLP's text.</summary>
    public bool TellsVersion { get; private init; } = true;

    /// <summary>Whether the bound that it reports beside a solution that is not optimal is a bound.</summary>
    public bool TellsBound { get; private init; } = true;

    /// <summary>Whether a running solve can be interrupted; one that cannot is left behind when its time is over.</summary>
    public bool Interruptible { get; private init; }

    /// <summary>Whether it can start from a solution.</summary>
    public bool TakesHints { get; private init; }

    /// <summary>Whether it takes the tolerance from OR-Tools; Cbc keeps to 1e-7 by itself.</summary>
    public bool TakesTolerance { get; private init; } = true;

    /// <summary>Whether it can stop as soon as the objective, or its bound, reaches a value.</summary>
    public bool StopsAtTarget { get; private init; }

    /// <summary>Whether it rounds continuous variables to integers, so that it can overlook inputs.</summary>
    public bool OnlyIntegers { get; private init; }

    /// <summary>Parameters that keep it quiet.</summary>
    public string Quiet { get; private init; } = "";

    /// <summary>
    /// Environment variables of which one (or one that begins so) says that the product is installed; empty for what OR-Tools brings along.
    /// Asked for in vain, OR-Tools would complain on the console.
    /// </summary>
    public IReadOnlyList<string> Traces { get; private init; } = [];

    /// <summary>Whether there is any sign of it on this machine.</summary>
    public bool HasTrace => Traces.Count == 0
        || Environment.GetEnvironmentVariables().Keys.OfType<string>().Any(
            variable => Traces.Any(trace => variable.StartsWith(trace, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Makes an empty program.</summary>
    /// <returns>The program, or null where the solver is not there.</returns>
    public Solver? Create()
    {
        Solver? solver = HasTrace ? Solver.CreateSolver(Id) : null;
        solver?.SuppressOutput();
        return solver;
    }

    /// <summary>
    /// The solver's own parameters for a solve. Cuts at the root take SCIP seconds here, and gain little. SCIP would take Ctrl-C
    /// from the whole process while it solves, print a line, end only itself, and, where two solves overlap, never give it back.
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
