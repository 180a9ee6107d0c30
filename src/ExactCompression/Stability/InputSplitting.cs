using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Splits the input box where inputs are few: one partition serves all open neurons of a layer. In each part the layers up to it are bounded anew, which settles most neurons there; a part is split
/// again as long as a neuron is open in it. A side is proven when it is settled in every part.
/// </summary>
internal sealed class InputSplitting
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    public const int MostInputs = 12;
    private const int Batch = 64;

    private readonly VerdictBoard board;
    private readonly WitnessSearch search;
    private readonly SearchClock clock;
    private readonly PriorityQueue<Part, double> open = new();
    private readonly Dictionary<Aim, int> parts = [];

    /// <summary>Begins with the whole box.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="layer">1-based hidden layer whose open neurons are to be settled.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public InputSplitting(VerdictBoard board, int layer, WitnessSearch search, SearchClock clock)
    {
        this.board = board;
        this.search = search;
        this.clock = clock;
        Aim[] aims = [.. search.Open(layer)];
        foreach (Aim aim in aims)
            parts[aim] = 1;
        open.Enqueue(new([.. board.Domain.Lower.Span], [.. board.Domain.Upper.Span], aims), 0);
    }

    /// <summary>Splits until nothing is open or so many parts have been bounded.</summary>
    /// <param name="most">Parts to bound.</param>
    public void Run(int most)
    {
        var oneThread = new ParallelOptions { MaxDegreeOfParallelism = 1, CancellationToken = clock.Parallel.CancellationToken };
        for (int bounded = 0; bounded < most && open.Count > 0;)
        {
            clock.ThrowIfExpired();
            clock.Report("InputSplitting", 0);
            var batch = new List<Part>();
            while (batch.Count < Batch && open.TryDequeue(out Part? part, out _))
            {
                Aim[] wanted = [.. part.Aims.Where(search.IsOpen)];
                if (wanted.Length > 0)
                    batch.Add(part with { Aims = wanted });
            }

            var outcomes = new Outcome[batch.Count];
            Parallel.For(0, batch.Count, clock.Parallel, i => outcomes[i] = PartBounds.Run(board, batch[i], oneThread));
            bounded += batch.Count;
            search.Try([.. outcomes.SelectMany(static o => o.Corners)], outcomes.Sum(static o => o.Open.Length));
            for (int i = 0; i < batch.Count; i++)
                Take(batch[i], outcomes[i]);
        }
    }

    private void Take(Part part, Outcome outcome)
    {
        Aim[] left = [.. outcome.Open.Where(search.IsOpen)];
        foreach (Aim aim in part.Aims)
            parts[aim] += (left.Contains(aim) ? 2 : 0) - 1;
        foreach (Aim aim in part.Aims.Where(a => parts[a] == 0 && search.IsOpen(a)))
        {
            if (aim.Above)
                board.Bound(aim.Index, double.NegativeInfinity, 0, "InputSplitting");
            else
                board.Bound(aim.Index, 0, double.PositiveInfinity, "InputSplitting");
        }

        if (left.Length == 0)
            return;
        foreach (Part half in part.Halves(outcome.SplitInput, left))
            open.Enqueue(half, -outcome.Worst);
    }

    /// <summary>A part of the box and the sides that are open in it.</summary>
    internal sealed record Part(double[] Lower, double[] Upper, Aim[] Aims)
    {
        /// <summary>Both halves at the middle of one input; they share that value, so together they are the part.</summary>
        public Part[] Halves(int input, Aim[] aims)
        {
            double middle = Math.Clamp((0.5 * Lower[input]) + (0.5 * Upper[input]), Lower[input], Upper[input]); // never overflows, and stays inside
            double[] upper = [.. Upper], lower = [.. Lower];
            upper[input] = lower[input] = middle;
            return [new(Lower, upper, aims), new(lower, Upper, aims)];
        }
    }

    /// <summary>What bounding a part left open.</summary>
    /// <param name="Open">Sides that are not settled in the part.</param>
    /// <param name="Corners">For each of them, the corner of the part where its linear bound is reached, row-major.</param>
    /// <param name="SplitInput">The input to halve.</param>
    /// <param name="Worst">The largest bound of an open side, relative to its bound on the whole box.</param>
    internal sealed record Outcome(Aim[] Open, float[] Corners, int SplitInput, double Worst);
}
