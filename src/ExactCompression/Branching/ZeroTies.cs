using ExactCompression.Bounds;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching;

/// <summary>
/// Decides of neurons that are proven never to be below 0 whether they are ever above: active if so, else 0 everywhere, which counts as
/// inactive. A few points settle nearly all of them; bounds that have become tighter below, and the network's linear pieces in exact
/// arithmetic, the rest.
/// </summary>
internal static class ZeroTies
{
    /// <summary>
    /// Work on one neuron in products of exact numbers, a fraction of a second, and how many times as much on all in one call.
    /// </summary>
    private const long Effort = 2_000_000, Neurons = 10;

    /// <summary>
    /// The share of that which comes before long searches: small networks, whose ties these would never settle, need no more.
    /// </summary>
    private const long QuickShare = 8;

    private const int Points = 16, ExactPoints = 4;

    /// <summary>Runs a few points through the network: cheaper than a search for witnesses where nothing else is open.</summary>
    /// <param name="board">What is known.</param>
    public static void Show(VerdictLedger board)
    {
        int[] open = Open(board);
        if (open.Length == 0)
            return;
        using var check = new WitnessCheck(board.Network, board.Domain);
        check.Credit(SamplesOf(board, open), board);
    }

    /// <summary>Decides what it can.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    public static void Decide(VerdictLedger board, SearchClock clock)
    {
        if (Open(board).Length == 0)
            return;
        clock.Run(SearchStage.Enumeration, () =>
        {
            Show(board);
            Tighten(board, clock);
            ShowExactly(board, clock);
            Enumerate(board, clock, quickly: true, board.MayBeZero);
        });
    }

    /// <summary>
    /// Goes through linear pieces for every sign that is still wanted, of all open neurons, front to back, within a bounded effort.
    /// </summary>
    /// <param name="board">What is known.</param>
    /// <param name="clock">Time and threads.</param>
    /// <param name="quickly">Whether more expensive searches are still to come.</param>
    public static void Enumerate(VerdictLedger board, SearchClock clock, bool quickly)
    {
        if (board.Decided < board.Count)
            clock.Run(SearchStage.Enumeration, () => Enumerate(board, clock, quickly, static _ => true));
    }

    private static void Enumerate(VerdictLedger board, SearchClock clock, bool quickly, Func<int, bool> which)
    {
        long each = quickly ? Effort / QuickShare : Effort, left = Neurons * each;
        for (int i = 0; i < board.Count; i++)
        {
            if (!which(i))
                continue;
            foreach (bool above in (bool[])[false, true])
            {
                if (!board.Wants(i, above) || left <= 0)
                    continue;
                clock.ThrowIfExpired();
                clock.Report(SearchStage.Enumeration, board.Place(i).Layer);
                int? sign = ExactMaximum.Sign(
                    board, i, above, Math.Min(left, each), clock.Parallel.CancellationToken, out long spent);
                left -= spent;
                if (sign <= 0)
                    board.Bound(i, above ? double.NegativeInfinity : 0, above ? 0 : double.PositiveInfinity, Evidence.Enumeration);
                else if (sign > 0 && above)
                    board.ShowPositive(i, Evidence.Enumeration);
            }
        }
    }

    private static int[] Open(VerdictLedger board) => [.. Enumerable.Range(0, board.Count).Where(board.MayBeZero)];

    /// <summary>The middle of the box, points of it, and for the first layer the corners where its neurons are largest.</summary>
    private static double[][] SamplesOf(VerdictLedger board, int[] open)
    {
        double[] lower = board.Domain.Lower.ToArray(), upper = board.Domain.Upper.ToArray();
        var random = new Random(open.Length);
        var points = new List<double[]>();
        for (int p = 0; p < Points; p++)
        {
            int current = p;
            points.Add(
                [.. lower.Select(
                    (low, k) => Math.Clamp(low + ((upper[k] - low) * (current == 0 ? 0.5 : random.NextDouble())), low, upper[k]))]);
        }

        foreach (int i in open.TakeWhile(i => i < board.Offsets[1]))
            points.Add(board.Domain.Corner(board.Network.Layers[0].Row(i), above: true));
        return [.. points];
    }

    /// <summary>Bounds from above by what is known of the layers below by now.</summary>
    private static void Tighten(VerdictLedger board, SearchClock clock)
    {
        int[] open = Open(board);
        if (open.Length == 0)
            return;
        using var below = new RelaxedNetwork(board.Domain);
        for (int layer = 1; layer <= board.Place(open[^1]).Layer; layer++)
        {
            clock.ThrowIfExpired();
            AffineLayer map = board.Network.HiddenLayer(layer);
            Tighten(board, map, board.Offsets[layer - 1], below, clock);
            below.Add(map, board.LowerOf(layer), board.UpperOf(layer));
        }
    }

    private static void Tighten(VerdictLedger board, AffineLayer map, int first, RelaxedNetwork below, SearchClock clock)
    {
        int[] neurons = [.. Enumerable.Range(0, map.Outputs).Where(i => board.MayBeZero(first + i))];
        if (neurons.Length == 0)
            return;
        double[] lower = new double[map.Outputs], upper = new double[map.Outputs];
        IntervalBounds.Propagate(map, below.Output, lower, upper);
        foreach (int i in neurons)
            board.Bound(first + i, double.NegativeInfinity, upper[i], Evidence.Interval);
        neurons = Array.FindAll(neurons, i => board.MayBeZero(first + i));
        if (below.Layers.Count == 0 || neurons.Length == 0)
            return;
        var bounds = new double[neurons.Length];
        new CrownBounds(below).Bound(map, neurons, above: true, bounds, [], clock.Parallel);
        for (int k = 0; k < neurons.Length; k++)
            board.Bound(first + neurons[k], double.NegativeInfinity, bounds[k], Evidence.Crown);
    }

    /// <summary>Values too small for their error bound have a sign all the same.</summary>
    private static void ShowExactly(VerdictLedger board, SearchClock clock)
    {
        int[] open = Open(board);
        if (open.Length == 0)
            return;
        int last = board.Place(open[^1]).Layer;
        if (ExactSigns.LayersUpTo(board.Network, last) is not { } layers)
            return;
        foreach (double[] point in SamplesOf(board, open).Take(ExactPoints))
        {
            clock.ThrowIfExpired();
            Dyadic[][] values = ExactSigns.PreActivations(layers, point);
            for (int i = 0; i < board.Offsets[last]; i++)
            {
                (int layer, int neuron) = board.Place(i);
                if (values[layer - 1][neuron].Sign > 0 && board.MayBeZero(i))
                    board.ShowPositive(i, Evidence.Witness);
            }
        }
    }
}
