using ExactCompression.Bounds;

namespace ExactCompression.Milp;

/// <summary>How the linear programs whose duals trees use are solved.</summary>
internal static class DualSolver
{
    /// <summary>The maximum time of one solve: now and then the solver does not end.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    /// <summary>Glop, for it leaves Ctrl-C to the host: Clp takes it while it solves, and trees do little else.</summary>
    public static SolverBackend Backend { get; } = SolverBackend.Known.Single(static b => b.Name == "Glop");

    /// <summary>
    /// Whether the solver is there, and what lies below a neuron has programs: it is piecewise linear, with bounds that can be computed
    /// with.
    /// </summary>
    /// <param name="network">The layers below the neuron.</param>
    public static bool CanSolve(RelaxedGraph network) =>
        MilpSolvers.Try(Backend).Available && network.Graph.IsPiecewiseLinear && new RectifierBounds(network).CanHold;

    /// <summary>The power of two by which a number of about a given size is divided in a program.</summary>
    /// <param name="size">The size; 1 stands for one that is 0 or not finite.</param>
    public static double ScaleOf(double size) => size > 0 && double.IsFinite(size) ? BigMEncoding.PowerAbove(size) : 1;

    /// <summary>
    /// Solves a program that has an optimum: what says otherwise is the basis of the last solve, and it begins without that.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="time">The maximum time; null for no limit but the solver's own.</param>
    /// <param name="cancellation">To stop early.</param>
    /// <returns>The optimum, or no more than the solver has.</returns>
    public static MilpOutcome Solve(MilpProgram program, TimeSpan? time, CancellationToken cancellation)
    {
        var limits = new MilpLimits(time < MostTime ? time : MostTime, 1);
        MilpOutcome outcome = program.Solve(limits, cancellation);
        return outcome.End == MilpEnd.Optimal ? outcome : program.Solve(limits with { Fresh = true }, cancellation);
    }
}
