using System.Numerics;

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
    /// <summary>What a layer, a cut and an exact sign cost beside evaluations, in evaluations.</summary>
    private const long LayerCost = 16, CutCost = 64, ExactCost = 64;

    /// <summary>What the exact sign of a function costs in addition whose digits grow from layer to layer.</summary>
    private const long DigitsCost = 256;

    /// <summary>How much work goes on between two looks at the token.</summary>
    private const long CheckEvery = 1 << 16;

    private readonly RegionNetwork network;
    private readonly RegionFunctions functions;
    private readonly Stack<PendingRegion> open = new();
    private readonly bool[][] path;
    private double[] values = [];
    private sbyte[] signs = [];
    private long effort;
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
        path = new bool[network.Layers.Count][];
    }

    /// <summary>Searches a region until all of it is done or enough work has been done.</summary>
    /// <param name="start">The region.</param>
    /// <param name="most">The work to do, about.</param>
    /// <param name="cancellation">Ends it with <see cref="OperationCanceledException"/>.</param>
    public RegionSlice Run(PendingRegion start, long most, CancellationToken cancellation)
    {
        effort = check = 0;
        var found = new RegionFindings(network.Targets.Length);
        Begin(start);
        open.Push(start);
        while (open.Count > 0 && effort < most)
            Follow(open.Pop(), found, cancellation);
        var left = new PendingRegion[open.Count];
        for (int i = left.Length - 1; i >= 0; i--)
        {
            PendingRegion region = open.Pop();
            left[i] = region with { Phases = [.. path[..region.Layer], region.Phases[^1]] };
        }

        return new(left, found, effort);
    }

    /// <summary>
    /// Estimates the work on a region by random dives, each into one linear region, which weight what they do by the number of choices on
    /// the way to it (D. E. Knuth, <em>Estimating the Efficiency of Backtrack Programs</em>, Mathematics of Computation 29, 1975).
    /// </summary>
    /// <param name="start">The region.</param>
    /// <param name="dives">How many dives.</param>
    /// <param name="most">The work to spend on them, about.</param>
    /// <param name="seed">Seed of the choices.</param>
    /// <param name="cancellation">Ends it with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The mean; infinite where only a few dives would take more than that work.</returns>
    public double Estimate(PendingRegion start, int dives, long most, int seed, CancellationToken cancellation)
    {
        var found = new RegionFindings(network.Targets.Length);
        dive = new(seed);
        (effort, check, counted, estimate) = (0, 0, 0, 0);
        int done = 0;
        for (; done < dives && effort < most; done++)
        {
            choices = 1;
            Begin(start);
            Follow(start with { Phases = [[.. start.Phases[^1]]] }, found, cancellation);
            Count();
        }

        dive = null;
        return 8 * done < dives ? double.PositiveInfinity : estimate / done;
    }

    /// <summary>Adds the work since the last choice to the estimate.</summary>
    private void Count()
    {
        estimate += choices * (effort - counted);
        counted = effort;
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
                if (effort >= check)
                {
                    cancellation.ThrowIfCancellationRequested();
                    check = effort + CheckEvery;
                }

                own[i] = true;
                if (layer.Phases[i] == RegionPhase.On)
                    continue;
                (bool above, bool below, double error) = SignsOf(polytope, layer.First + i);
                own[i] = above;
                if (!above || !below)
                    continue;
                effort += CutCost + ((long)polytope.Count * polytope.Count / 4);
                (polytope, RegionPolytope other) = polytope.Cut(values, error, signs, layer.First + i, functions);
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
        effort += LayerCost + layer.Entries;
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
            if (!network.IsOpen[target.Id])
                continue;
            Look(polytope, network.Layers[at].First + target.Element, target, found);
        }
    }

    private void Look(RegionPolytope polytope, int place, RegionTarget target, RegionFindings found)
    {
        ReadOnlySpan<double> function = functions.Of(place), errors = functions.ErrorsOf(place);
        int wanted = target.Above ? 1 : -1;
        effort++;
        if (polytope.QuickSign(function, errors) == -wanted || IsZero(place))
            return;
        double error = Evaluate(polytope, function, errors);
        bool isShown = false;
        for (int v = 0; v < polytope.Count; v++)
        {
            if (!(wanted * values[v] > error))
                continue;
            isShown = true;
            found.Take(target.Id, wanted * values[v], polytope, v);
        }

        for (int v = 0; v < polytope.Count && !isShown; v++)
        {
            if (!(wanted * values[v] < -error) && ExactSign(polytope, v, place) == wanted)
                found.Take(target.Id, 0, polytope, v);
        }
    }

    /// <summary>Whether a function is known to be 0 throughout.</summary>
    private bool IsZero(int place) => !functions.Of(place).ContainsAnyExcept(0) && functions.IsInDoubles(place);

    private double Evaluate(RegionPolytope polytope, ReadOnlySpan<double> function, ReadOnlySpan<double> errors)
    {
        if (values.Length < polytope.Count)
            (values, signs) = (new double[2 * polytope.Count], new sbyte[2 * polytope.Count]);
        effort += polytope.Count;
        return polytope.Evaluate(function, errors, values);
    }

    /// <summary>Whether a function is above 0 and below 0 at any vertex; exact.</summary>
    private (bool Above, bool Below, double Error) SignsOf(RegionPolytope polytope, int place)
    {
        ReadOnlySpan<double> function = functions.Of(place), errors = functions.ErrorsOf(place);
        effort++;
        if (polytope.QuickSign(function, errors) is not 0 and var quick)
            return (quick > 0, quick < 0, 0);
        if (IsZero(place))
            return (false, false, 0);
        double error = Evaluate(polytope, function, errors);
        bool above = false, below = false;
        for (int v = 0; v < polytope.Count; v++)
        {
            double value = values[v];
            int sign = value > error ? 1 : value < -error ? -1 : ExactSign(polytope, v, place);
            signs[v] = (sbyte)sign;
            above |= sign > 0;
            below |= sign < 0;
        }

        return (above, below, error);
    }

    /// <summary>
    /// The sign of a function at a vertex where double leaves it in doubt. What that costs is charged by what is known here alone: how much
    /// of it other threads have done already must not decide where a search ends.
    /// </summary>
    private int ExactSign(RegionPolytope polytope, int vertex, int place)
    {
        effort += ExactCost;
        bool isInDoubles = functions.IsInDoubles(place);
        if (isInDoubles && polytope[vertex].IsKnownZero(functions.Of(place)))
            return 0;
        if (!isInDoubles)
            effort += DigitsCost * network.Layers.Count;
        BigInteger[] point = polytope[vertex].Exact(functions);
        int sign = RegionFunctions.At(functions.Exact(place), point).Sign;
        if (sign == 0 && isInDoubles)
            polytope[vertex].Remember(functions.Of(place), network.Inputs.Length);
        return sign;
    }
}

/// <summary>A part of the box that is still to be searched.</summary>
/// <param name="Polytope">The part.</param>
/// <param name="Layer">The place of the layer whose rectifiers are next.</param>
/// <param name="Next">The next of them; below 0 where the layer has not been looked at.</param>
/// <param name="Phases">The phases that are fixed, for each layer up to this one; the last alone on the path of a walk.</param>
internal sealed record PendingRegion(RegionPolytope Polytope, int Layer, int Next, bool[][] Phases);

/// <summary>What a walk has done.</summary>
/// <param name="Left">What is still to be searched, the last first.</param>
/// <param name="Found">The targets that reach their sign.</param>
/// <param name="Effort">The work done.</param>
internal sealed record RegionSlice(PendingRegion[] Left, RegionFindings Found, long Effort);
