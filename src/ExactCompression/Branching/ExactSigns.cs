using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;

namespace ExactCompression.Branching;

/// <summary>
/// Signs that are lost in rounding errors, decided in exact arithmetic: a neuron of the first layer has its extremes at corners of the box,
/// so its exact values there decide it; for deeper layers, a few corners with large or small values are evaluated on the network. A point
/// of the domain whose exact pre-activation is above 0 is as good a witness as any.
/// </summary>
internal static class ExactSigns
{
    /// <summary>Weights up to a layer, above which no point is evaluated on the network in exact arithmetic.</summary>
    private const long MostWeights = 200_000;

    /// <summary>Products of exact numbers in one call: about a second.</summary>
    private const long Effort = 5_000_000;

    /// <summary>How often a neuron's corner is recomputed from the last one.</summary>
    private const int Steps = 3;

    /// <summary>Decides open neurons of the layers right above the input.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void DecideFirst(VerdictLedger ledger, SearchClock clock)
    {
        foreach (int number in InputRows.Layers(ledger.Graph))
        {
            LoweredLayer layer = ledger.Graph.Rectifier(number);
            if (layer.Terms is [{ Source: 0 }] && layer.IsExact && ledger.HasOpen(number))
                clock.Run(SearchStage.Enumeration, () => DecideFirst(ledger, number, layer, clock));
        }
    }

    /// <summary>Evaluates a few corners of the box on the network for each sign that is still missing, first layer first.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Show(VerdictLedger ledger, SearchClock clock)
    {
        int last = ledger.DeepestOpen();
        if (last > 0 && LayersUpTo(ledger.Graph, last) is { } layers)
            clock.Run(SearchStage.Enumeration, () => Show(ledger, layers, last, Effort / Math.Max(1, layers.Products), clock));
    }

    /// <summary>
    /// The first layers, or null where no point should be evaluated on them in exact arithmetic: that takes too many products, weights
    /// are known only up to a radius, or there are smooth functions.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="last">The last layer with rectifiers to take, 1-based among these.</param>
    public static ExactForward? LayersUpTo(LoweredGraph graph, int last) =>
        ExactForward.Of(graph, last) is { Products: <= MostWeights } layers ? layers : null;

    private static void DecideFirst(VerdictLedger ledger, int number, LoweredLayer layer, SearchClock clock)
    {
        long left = Effort;
        var row = new SparseRow();
        for (int i = 0; i < layer.Width; i++)
        {
            int index = ledger.Offsets[number - 1] + i;
            foreach (bool above in (bool[])[true, false])
            {
                if (!ledger.NeedsWitness(index, above) || left <= 0)
                    continue;
                clock.ThrowIfExpired();
                layer.Terms[0].Map.ReadRow(i, row);
                left -= row.Count;
                double[] corner = ledger.Domain.Corner(InputRows.Row(ledger.Graph, number, i), above);
                Dyadic z = layer.Bias.Span[i];
                for (int k = 0; k < row.Count; k++)
                {
                    if (row.Weights[k] != 0)
                        z += (Dyadic)row.Weights[k] * (Dyadic)corner[row.Columns[k]];
                }

                if (above ? z.Sign > 0 : z.Sign < 0)
                    ledger.Learn(index, above, corner);
                else
                    ledger.Bound(index, above, 0, Evidence.Enumeration);
            }
        }
    }

    private static void Show(VerdictLedger ledger, ExactForward layers, int last, long points, SearchClock clock)
    {
        double[] middle = [.. ledger.Domain.Lower.ToArray().Zip(
            ledger.Domain.Upper.ToArray(), static (low, high) => Math.Clamp((low / 2) + (high / 2), low, high))];
        for (int i = 0; i < ledger.Offsets[last]; i++)
        {
            foreach (bool above in (bool[])[true, false])
            {
                double[] at = middle;
                for (int step = 0; step < Steps && ledger.NeedsWitness(i, above) && points > 0; step++, points--)
                {
                    clock.ThrowIfExpired();
                    (int layer, int neuron) = ledger.Place(i);
                    double[] corner = ledger.Domain.Corner(layers.Gradient(layer, neuron, at), above);
                    Credit(ledger, layers.PreActivations(corner), corner);
                    if (corner.AsSpan().SequenceEqual(at))
                        break;
                    at = corner;
                }
            }
        }
    }

    private static void Credit(VerdictLedger ledger, Dyadic[][] values, double[] point)
    {
        for (int l = 0; l < values.Length; l++)
        {
            for (int n = 0; n < values[l].Length; n++)
            {
                if (values[l][n].Sign is var sign && sign != 0)
                    ledger.Learn(ledger.Offsets[l] + n, sign > 0, point);
            }
        }
    }
}
