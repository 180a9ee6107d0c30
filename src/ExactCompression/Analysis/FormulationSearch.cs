using ExactCompression.Branching;
using ExactCompression.Milp;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Analysis;

/// <summary>
/// The search by one of the paper's formulations: bounds for the constants, optionally data to refute candidates first, the programs, and
/// finally proofs that confirm or refute the solver's claims.
/// </summary>
/// <param name="table">What is known so far.</param>
/// <param name="data">Rows to evaluate on the network first, or null.</param>
/// <param name="backend">The solver.</param>
/// <param name="milp">The formulation.</param>
/// <param name="options">Limits, threads, seed, progress.</param>
internal sealed class FormulationSearch(
    StabilityTable table, InputData? data, SolverBackend backend, MilpOptions milp, SearchOptions options)
    : StabilitySearch(table, data, options)
{
    /// <inheritdoc/>
    protected override VerdictLedger OpenLedger() => new(Table, scope: Options.ScopeIn(Table.Network));

    /// <inheritdoc/>
    protected override void RunStages(VerdictLedger ledger, SearchClock clock)
    {
        BoundPropagation.Run(ledger, clock, milp.Bounds == MilpBounds.Crown);
        if (Data is { } rows && milp.Preprocess != MilpPreprocess.None)
            clock.Run(SearchStage.Sampling, () => Sample(ledger, rows, clock));
        ZeroTies.Decide(ledger, clock);
        if (ledger.Decided < ledger.Count)
            Solve(ledger, clock);
        clock.Run(SearchStage.Comparison, () => ClaimComparison.Run(ledger, Options, clock));
        ZeroTies.Decide(ledger, clock);
    }

    private void Solve(VerdictLedger ledger, SearchClock clock)
    {
        if (!ledger.Graph.IsPiecewiseLinear)
        {
            Options.Warning?.Invoke(
                $"Programs hold no Sigmoid and no Tanh, and neurons of '{ledger.Network.Name}' lie behind some; the neurons that are still "
                    + "open stay undetermined. -Method Hybrid bounds them.");
            return;
        }

        if (!BigMEncoding.CanHold(ledger))
        {
            Options.Warning?.Invoke(
                $"The pre-activations of '{ledger.Network.Name}' have no bounds that are small enough for a program; the neurons that "
                    + $"are still open stay undetermined.");
            return;
        }

        using var search = new MilpSearch(ledger, backend, milp, Options, clock);
        clock.Run(MilpFormulations.StageOf(milp.Formulation), () =>
        {
            switch (milp.Formulation)
            {
                case MilpFormulation.Isa:
                    Refute(search, 0);
                    break;
                case MilpFormulation.Layer:
                    for (int layer = 1; layer <= ledger.Graph.Rectifiers; layer++)
                    {
                        if (ledger.HasOpen(layer))
                            Refute(search, layer);
                    }

                    break;
                default:
                    NeuronSearch.Run(search, milp.Formulation == MilpFormulation.NeuronApproximate);
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
    private void Sample(VerdictLedger ledger, InputData rows, SearchClock clock)
    {
        const int Share = 10, Block = 1024;
        using var device = new SimdWitnessDevice();
        using var witnesses = new WitnessSearch(ledger, null, device, Options, clock, CornerPoints.None(ledger.Domain));
        int step = milp.Preprocess == MilpPreprocess.Partial ? Share : 1, columns = rows.Columns;
        int[] chosen = [.. Enumerable.Range(0, (rows.Rows + step - 1) / step).Select(r => r * step)];
        foreach (int[] block in chosen.Chunk(Block))
        {
            var points = new float[block.Length * columns];
            for (int r = 0; r < block.Length; r++)
                rows.Row(block[r]).CopyTo(points.AsSpan(r * columns));
            witnesses.Try(points, block.Length);
        }
    }
}
