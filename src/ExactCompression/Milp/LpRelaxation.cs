using ExactCompression.Witnesses;

namespace ExactCompression.Milp;

/// <summary>
/// The linear relaxation of a program that counts candidates: the inputs of its optima are cheap candidate points, and with every rectifier
/// fixed to its phase it is the network's linear piece around a point. Solved by Clp, which warm-starts from its last basis and takes an
/// eighth of Glop's time on networks with many inputs.
/// </summary>
internal sealed class LpRelaxation : IDisposable
{
    private static readonly SolverBackend Solver = SolverBackend.Known.Single(static b => b.Name == "Clp");

    private readonly MilpSearch search;
    private readonly Lazy<BigMEncoding> network;
    private readonly Dictionary<SignTarget, int> indicators = [];
    private readonly HashSet<SignTarget> candidates;

    /// <summary>Prepares the relaxation; it is built on first use.</summary>
    /// <param name="search">What is known.</param>
    /// <param name="layers">How many hidden layers it has.</param>
    /// <param name="candidates">The candidates that it counts.</param>
    public LpRelaxation(MilpSearch search, int layers, IEnumerable<SignTarget> candidates)
    {
        this.search = search;
        this.candidates = [.. candidates];
        network = new(() =>
        {
            var program = new BigMEncoding(Solver, search.Ledger, layers, search.Clock.Parallel.CancellationToken);
            foreach (SignTarget target in this.candidates)
                indicators.Add(target, program.AddIndicator(target.Index, target.Above));
            return program;
        });
    }

    /// <summary>The input of the optimum over the remaining candidates.</summary>
    /// <returns>A point of the box, or null where there is none.</returns>
    public double[]? Next()
    {
        BigMEncoding program = network.Value;
        program.Program.ClearObjective();
        foreach (SignTarget target in candidates)
            program.Program.SetObjective(indicators[target], 1);
        return Optimum(program, fresh: false);
    }

    /// <summary>The input at which the relaxation takes a neuron's pre-activation furthest to a sign.</summary>
    /// <param name="target">The neuron and the sign.</param>
    /// <returns>A point of the box, or null where there is none.</returns>
    public double[]? Furthest(SignTarget target)
    {
        BigMEncoding program = network.Value;
        (int layer, int neuron) = search.Ledger.Place(target.Index);
        program.SetObjective(layer, neuron, target.Above);
        return Optimum(program, fresh: false);
    }

    /// <summary>
    /// The input that takes a neuron's pre-activation furthest to a sign within the network's linear piece that a solution chose. At a
    /// vertex many rectifiers are at 0, so the piece is determined by the solution, not by its input.
    /// </summary>
    /// <param name="solution">A value for each variable.</param>
    /// <param name="target">The neuron and the sign.</param>
    /// <returns>A point of the box, or null where there is none.</returns>
    public double[]? Best(double[] solution, SignTarget target)
    {
        BigMEncoding program = network.Value;
        (int layer, int neuron) = search.Ledger.Place(target.Index);
        program.SetObjective(layer, neuron, target.Above);
        program.FixPhases(solution);
        program.Program.SetRange(program.PhaseOf(target.Index), 0, 1);
        double[]? best = Optimum(program, fresh: true); // a basis of the whole relaxation is a poor start
        program.FixPhases(null);
        return best;
    }

    /// <summary>Removes a candidate from the count.</summary>
    public void Drop(SignTarget target) => candidates.Remove(target);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (network.IsValueCreated)
            network.Value.Dispose();
    }

    private double[]? Optimum(BigMEncoding program, bool fresh)
    {
        MilpOutcome outcome = search.Solve(program.Program, fresh: fresh);
        if (outcome.End == MilpEnd.Nothing && !fresh)
            outcome = search.Solve(program.Program, fresh: true);
        return outcome.Values.Length == 0 ? null : program.InputOf(outcome.Values);
    }
}
