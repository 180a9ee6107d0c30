using System.Globalization;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// The shared context of the formulations: the ledger, the solver, the clock, and the check that turns a solution's input into evidence.
/// </summary>
internal sealed class MilpSearch : IDisposable
{
    /// <summary>
    /// Points that are evaluated before the clock is asked: what a solver found last is evaluated even when its time is over.
    /// </summary>
    private const int Together = 8;

    private readonly WitnessCheck check;
    private readonly Action<string>? warning;

    public MilpSearch(VerdictLedger ledger, SolverBackend backend, MilpOptions options, SearchOptions search, SearchClock clock)
    {
        Ledger = ledger;
        Backend = backend;
        Options = options;
        Clock = clock;
        Claim = Evidence.BySolver(backend.Name, SolverBackend.Tolerance);
        Random = new(search.Seed);
        warning = search.Warning;
        check = new(ledger.Network, ledger.Domain, new() { MaxDegreeOfParallelism = clock.Parallel.MaxDegreeOfParallelism });
    }

    public VerdictLedger Ledger { get; }

    public SolverBackend Backend { get; }

    public MilpOptions Options { get; }

    public SearchClock Clock { get; }

    /// <summary>The evidence of this solver's claims.</summary>
    public Evidence Claim { get; }

    public Random Random { get; }

    /// <summary>Evaluates points on the network and credits everything that they prove, or only what they prove about one neuron.</summary>
    /// <param name="points">Points of the domain.</param>
    /// <param name="only">The neuron; below 0 for all.</param>
    /// <returns>How many witnesses were new.</returns>
    public int Credit(double[][] points, int only = -1)
    {
        int credited = 0;
        for (int at = 0; at < points.Length; at += Together)
        {
            if (at > 0)
                Clock.ThrowIfExpired();
            credited += check.Credit(points.AsSpan(at, Math.Min(Together, points.Length - at)), Ledger, only);
        }

        return credited;
    }

    /// <summary>
    /// Solves within the remaining time. If a program of the formulation fails, a warning is given, and it ends without a result.
    /// </summary>
    public MilpOutcome Solve(MilpProgram program, double? target = null, double? cutoff = null, bool fresh = false)
    {
        MilpOutcome outcome = program.Solve(
            new(Clock.Remaining, Clock.Parallel.MaxDegreeOfParallelism, target, cutoff, fresh), Clock.Parallel.CancellationToken);
        if (outcome.End == MilpEnd.Nothing && program.Backend == Backend && !Clock.Expired)
            warning?.Invoke($"{program.Backend.Name} ended a program without a result; the neurons that depend on it stay undetermined.");
        return outcome;
    }

    /// <summary>Reports the progress of the search.</summary>
    /// <param name="layer">1-based hidden layer, or 0 for all.</param>
    /// <param name="candidates">How many candidates are still to be refuted or confirmed.</param>
    /// <param name="bound">The solver's last bound.</param>
    public void Report(int layer, int candidates, double bound) =>
        Clock.Report(
            MilpFormulations.StageOf(Options.Formulation), layer,
            () => string.Create(CultureInfo.InvariantCulture, $"{candidates} candidates left, {Backend.Name}'s bound {bound:G6}"));

    public void Dispose() => check.Dispose();
}
