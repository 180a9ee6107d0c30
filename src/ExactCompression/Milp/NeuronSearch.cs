using ExactCompression.Verdicts;

namespace ExactCompression.Milp;

/// <summary>
/// The baselines: for each neuron separately, one program for each sign, over the layers below. Solved to the optimum, or (the earlier LEO:
/// Serra, Kumar, Ramalingam, CPAIOR 2020) until a solution of that sign is found or the bound excludes one. A solution counts only for its
/// own neuron, as in that work.
/// </summary>
internal static class NeuronSearch
{
    /// <summary>With more weights, what is left to decide would not fit into a solver.</summary>
    private const long MostWeights = 20_000_000;

    /// <summary>Decides the open neurons, first layer first.</summary>
    /// <param name="search">What is known, and the solver.</param>
    /// <param name="approximate">Whether to stop as soon as the sign is settled.</param>
    /// <param name="creditAll">Whether a solution counts for all neurons nevertheless.</param>
    public static void Run(MilpSearch search, bool approximate, bool creditAll = false)
    {
        VerdictLedger ledger = search.Ledger;
        for (int layer = 1; layer <= ledger.DeepestOpen(); layer++)
        {
            if (!ledger.HasOpen(layer))
                continue;
            using var network = new BigMEncoding(search.Backend, ledger, layer - 1, search.Clock.Parallel.CancellationToken);
            for (int neuron = 0; neuron < ledger.Graph.Rectifier(layer).Width; neuron++)
            {
                int index = ledger.Offsets[layer - 1] + neuron;
                for (int side = 0; side < 2 && ledger.StateOf(index) == NeuronState.Undetermined; side++)
                {
                    search.Clock.ThrowIfExpired();
                    if (ledger.NeedsWitness(index, above: side == 0))
                        Decide(search, network, layer, neuron, above: side == 0, approximate, creditAll);
                }
            }
        }
    }

    /// <summary>
    /// Lets the default solver decide what a search has left open, neuron by neuron, until the time is over. The constants come from the
    /// bounds found so far; every solution counts for all neurons.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="search">How the search runs.</param>
    /// <param name="clock">Its time.</param>
    public static void DecideOpen(VerdictLedger ledger, SearchOptions search, SearchClock clock)
    {
        SolverBackend? backend = SolverBackend.Known.FirstOrDefault(
            static b => b.Name == MilpSolvers.Default && MilpSolvers.Try(b).Available);
        if (backend is null || !BigMEncoding.CanHold(ledger) || Weights(ledger) > MostWeights)
            return;
        using var milp = new MilpSearch(ledger, backend, new() { Formulation = MilpFormulation.NeuronApproximate }, search, clock);
        Run(milp, approximate: true, creditAll: true);
    }

    /// <summary>Weights of the program's rows, convolutions unrolled.</summary>
    private static long Weights(VerdictLedger ledger) => Enumerable.Range(1, ledger.DeepestOpen()).Select(ledger.Graph.Rectifier).Sum(
        static layer => layer.Weights);

    private static void Decide(MilpSearch search, BigMEncoding network, int layer, int neuron, bool above, bool approximate, bool creditAll)
    {
        int index = search.Ledger.Offsets[layer - 1] + neuron;
        double constant = network.SetObjective(layer, neuron, above);
        MilpOutcome outcome = approximate
            ? search.Solve(network.Program, BigMEncoding.Margin - constant, -BigMEncoding.Margin - constant)
            : search.Solve(network.Program);
        double bound = outcome.Bound + constant;
        search.Report(layer, search.Ledger.Count - search.Ledger.Decided, bound);
        if (outcome.Values.Length > 0)
            search.Credit([network.InputOf(outcome.Values)], creditAll ? -1 : index);
        if (outcome.End != MilpEnd.Nothing && bound <= -BigMEncoding.Margin)
            search.Ledger.Claim(index, active: !above, search.Claim);
    }
}
