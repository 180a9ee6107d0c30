using ExactCompression.Bounds;
using ExactCompression.Networks;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Decides whether neurons that are proven never to be below 0 are ever above 0: active if so, else 0 everywhere, which counts as inactive.
/// A few points settle nearly all of them; bounds that use tighter bounds of the layers below, and the network's linear pieces in exact
/// arithmetic, settle the rest.
/// </summary>
internal static class ZeroTies
{
    /// <summary>
    /// Work on one neuron in products of exact numbers, a fraction of a second, and how many times that on all neurons in one call.
    /// </summary>
    private const long Effort = 2_000_000, Neurons = 10;

    /// <summary>
    /// The share of that work which is done before long searches: small networks, whose ties long searches would never settle, need no
    /// more.
    /// </summary>
    private const long QuickShare = 8;

    private const int Points = 16, ExactPoints = 4;

    /// <summary>Evaluates a few points on the network: cheaper than a search for witnesses where nothing else is open.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="parallel">Threads, and the token to stop on; null for the calling thread alone.</param>
    /// <param name="most">The most products to spend.</param>
    public static void Show(VerdictLedger ledger, ParallelOptions? parallel = null, long most = long.MaxValue)
    {
        int[] open = Open(ledger);
        if (open.Length == 0)
            return;
        long points = most / Math.Max(1, ledger.Graph.WeightsTo(ledger.Graph.Rectifiers));
        if (points == 0)
            return;
        using var check = new WitnessCheck(ledger.Network, ledger.Domain, parallel);
        check.Credit([.. SamplesOf(ledger, open).Take((int)Math.Min(points, int.MaxValue))], ledger);
    }

    /// <summary>Decides as many neurons as possible.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Decide(VerdictLedger ledger, SearchClock clock)
    {
        if (Open(ledger).Length == 0)
            return;
        clock.Run(SearchStage.Enumeration, () =>
        {
            Show(ledger, clock.Parallel);
            Tighten(ledger, clock);
            ShowExactly(ledger, clock);
            Enumerate(ledger, clock, quickly: true, ledger.MayBeZero);
        });
    }

    /// <summary>
    /// Enumerates linear pieces for every sign that is still missing, of all open neurons, first layer first, within a bounded effort.
    /// </summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="quickly">Whether more expensive searches are still to come.</param>
    public static void Enumerate(VerdictLedger ledger, SearchClock clock, bool quickly)
    {
        if (ledger.Decided < ledger.Count)
            clock.Run(SearchStage.Enumeration, () => Enumerate(ledger, clock, quickly, static _ => true));
    }

    private static void Enumerate(VerdictLedger ledger, SearchClock clock, bool quickly, Func<int, bool> which)
    {
        long each = quickly ? Effort / QuickShare : Effort, left = Neurons * each;
        for (int i = 0; i < ledger.Count; i++)
        {
            if (!which(i))
                continue;
            foreach (bool above in (bool[])[false, true])
            {
                if (!ledger.NeedsWitness(i, above) || left <= 0)
                    continue;
                clock.ThrowIfExpired();
                clock.Report(SearchStage.Enumeration, ledger.Place(i).Layer);
                int? sign = ExactMaximum.Sign(
                    ledger, i, above, Math.Min(left, each), clock.Parallel.CancellationToken, out long spent);
                left -= spent;
                if (sign <= 0)
                    ledger.Bound(i, above, 0, Evidence.Enumeration);
                else if (sign > 0 && above)
                    ledger.ShowPositive(i, Evidence.Enumeration);
            }
        }
    }

    private static int[] Open(VerdictLedger ledger) => [.. Enumerable.Range(0, ledger.Count).Where(ledger.MayBeZero)];

    /// <summary>The midpoint of the box, random points, and where no rectifier lies below the corners where neurons are largest.</summary>
    private static double[][] SamplesOf(VerdictLedger ledger, int[] open)
    {
        double[] lower = ledger.Domain.Lower.ToArray(), upper = ledger.Domain.Upper.ToArray();
        var random = new Random(open.Length);
        var points = new List<double[]>();
        for (int p = 0; p < Points; p++)
        {
            int current = p;
            points.Add(
                [.. lower.Select(
                    (low, k) => Math.Clamp(low + ((upper[k] - low) * (current == 0 ? 0.5 : random.NextDouble())), low, upper[k]))]);
        }

        foreach (int layer in InputRows.Layers(ledger.Graph))
        {
            SignTarget[] targets = [.. open.Where(i => ledger.Place(i).Layer == layer).Select(static i => new SignTarget(i, true))];
            points.AddRange(BestCorners.Of(ledger, layer, targets).SelectMany(static p => p));
        }

        return [.. points];
    }

    /// <summary>Upper bounds from what is known about the layers below by now.</summary>
    private static void Tighten(VerdictLedger ledger, SearchClock clock)
    {
        int[] open = Open(ledger);
        if (open.Length == 0)
            return;
        using var below = new RelaxedGraph(ledger.Domain, ledger.Network.Joined);
        for (int layer = 1; layer <= ledger.Place(open[^1]).Layer; layer++)
        {
            clock.ThrowIfExpired();
            LoweredLayer map = CrownBounds.Advance(below, layer, clock.Parallel);
            Tighten(ledger, map, ledger.Offsets[layer - 1], below, clock);
            below.Add(ledger.LowerOf(layer), ledger.UpperOf(layer));
        }
    }

    private static void Tighten(VerdictLedger ledger, LoweredLayer map, int first, RelaxedGraph below, SearchClock clock)
    {
        int[] neurons = [.. Enumerable.Range(0, map.Width).Where(i => ledger.MayBeZero(first + i))];
        if (neurons.Length == 0)
            return;
        double[] lower = new double[map.Width], upper = new double[map.Width];
        IntervalBounds.Propagate(map, below.SourcesOf(map), lower, upper, clock.Parallel);
        foreach (int i in neurons)
            ledger.Bound(first + i, double.NegativeInfinity, upper[i], Evidence.Interval);
        neurons = Array.FindAll(neurons, i => ledger.MayBeZero(first + i));
        if (below.Layers.Count == 0 || neurons.Length == 0)
            return;
        var bounds = new double[neurons.Length];
        new CrownBounds(below).Bound(map, neurons, above: true, bounds, null, clock.Parallel);
        for (int k = 0; k < neurons.Length; k++)
            ledger.Bound(first + neurons[k], double.NegativeInfinity, bounds[k], Evidence.Crown);
    }

    /// <summary>Exact arithmetic finds the sign of values that are smaller than their error bound.</summary>
    private static void ShowExactly(VerdictLedger ledger, SearchClock clock)
    {
        int[] open = Open(ledger);
        if (open.Length == 0)
            return;
        int last = ledger.Place(open[^1]).Layer;
        if (ExactSigns.LayersUpTo(ledger.Graph, last) is not { } layers)
            return;
        foreach (double[] point in SamplesOf(ledger, open).Take(ExactPoints))
        {
            clock.ThrowIfExpired();
            Dyadic[][] values = layers.PreActivations(point);
            for (int i = 0; i < ledger.Offsets[last]; i++)
            {
                (int layer, int neuron) = ledger.Place(i);
                if (values[layer - 1][neuron].Sign > 0 && ledger.MayBeZero(i))
                    ledger.ShowPositive(i, Evidence.Witness);
            }
        }
    }
}
