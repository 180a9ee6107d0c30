using System.Collections.Concurrent;
using static ExactCompression.Stability.WitnessSearch;

namespace ExactCompression.Stability;

/// <summary>
/// Splits the input box where inputs are few: one partition serves many open neurons of a layer. In each part the layers up to it are bounded anew, which settles most neurons there; a part is split
/// again as long as a neuron is open in it. A side is proven when it is settled in every part.
/// </summary>
/// <remarks>
/// The parts that were split last are taken first, so that only few wait at any time. Batches do not depend on the number of threads, so neither do verdicts. Work can stop after any batch and go on later.
/// </remarks>
internal sealed class InputSplitting : IDisposable
{
    /// <summary>With more inputs, halving one of them changes too little.</summary>
    public const int MostInputs = 12;

    private const int Batch = 64;

    /// <summary>A bound this close to 0, relative to that on the whole box, may be a tie that rounding keeps open.</summary>
    private const double Tie = 1e-9;

    private readonly VerdictBoard board;
    private readonly WitnessSearch search;
    private readonly SearchClock clock;
    private readonly int layer;
    private readonly PartNetwork network;
    private readonly ConcurrentBag<PartBounder> bounders = [];
    private readonly Stack<BoxPart> open = new();
    private readonly Dictionary<Aim, int> parts = [];
    private readonly HashSet<Aim> stuck = [];

    /// <summary>Begins with the whole box.</summary>
    /// <param name="board">What is known.</param>
    /// <param name="layer">1-based hidden layer of the open sides.</param>
    /// <param name="aims">The sides that are to be settled.</param>
    /// <param name="search">Checks corners for witnesses.</param>
    /// <param name="clock">Time and threads.</param>
    public InputSplitting(VerdictBoard board, int layer, Aim[] aims, WitnessSearch search, SearchClock clock)
    {
        this.board = board;
        this.search = search;
        this.clock = clock;
        this.layer = layer;
        network = new(board, layer);
        foreach (Aim aim in aims)
            parts[aim] = 1;
        open.Push(new([.. board.Domain.Lower.Span], [.. board.Domain.Upper.Span], PartKnowledge.OfWholeBox(network, board.Offsets[layer - 1]), aims));
    }

    /// <summary>Parts bounded so far.</summary>
    public long Bounded { get; private set; }

    /// <summary>Goes on until nothing is open or so many parts have been bounded.</summary>
    /// <param name="most">Parts to bound in all calls together.</param>
    public void RunTo(long most)
    {
        while (Bounded < most && open.Count > 0)
        {
            clock.ThrowIfExpired();
            clock.Report("InputSplitting", layer);
            var batch = new List<BoxPart>(Batch);
            while (batch.Count < Batch && open.TryPop(out BoxPart? part))
            {
                Aim[] wanted = Array.FindAll(part.Aims, IsWanted);
                if (wanted.Length > 0)
                    batch.Add(wanted.Length == part.Aims.Length ? part : part with { Aims = wanted });
            }

            var outcomes = new PartOutcome[batch.Count];
            Parallel.For(
                0,
                batch.Count,
                clock.Parallel,
                () => bounders.TryTake(out PartBounder? bounder) ? bounder : new(network, layer),
                (i, _, bounder) =>
                {
                    outcomes[i] = bounder.Run(batch[i]);
                    return bounder;
                },
                bounders.Add);
            Bounded += batch.Count;
            search.Try([.. outcomes.SelectMany(static o => o.Corners)], outcomes.Sum(static o => o.Open.Length));
            for (int i = 0; i < batch.Count; i++)
                Take(batch[i], outcomes[i]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PartBounder bounder in bounders)
            bounder.Dispose();
        network.Dispose();
    }

    private bool IsWanted(Aim aim) => search.IsOpen(aim) && !stuck.Contains(aim);

    private void Take(BoxPart part, PartOutcome outcome)
    {
        Aim[] left = Array.FindAll(outcome.Open, IsWanted);
        if (left.Length > 0 && !(outcome.Worst > Tie))
            left = Array.FindAll(left, new TiedPart(board, part, clock.Parallel).LeavesOpen);
        int pieces = outcome.Pieces.Length;
        foreach (Aim aim in part.Aims)
        {
            bool stays = left.Contains(aim);
            if (stays && pieces == 0)
                stuck.Add(aim);
            parts[aim] += (stays ? pieces : 0) - 1;
            if (parts[aim] != 0 || !IsWanted(aim))
                continue;
            if (aim.Above)
                board.Bound(aim.Index, double.NegativeInfinity, 0, "InputSplitting");
            else
                board.Bound(aim.Index, 0, double.PositiveInfinity, "InputSplitting");
        }

        if (left.Length == 0)
            return;
        foreach (BoxPart piece in outcome.Pieces)
        {
            // What holds where one of several sides is open does not depend on which; so a side alone may go on from there, and only it makes use of that.
            if (piece.Aims.Length == left.Length)
                open.Push(piece);
            else
                open.Push(piece with { Aims = left });
        }
    }
}
