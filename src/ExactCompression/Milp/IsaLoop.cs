using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// ISA's loop (Serra, Yu, Kumar, Ramalingam, NeurIPS 2021): one program whose objective counts the candidates, which are signs of neurons,
/// that an input is a witness for. Every solution refutes the candidates that it is a witness for, and they are removed from the objective;
/// when the optimum is 0, all that remain are stable. For all layers together, or for one.
/// </summary>
/// <remarks>
/// Solvers that cannot stop at a first solution instead search for any solution with at least one candidate; when there is none, the loop
/// ends. The paper injects points from inside the solver's tree. OR-Tools has no such callbacks in C#: the loop solves until the first
/// solution that refutes something, refutes and drops candidates, and continues from that solution. A solution's input is evaluated on the
/// network, and only what that proves is refuted. Where a candidate holds only within the solver's tolerance, its linear piece of the
/// network is searched; where that has no input that proves it either, a program for that candidate alone is solved at the end. What is too
/// close to 0 even then stays undetermined.
/// </remarks>
internal sealed class IsaLoop : IDisposable
{
    private const int RandomPoints = 64;

    /// <summary>How many linear pieces of the network are visited for a candidate.</summary>
    private const int MostPieces = 2;

    private readonly MilpSearch search;
    private readonly int layer;
    private readonly BigMEncoding network;
    private readonly Dictionary<SignTarget, int> candidates = [];
    private readonly LpRelaxation relaxation;
    private readonly List<SignTarget> doubtful = [];
    private readonly HashSet<SignTarget> probed = [];
    private readonly int atLeastOne = -1;
    private double[]? incumbent;
    private double bound;

    /// <summary>Builds the program.</summary>
    /// <param name="search">What is known, and the solver.</param>
    /// <param name="layer">1-based hidden layer of the candidates; 0 for all layers.</param>
    public IsaLoop(MilpSearch search, int layer)
    {
        this.search = search;
        this.layer = layer;
        int layers = layer == 0 ? search.Ledger.DeepestOpen() : layer;
        network = new(search.Backend, search.Ledger, layers, search.Clock.Parallel.CancellationToken);
        if (!search.Backend.StopsAtTarget)
            atLeastOne = network.Program.AddRow(1, double.PositiveInfinity);
        for (int i = layer == 0 ? 0 : search.Ledger.Offsets[layer - 1]; i < search.Ledger.Offsets[layers]; i++)
        {
            foreach (bool above in (bool[])[true, false])
            {
                if (network.PhaseOf(i) < 0 || !search.Ledger.NeedsWitness(i, above))
                    continue;
                int indicator = network.AddIndicator(i, above);
                if (atLeastOne < 0)
                    network.Program.SetObjective(indicator, 1);
                else
                    network.Program.SetTerm(atLeastOne, indicator, 1);
                candidates.Add(new(i, above), indicator);
            }
        }

        relaxation = new(search, layers, candidates.Keys);
        bound = candidates.Count;
    }

