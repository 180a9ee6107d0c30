using ExactCompression.Branching;
using ExactCompression.Milp;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// Finds stable neurons by mixed-integer programs, as the paper and the work before it do (Serra, Yu, Kumar, Ramalingam, <em>Scaling Up
/// Exact Neural Network Compression by ReLU Stability</em>, NeurIPS 2021). Unstable neurons are proven by witnesses, as everywhere here.
/// That a neuron is stable is the solver's word, within its tolerance, unless proven bounds say it: the evidence tells which.
/// </summary>
public static class MilpAnalysis
{
    /// <summary>Decides neurons.</summary>
    /// <param name="table">What is known so far; it is gone on from.</param>
    /// <param name="data">Rows to run through the network first, or null.</param>
    /// <param name="options">Formulation and solver.</param>
    /// <param name="search">Limits, threads, seed, progress.</param>
    /// <param name="cancellation">When cancelled, the search returns what it has within a second; it does not throw.</param>
    /// <exception cref="InvalidInputException">The solver is not there, or the data does not fit the network.</exception>
    /// <exception cref="ContradictionException">A proof refutes what the solver said, and <see cref="SearchOptions.Contradiction"/> is
    /// null.</exception>
    public static StabilityTable Find(
        StabilityTable table, InputData? data, MilpOptions options, SearchOptions search, CancellationToken cancellation)
    {
        data?.RequireColumns(table.Network.InputSize);
        SolverBackend backend = MilpSolvers.Require(options.Solver);
        var board = new VerdictLedger(table);
        using var clock = new SearchClock(board, search, cancellation);
        try
        {
            ImportedWitnesses.Check(table, board);
            BoundPropagation.Run(board, clock, options.Bounds == MilpBounds.Crown);
            if (data is not null && options.Preprocess != MilpPreprocess.None)
                clock.Run(SearchStage.Sampling, () => Sample(board, data, options, search, clock));
            ZeroTies.Decide(board, clock);
            if (board.Decided < board.Count)
                Solve(board, backend, options, search, clock);
            clock.Run(SearchStage.Comparison, () => ClaimComparison.Run(board, search, clock));
            ZeroTies.Decide(board, clock);
        }
        catch (OperationCanceledException) when (clock.Expired)
        {
            // Time is over or the user stopped: what is decided stays decided.
        }

        ZeroTies.Show(board);
        board.Close(search);
        return board.ToTable(clock.Elapsed, clock.Stages, null);
    }

    /// <summary>
    /// Gives what a search has left open to the default solver, neuron by neuron, until the time is over. The bounds found so far make the
    /// constants; every solution counts for all neurons.
    /// </summary>
    /// <param name="board">What is known.</param>
    /// <param name="search">How the search runs.</param>
    /// <param name="clock">Its time.</param>
    internal static void DecideOpen(VerdictLedger board, SearchOptions search, SearchClock clock)
    {
        SolverBackend? backend = SolverBackend.Known.FirstOrDefault(
            static b => b.Name == MilpSolvers.Default && MilpSolvers.Try(b).Available);
        if (backend is null || !BigMEncoding.CanHold(board))
            return;
        using var milp = new MilpSearch(board, backend, new() { Formulation = MilpFormulation.NeuronApproximate }, search, clock);
        NeuronSearch.Run(milp, approximate: true, creditAll: true);
    }

    private static void Solve(VerdictLedger board, SolverBackend backend, MilpOptions options, SearchOptions search, SearchClock clock)
    {
        if (!BigMEncoding.CanHold(board))
        {
            search.Warning?.Invoke(
                $"The pre-activations of '{board.Network.Name}' have no bounds that a program could hold; the neurons that this leaves "
                    + $"open stay undetermined.");
            return;
        }

        using var milp = new MilpSearch(board, backend, options, search, clock);
        clock.Run(MilpFormulations.StageOf(options.Formulation), () =>
        {
            switch (options.Formulation)
            {
                case MilpFormulation.Isa:
                    Refute(milp, 0);
                    break;
                case MilpFormulation.Layer:
                    for (int layer = 1; layer <= board.Network.Depth; layer++)
                    {
                        if (board.HasOpen(layer))
                            Refute(milp, layer);
                    }

                    break;
                default:
                    NeuronSearch.Run(milp, options.Formulation == MilpFormulation.NeuronApproximate);
                    break;
            }
        });
    }

    private static void Refute(MilpSearch search, int layer)
    {
        using var candidates = new IsaLoop(search, layer);
        candidates.Run();
    }

    /// <summary>The pass over the data, which refutes most candidates before anything is solved.</summary>
    private static void Sample(VerdictLedger board, InputData data, MilpOptions options, SearchOptions search, SearchClock clock)
    {
        const int Share = 10, Block = 1024;
        using var device = new SimdWitnessDevice();
        using var witnesses = new WitnessSearch(board, null, device, search, clock, []);
        int step = options.Preprocess == MilpPreprocess.Partial ? Share : 1, columns = data.Columns;
        int[] rows = [.. Enumerable.Range(0, (data.Rows + step - 1) / step).Select(r => r * step)];
        foreach (int[] block in rows.Chunk(Block))
        {
            var points = new float[block.Length * columns];
            for (int r = 0; r < block.Length; r++)
                data.Row(block[r]).CopyTo(points.AsSpan(r * columns));
            witnesses.Try(points, block.Length);
        }
    }
}
