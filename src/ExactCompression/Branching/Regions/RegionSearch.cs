using System.Collections.Concurrent;
using ExactCompression.Numerics;
using ExactCompression.Verdicts;
using ExactCompression.Witnesses;

namespace ExactCompression.Branching.Regions;

/// <summary>
/// Decides signs of neurons' extremes by enumerating the linear regions of a network of few inputs: complete, and it ends where splitting
/// the box never would, at neurons whose extreme is 0. One enumeration serves all targets.
/// </summary>
/// <remarks>
/// Regions are searched in batches, each by one thread for a given amount of work, so that verdicts do not depend on the number of threads.
/// The search is depth-first, so that only few regions wait at any time. Work can stop after any batch and continue later.
/// </remarks>
internal sealed class RegionSearch
{
    /// <summary>With more inputs, polytopes have too many vertices.</summary>
    private const int MostInputs = 6;

    /// <summary>With more elements, a single region takes too long.</summary>
    private const int MostElements = 1 << 17;

    private const int Batch = 64;

    /// <summary>Random dives that estimate the work.</summary>
    private const int Dives = 64;

    /// <summary>Work on one region before others have their turn, at least: some milliseconds.</summary>
    private const long SliceEffort = 500_000;

    /// <summary>That work is at least this many times what it takes to compute all functions once.</summary>
    private const long SlicePasses = 32;

    private readonly VerdictLedger ledger;
    private readonly SearchClock clock;
    private readonly RegionNetwork network;
    private readonly ConcurrentBag<RegionWalk> walks = [];
    private readonly Stack<PendingRegion> open = new();
    private readonly RegionFindings found;
    private readonly ExactForward? exact;
    private readonly long slice;

    private RegionSearch(VerdictLedger ledger, SearchClock clock, RegionNetwork network)
    {
        (this.ledger, this.clock, this.network) = (ledger, clock, network);
        found = new(network.Targets.Length);
        slice = Math.Max(SliceEffort, SlicePasses * network.Layers.Sum(static l => (long)l.Entries));
        exact = ExactSigns.LayersUpTo(ledger.Graph, ledger.DeepestOpen());
        open.Push(Whole(network));
    }

    /// <summary>Work done so far: about the number of values computed.</summary>
    public long Effort { get; private set; }

    /// <summary>Whether all regions have been searched.</summary>
    public bool IsDone => open.Count == 0;

    /// <summary>Whether a network has few enough inputs.</summary>
    /// <param name="ledger">The network and its domain.</param>
    public static bool HasFewInputs(VerdictLedger ledger) => RegionNetwork.InputsOf(ledger).Length <= MostInputs;

    /// <summary>Starts a search for all open targets of some layers.</summary>
    /// <param name="ledger">What is known.</param>
    /// <param name="last">The last layer to take, 1-based among those with rectifiers.</param>
    /// <param name="clock">Time and threads.</param>
    /// <returns>Null where the network is not searched this way.</returns>
    public static RegionSearch? Open(VerdictLedger ledger, int last, SearchClock clock)
    {
        SignTarget[] targets = [.. Enumerable.Range(0, last == 0 ? 0 : ledger.Offsets[last])
            .SelectMany(static i => (SignTarget[])[new(i, true), new(i, false)])
            .Where(t => ledger.NeedsWitness(t.Index, t.Above))];
        return RegionNetwork.Of(ledger, targets, MostInputs, MostElements) is { } network ? new(ledger, clock, network) : null;
    }

    /// <summary>Estimates the work that it takes, from the start.</summary>
    /// <param name="most">The work to spend on the estimate, about.</param>
    /// <param name="limit">The work that the search is worth: far above it, the estimate is a rough one.</param>
    /// <returns>The estimate; infinite where it would take more work.</returns>
    public double Estimate(long most, double limit)
    {
        var walk = new RegionWalk(network);
        walks.Add(walk);
        return walk.Estimate(Whole(network), Dives, most, limit, seed: 1, clock.Parallel.CancellationToken);
    }