    /// <summary>Refutes and drops until nothing is left to refute.</summary>
    public void Run()
    {
        if (RefuteAll())
        {
            foreach ((int index, bool above) in candidates.Keys)
            {
                // No input with one sign is a claim that the neuron is stable with the other, unless the solver excludes both signs: then
                // the neuron is too close to 0.
                if (!candidates.ContainsKey(new(index, !above)))
                    search.Ledger.Claim(index, active: !above, search.Claim);
            }
        }

        foreach (SignTarget target in doubtful.Where(NeedsWitness))
            Decide(target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        network.Dispose();
        relaxation.Dispose();
    }

    /// <returns>Whether the solver claims that none of the remaining candidates can be refuted.</returns>
    private bool RefuteAll()
    {
        while (true)
        {
            Inject();
            if (candidates.Count == 0)
                return true;
            search.Report(layer, candidates.Count, bound);
            if (incumbent is not null)
                network.Program.Hint(network.SolutionOf(incumbent));
            MilpOutcome outcome = search.Solve(network.Program, target: 0.5);
            bound = Math.Min(bound, outcome.Bound);
            SignTarget[] shown = outcome.Values.Length == 0
                ? []
                : [.. candidates.Where(c => outcome.Values[c.Value] > 0.5).Select(static c => c.Key)];
            if (shown.Length == 0)
                return atLeastOne < 0
                    ? outcome.End is MilpEnd.Optimal or MilpEnd.Feasible && outcome.Bound < 1 - (10 * SolverBackend.Tolerance)
                    : outcome.End == MilpEnd.Infeasible;
            Take(outcome.Values, shown);
        }
    }

    private void Inject()
    {
        if (search.Options.Injection == MilpInjection.Random)
            search.Credit(RandomInputs());
        Drop();
        if (search.Options.Injection != MilpInjection.Relaxation)
            return;
        while (candidates.Count > 0 && relaxation.Next() is { } point && search.Credit([point]) > 0)
        {
            incumbent = point;
            Drop();
            search.Report(layer, candidates.Count, bound);
        }

        // What a solver's tree would find at the nodes where one candidate is fixed: the relaxation's best point for it, and from there the
        // network's linear pieces.
        foreach (SignTarget target in candidates.Keys.Where(probed.Add).ToArray())
        {
            search.Clock.ThrowIfExpired();
            search.Report(layer, candidates.Count(c => NeedsWitness(c.Key)), bound);
            double[]? next = NeedsWitness(target) ? relaxation.Furthest(target) : null;
            for (int piece = 0; next is not null && search.Credit([next]) >= 0 && NeedsWitness(target) && piece < MostPieces; piece++)
                next = relaxation.Best(network.SolutionOf(next), target);
        }

        Drop();
    }

    private void Take(double[] solution, SignTarget[] shown)
    {
        double[] point = network.InputOf(solution);
        search.Credit([point]);
        if (shown.All(NeedsWitness))
        {
            foreach (SignTarget target in shown.Where(NeedsWitness))
            {
                if (relaxation.Best(solution, target) is { } better)
                    search.Credit([better]);
            }
        }

        if (shown.All(NeedsWitness))
        {
            search.Clock.ThrowIfExpired();
            foreach (SignTarget target in shown)
                Drop(target);
            doubtful.AddRange(shown);
        }

        incumbent = point;
        Drop();
    }

    private bool NeedsWitness(SignTarget target) => search.Ledger.NeedsWitness(target.Index, target.Above);

    /// <summary>Removes refuted candidates from the objective.</summary>
    private void Drop()
    {
        foreach (SignTarget target in candidates.Keys.Where(a => !NeedsWitness(a)).ToArray())
            Drop(target);
    }

    private void Drop(SignTarget target)
    {
        candidates.Remove(target, out int indicator);
        if (atLeastOne < 0)
            network.Program.SetObjective(indicator, 0);
        network.Program.SetRange(indicator, 0, 0);
        relaxation.Drop(target);
    }

    /// <summary>Solves for the extreme of a single candidate's pre-activation.</summary>
    private void Decide(SignTarget target)
    {
        search.Clock.ThrowIfExpired();
        if (atLeastOne >= 0)
            network.Program.SetRowRange(atLeastOne, 0, double.PositiveInfinity);
        (int at, int neuron) = search.Ledger.Place(target.Index);
        double constant = network.SetObjective(at, neuron, target.Above);
        MilpOutcome outcome = search.Solve(network.Program, BigMEncoding.Margin - constant, -BigMEncoding.Margin - constant);
        if (outcome.Values.Length > 0)
            search.Credit([network.InputOf(outcome.Values)]);
        if (outcome.End != MilpEnd.Nothing && outcome.Bound + constant <= -BigMEncoding.Margin)
            search.Ledger.Claim(target.Index, active: !target.Above, search.Claim);
    }

    private double[][] RandomInputs()
    {
        ReadOnlySpan<double> lower = search.Ledger.Domain.Lower.Span, upper = search.Ledger.Domain.Upper.Span;
        var points = new double[RandomPoints][];
        for (int p = 0; p < points.Length; p++)
        {
            points[p] = new double[lower.Length];
            for (int k = 0; k < lower.Length; k++)
                points[p][k] = Math.Clamp(lower[k] + ((upper[k] - lower[k]) * search.Random.NextDouble()), lower[k], upper[k]);
        }

        return points;
    }
}
