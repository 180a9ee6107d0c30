using ExactCompression.Milp;
using ExactCompression.Milp.Models;
using ExactCompression.Networks;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression;

/// <summary>
/// Networks as mixed-integer linear programs for other tools, in the units of the network: the library behind <c>Export-MilpModel</c>.
/// </summary>
/// <remarks>
/// An open unit <c>z = W a + b</c>, <c>l &lt; z &lt; u</c>, is <c>z = h - s</c>, <c>0 &lt;= h &lt;= u p</c>,
/// <c>0 &lt;= s &lt;= -l (1 - p)</c> with <c>p</c> binary (V. Tjeng, K. Xiao, R. Tedrake, <em>Evaluating Robustness of Neural Networks with
/// Mixed Integer Programming</em>, ICLR 2019), its constants proven and rounded outward. A stably active one is <c>h = W a + b</c>, a
/// stably inactive one is left out. Layers without rectifiers are substituted.
/// </remarks>
public static class MilpModels
{
    /// <summary>The program of a table's network over its domain: proven verdicts and bounds count.</summary>
    /// <param name="table">The table.</param>
    /// <param name="options">Objective and cuts.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The network is not piecewise linear, has no finite bounds, or not that output.</exception>
    public static MilpModel Of(StabilityTable table, MilpModelOptions options, CancellationToken cancellation)
    {
        ReluNetwork network = table.Network;
        if (options.Output is { } output && (output < 0 || output >= network.OutputSize))
            throw new InvalidInputException(
                "OutputOutOfRange", $"'{network.Name}' has no output {output}.", $"Give a number from 0 to {network.OutputSize - 1}.");
        StabilityTable start = options.IntervalsAlone ? StabilityTable.Undecided(network, table.Domain) : table;
        var ledger = new VerdictLedger(start, reopenClaims: true);
        RequirePiecewiseLinear(ledger);
        using var clock = new SearchClock(ledger, new() { Threads = options.Threads }, cancellation);
        BoundPropagation.Run(ledger, clock, linear: !options.IntervalsAlone);
        BigMEncoding.RequireOrdinary(ledger);
        OutputRanges ranges = OutputRanges.Of(ledger, options, clock);
        return new NetworkRows(ledger, options, ranges, cancellation).Build();
    }

    private static void RequirePiecewiseLinear(VerdictLedger ledger)
    {
        LoweredGraph graph = ledger.Graph;
        IReadOnlyList<int> outputs = graph.RequireOutputs(ledger.Network.Name);
        if (!graph.IsPiecewiseLinear || outputs.Any(graph.IsSmooth))
            throw new InvalidInputException(
                "NotPiecewiseLinear",
                $"'{ledger.Network.Name}' has functions such as Sigmoid or Tanh, which no linear program holds.",
                "Export a network of piecewise-linear units: one that ends before such an output function.");
    }
}
