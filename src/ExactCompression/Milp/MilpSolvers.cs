using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.OrTools.LinearSolver;

namespace ExactCompression.Milp;

/// <summary>The solvers behind OR-Tools, each tried on a small program before it is listed as available.</summary>
public static class MilpSolvers
{
    /// <summary>The solver that is used where none is named.</summary>
    public const string Default = "Scip";

    /// <summary>All names, of available solvers and of others, integer solvers first; none is tried.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. SolverBackend.Known.Select(static b => b.Name)];

    /// <summary>Tries each solver on a program small enough to take no time.</summary>
    /// <param name="cancellation">Checked between solvers; throws <see cref="OperationCanceledException"/>.</param>
    /// <returns>One entry for each solver, working or not, integer solvers first.</returns>
    public static IReadOnlyList<MilpSolver> List(CancellationToken cancellation = default)
    {
        var solvers = new List<MilpSolver>(SolverBackend.Known.Count);
        foreach (SolverBackend backend in SolverBackend.Known)
        {
            cancellation.ThrowIfCancellationRequested();
            solvers.Add(Try(backend));
        }

        return solvers;
    }

    /// <summary>The available solvers whose verdicts on networks are usable, the default first.</summary>
    public static IReadOnlyList<string> NamesForNetworks() =>
        [.. SolverBackend.Known.Where(static b => b is { Integer: true, OnlyIntegers: false } && Try(b).Available).Select(
            static b => b.Name)];

    /// <summary>The solver with a given name, if it is available and its verdicts are usable.</summary>
    /// <param name="name">A name in <see cref="List"/>; null for the default.</param>
    /// <exception cref="InvalidInputException">There is no such solver, it is not available, or it does not suit these programs; the
    /// message lists those that do.</exception>
    internal static SolverBackend Require(string? name)
    {
        SolverBackend? backend = SolverBackend.Known.FirstOrDefault(
            b => b.Name.Equals(name ?? Default, StringComparison.OrdinalIgnoreCase));
        if (backend is null)
            throw new InvalidInputException("MilpSolverUnknown", $"There is no solver '{name}'.", Available());
        if (!backend.Integer)
            throw new InvalidInputException(
                "MilpSolverUnfit", $"{backend.Name} solves only linear programs, without integer variables.", Available());
        if (backend.OnlyIntegers)
            throw new InvalidInputException(
                "MilpSolverUnfit",
                $"{backend.Name} rounds continuous variables to integers, so it misses inputs between them and its verdicts would be "
                    + "meaningless.", Available());
        MilpSolver state = Try(backend);
        return state.Available
            ? backend
            : throw new InvalidInputException("MilpSolverMissing", $"{backend.Name} is not available: {state.Detail}", Available());
    }

    private static string Available() => $"Available for these programs: {string.Join(", ", NamesForNetworks())}.";

    /// <summary>Tries one solver.</summary>
    internal static MilpSolver Try(SolverBackend backend)
    {
        long start = Stopwatch.GetTimestamp();
        string? version = null;
        string trouble;
        try
        {
            trouble = backend.HasTrace
                ? Solve(backend, out version)
                : $"It is a separate product, and nothing indicates that it is installed ({string.Join(", ", backend.Traces)} would).";
        }
        catch (Exception e)
            when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException or EntryPointNotFoundException)
        {
            trouble = $"The native library does not load: {(e.InnerException ?? e).Message}";
        }

        return new(backend.Name, backend.Integer ? "MILP" : "LP", trouble.Length == 0, version, Stopwatch.GetElapsedTime(start), trouble);
    }

    /// <summary>
    /// Maximises <c>3 x + y</c> over <c>2 x + y &lt;= 7.5</c>, <c>0 &lt;= x, y &lt;= 10</c>: 10.5 at (3, 1.5) where x is an integer, 11.25
    /// at (3.75, 0) where it is not.
    /// </summary>
    /// <returns>What went wrong, or empty.</returns>
    private static string Solve(SolverBackend backend, out string? version)
    {
        version = null;
        using Solver? solver = backend.Create();
        if (solver is null)
            return "This build of OR-Tools does not have it, or its licence was not found.";
        if (backend.Parameters(null, null, 1) is { Length: > 0 } own)
            solver.SetSolverSpecificParametersAsString(own);
        Variable x = backend.Integer ? solver.MakeIntVar(0, 10, "x") : solver.MakeNumVar(0, 10, "x");
        Variable y = solver.MakeNumVar(0, 10, "y");
        Constraint row = solver.MakeConstraint(double.NegativeInfinity, 7.5, "row");
        row.SetCoefficient(x, 2);
        row.SetCoefficient(y, 1);
        Objective objective = solver.Objective();
        objective.SetCoefficient(x, 3);
        objective.SetCoefficient(y, 1);
        objective.SetMaximization();
        Solver.ResultStatus status = solver.Solve();
        version = backend.ReportsVersion ? solver.SolverVersion() : backend.Id == "HIGHS" ? HighsVersion() : null;
        if (status != Solver.ResultStatus.OPTIMAL)
            return $"It ended a two-variable program with {status}.";
        double expected = backend.Integer ? 10.5 : 11.25;
        return Math.Abs(objective.Value() - expected) <= 1e-4
            ? ""
            : $"It gave {objective.Value()} for a two-variable program whose optimum is {expected}.";
    }

    /// <summary>The version reported by HiGHS' own library, where it lies beside OR-Tools as a separate library.</summary>
    private static string? HighsVersion()
    {
        string? folder = Path.GetDirectoryName(typeof(Solver).Assembly.Location);
        foreach (string name in (string[])["libhighs.so.1", "libhighs.1.dylib", "highs.dll"])
        {
            foreach (string path in (string[])[Path.Combine(folder ?? "", name), name])
            {
                if (!NativeLibrary.TryLoad(path, out nint library))
                    continue;
                unsafe
                {
                    if (NativeLibrary.TryGetExport(library, "Highs_version", out nint version))
                        return "HiGHS " + Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)version)());
                }
            }
        }

        return null;
    }
}
