namespace ExactCompression.Branching.Regions;

/// <summary>
/// A depth-first search through the linear regions of a network: layer by layer it fixes each rectifier that is on or off throughout a
/// polytope, and cuts the polytope by the others. At each layer it looks at the targets, whose extremes on a polytope are at vertices.
/// Not for several threads.
/// </summary>
/// <remarks>
/// The polytopes at any layer have full dimension and cover the box. All their vertices are points of the box, so the extremes over all of
/// them are those over the box.
/// </remarks>
internal sealed class RegionWalk
{
    /// <summary>What a layer and a cut cost beside evaluations, in evaluations.</summary>
    private const long LayerCost = 16, CutCost = 64;

    /// <summary>How much work goes on between two looks at the token.</summary>
    private const long CheckEvery = 1 << 16;

    /// <summary>A mean of some dives that is this many times too high is not likely to fall below a limit.</summary>
    public const int FarAbove = 16;

    /// <summary>Fewer dives say nothing.</summary>
    private const int FewDives = 8;

    private readonly RegionNetwork network;
    private readonly RegionFunctions functions;
    private readonly Stack<PendingRegion> open = new();
    private readonly bool[][] path;
    private readonly RegionSigns signs;
    private long check;
    private Random? dive;
    private double choices, estimate;
    private long counted;

    /// <summary>Prepares walks.</summary>
    /// <param name="network">The network.</param>
    public RegionWalk(RegionNetwork network)
    {
        this.network = network;
        functions = new(network);
        signs = new(network, functions);
        path = new bool[network.Layers.Count][];
    }

    /// <summary>Searches a region until all of it is done or enough work has been done.</summary>
    /// <param name="start">The region.</param>
    /// <param name="most">The work to do, about.</param>
    /// <param name="cancellation">Ends it with <see cref="OperationCanceledException"/>.</param>
    public RegionSlice Run(PendingRegion start, long most, CancellationToken cancellation)
    {
        signs.Effort = check = 0;
        dive = null;
        open.Clear();
        var found = new RegionFindings(network.Targets.Length);
        Begin(start);
        open.Push(start);
        do
            Follow(open.Pop(), found, cancellation);
        while (open.Count > 0 && signs.Effort < most);
        var left = new PendingRegion[open.Count];
        for (int i = left.Length - 1; i >= 0; i--)
        {
            PendingRegion region = open.Pop();
            left[i] = region with { Phases = [.. path[..region.Layer], region.Phases[^1]] };
        }

        return new(left, found, signs.Effort);
    }

    /// <summary>
    /// Estimates the work on a region by random dives, each into one linear region, which weight what they do by the number of choices on
    /// the way to it (D. E. Knuth, <em>Estimating the Efficiency of Backtrack Programs</em>, Mathematics of Computation 29, 1975).
    /// </summary>
    /// <param name="start">The region.</param>
    /// <param name="dives">How many dives.</param>
    /// <param name="most">The work to spend on them, about.</param>
    /// <param name="limit">Dives end where their mean is far above this work.</param>
    /// <param name="seed">Seed of the choices.</param>
    /// <param name="cancellation">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The mean; infinite where only a few dives take more than the work to spend.</returns>
    public double Estimate(PendingRegion start, int dives, long most, double limit, int seed, CancellationToken cancellation)
    {
        var found = new RegionFindings(network.Targets.Length);
        dive = new(seed);
        (signs.Effort, check, counted, estimate) = (0, 0, 0, 0);
        int done = 0;
        for (; done < dives && signs.Effort < most && (done < FewDives || estimate / done <= FarAbove * limit); done++)
        {
            choices = 1;
            Begin(start);
            Follow(start with { Phases = [[.. start.Phases[^1]]] }, found, cancellation);
            Count();
        }

        dive = null;
        return done < FewDives ? double.PositiveInfinity : estimate / done;
    }

    /// <summary>Adds the work since the last choice to the estimate.</summary>
    private void Count()
    {
        estimate += choices * (signs.Effort - counted);
        counted = signs.Effort;
    }

    private RegionPolytope Choose(RegionPolytope above, RegionPolytope below, out bool on)
    {
        Count();
        choices *= 2;
        on = dive!.Next(2) == 0;
        return on ? above : below;
    }

    /// <summary>Fixes the phases that lead to a region.</summary>
    private void Begin(PendingRegion start)
    {
        for (int l = 0; l <= start.Layer; l++)
        {
            if (l == start.Layer && start.Next < 0)
                break;
            Enter(l);
            if (l < start.Layer)
                Leave(l, start.Phases[l]);
        }
    }

    /// <summary>Descends from a region to a linear region; what it cuts off on the way remains open.</summary>
    private void Follow(PendingRegion region, RegionFindings found, CancellationToken cancellation)
    {
        (RegionPolytope polytope, int at, int next, bool[][] phases) = region;
        bool[] own = phases[^1];
        while (at <= network.Deepest)
        {
            RegionLayer layer = network.Layers[at];
            if (next < 0)
            {
                Enter(at);
                Look(polytope, at, found);
                if (at == network.Deepest)
                    return;
                next = 0;
                own = new bool[layer.Width];
            }

            for (int i = next; i < layer.Width && layer.IsRectifier; i++)
            {
                if (layer.Phases[i] == RegionPhase.Unread)
                    continue;
                if (signs.Effort >= check)
                {
                    cancellation.ThrowIfCancellationRequested();
                    check = signs.Effort + CheckEvery;
                }

                own[i] = true;
                if (layer.Phases[i] == RegionPhase.On)
                    continue;
                (bool above, bool below, double error) = signs.Find(polytope, layer.First + i);
                own[i] = above;
                if (!above || !below)
                    continue;
                signs.Effort += CutCost + ((long)polytope.Count * polytope.Count / 4);
                (polytope, RegionPolytope other) =
                    PolytopeCut.Run(polytope, signs.Values, error, signs.Signs, layer.First + i, functions);
                if (dive is not null)
                {
                    polytope = Choose(polytope, other, out own[i]);
                    continue;
                }

                bool[] off = [.. own];
                off[i] = false;
                open.Push(new(other, at, i + 1, [off]));
            }

            Leave(at, own);
            (at, next) = (at + 1, -1);
        }
    }

    private void Enter(int at)
    {
        RegionLayer layer = network.Layers[at];
        signs.Effort += LayerCost + layer.Entries;
        functions.Enter(layer);
    }

    private void Leave(int at, bool[] phases)
    {
        RegionLayer layer = network.Layers[at];
        path[at] = phases;
        if (layer.IsRectifier)
            functions.Fix(layer, phases);
    }

    /// <summary>Looks for targets of a layer that reach their sign at a vertex.</summary>
    private void Look(RegionPolytope polytope, int at, RegionFindings found)
    {
        foreach (RegionTarget target in network.TargetsOf[at])
        {
            if (network.IsOpen[target.Id])
                signs.Look(polytope, network.Layers[at].First + target.Element, target, found);
        }
    }
}