    /// <summary>Continues until all regions are searched or this much work has been done.</summary>
    /// <param name="most">The work of all calls together.</param>
    public void RunTo(long most)
    {
        network.Update(ledger);
        using var check = new WitnessCheck(ledger.Network, ledger.Domain);
        while (open.Count > 0 && Effort < most && network.Deepest >= 0)
        {
            clock.ThrowIfExpired();
            clock.Report(SearchStage.Enumeration, network.Layers[network.Deepest].Number);
            var batch = new List<PendingRegion>(Batch);
            while (batch.Count < Batch && open.TryPop(out PendingRegion? region))
                batch.Add(region);
            RegionSlice[] slices = Search(batch);
            for (int i = slices.Length - 1; i >= 0; i--)
                Take(slices[i]);
            Show(check);
            network.Update(ledger);
        }

        if (network.Deepest < 0)
            open.Clear();
        if (open.Count == 0)
            Conclude();
    }

    private RegionSlice[] Search(List<PendingRegion> batch)
    {
        var slices = new RegionSlice[batch.Count];
        bool isDone = false;
        try
        {
            Parallel.For(
                0,
                batch.Count,
                clock.Parallel,
                () => walks.TryTake(out RegionWalk? walk) ? walk : new(network),
                (i, _, walk) =>
                {
                    slices[i] = walk.Run(batch[i], slice, clock.Parallel.CancellationToken);
                    return walk;
                },
                walks.Add);
            isDone = true;
        }
        finally
        {
            // What was interrupted is still to be searched.
            for (int i = batch.Count - 1; i >= 0 && !isDone; i--)
                open.Push(batch[i]);
        }

        return slices;
    }

    private static PendingRegion Whole(RegionNetwork network) => new(RegionPolytope.Box(network), 0, -1, [[]]);

    private void Take(RegionSlice slice)
    {
        Effort += slice.Effort;
        foreach (PendingRegion region in slice.Left)
            open.Push(region);
        found.Take(slice.Found);
    }

    /// <summary>Credits inputs at which targets have their sign, where double has such inputs.</summary>
    private void Show(WitnessCheck check)
    {
        int[] targets = [.. found.TakeChanged().Where(t => network.IsOpen[t])];
        if (targets.Length == 0)
            return;
        foreach (int target in targets)
        {
            (int index, bool above) = network.Targets[target];
            if (above)
                ledger.ShowPositive(index, Evidence.Enumeration);
        }

        check.Credit([.. targets.SelectMany(found.PointsOf).Select(p => network.ToInput(p))], ledger);
        foreach (int target in targets)
        {
            foreach (double[] point in found.PointsOf(target))
                ShowExactly(network.Targets[target], network.ToInput(point));
        }
    }

    private void ShowExactly(SignTarget target, double[] point)
    {
        if (exact is null || !ledger.NeedsWitness(target.Index, target.Above))
            return;
        clock.ThrowIfExpired();
        (int layer, int neuron) = ledger.Place(target.Index);
        Dyadic value = exact.PreActivations(point)[layer - 1][neuron];
        if (target.Above ? value.Sign > 0 : value.Sign < 0)
            ledger.Learn(target.Index, target.Above, point);
    }

    /// <summary>All regions have been searched: what has not reached its sign never does.</summary>
    private void Conclude()
    {
        HashSet<int> reached = [.. found.Targets];
        for (int t = 0; t < network.Targets.Length; t++)
        {
            (int index, bool above) = network.Targets[t];
            if (!reached.Contains(t) && network.IsOpen[t])
                ledger.Bound(index, above, 0, Evidence.Enumeration);
        }

        foreach (int t in reached)
        {
            if (network.Targets[t] is { Above: true, Index: var index })
                ledger.ShowPositive(index, Evidence.Enumeration);
        }
    }
}
