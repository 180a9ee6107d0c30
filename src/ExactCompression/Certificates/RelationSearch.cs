using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds how a compressed network relates to its original, from the two networks and what is proven about their neurons alone; how one was
/// made from the other need not be known. A wrong relation makes the proven deviation large, never false.
/// </summary>
internal sealed class RelationSearch
{
    private readonly ReluNetwork original;
    private readonly ReluNetwork compressed;
    private readonly string[] states;
    private readonly IReadOnlyList<BoundedLayer> proven;
    private readonly IReadOnlyList<BoundedLayer> known;
    private readonly InputBox domain;
    private readonly CheckBudget budget;

    private RelationSearch(
        ReluNetwork original, ReluNetwork compressed, string[] states, IReadOnlyList<BoundedLayer> proven,
        IReadOnlyList<BoundedLayer> known, InputBox domain, CheckBudget budget)
    {
        (this.original, this.compressed, this.states, this.proven, this.known, this.domain, this.budget) = (original, compressed, states,
            proven, known, domain, budget);
    }

    /// <summary>The relation with the least proven deviation among those tried; infinite where there is none.</summary>
    /// <param name="original">The original.</param>
    /// <param name="compressed">The compressed network.</param>
    /// <param name="states">A letter per neuron for each hidden layer of the original.</param>
    /// <param name="proven">What is proven about them.</param>
    /// <param name="known">What is proven about the compressed network's hidden layers.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="budget">Its budget.</param>
    public static (Relation Relation, double Deviation) Best(
        ReluNetwork original, ReluNetwork compressed, string[] states, IReadOnlyList<BoundedLayer> proven,
        IReadOnlyList<BoundedLayer> known, InputBox domain, CheckBudget budget)
    {
        var search = new RelationSearch(original, compressed, states, proven, known, domain, budget);
        (Relation Relation, double Deviation) best = (new(0, []), double.PositiveInfinity);
        foreach ((int start, bool[] kept) in search.Pairings())
        {
            try
            {
                (Relation relation, double deviation) = search.Along(start, kept);
                if (deviation < best.Deviation)
                    best = (relation, deviation);
            }
            catch (Refusal)
            {
                // These layers do not match.
            }
        }

        return best;
    }

    /// <summary>
    /// Where a relation may begin, and which layers of the original may have a counterpart: layers with an unstable neuron that is read
    /// must have one, the others may be folded.
    /// </summary>
    private IEnumerable<(int Start, bool[] Kept)> Pairings()
    {
        int dead = Array.FindLastIndex(states, static s => !s.AsSpan().ContainsAnyExcept('i')) + 1;
        foreach (int start in dead > 0 ? (int[])[dead, 0] : [0])
        {
            int[] free = [.. Enumerable.Range(start, original.Depth - start).Where(CanFold)];
            int bound = original.Depth - start - free.Length;
            foreach (int[] folded in Subsets(free, original.Depth - start - compressed.Depth))
                yield return (start, [.. Enumerable.Range(start, original.Depth - start).Select(l => !folded.Contains(l))]);
            if (start > 0 && bound == 0) // a constant network, whatever layers it has
                yield return (start, new bool[original.Depth - start]);
        }
    }

    private bool CanFold(int l)
    {
        NextLayer next = Next(l);
        return states[l].Select((s, i) => s is 'a' or 'i' || !next.Reads(i)).All(static c => c);
    }

    /// <summary>The layer behind hidden layer <paramref name="l"/>; its rows that an output depends on are needed.</summary>
    private NextLayer Next(int l)
    {
        if (l + 1 == original.Depth)
            return new(original.DenseLayers[^1], [.. Enumerable.Repeat(true, original.OutputSize)]);
        NextLayer after = Next(l + 1);
        return new(original.DenseLayers[l + 1], [.. states[l + 1].Select((s, i) => s != 'i' && after.Reads(i))]);
    }

    private static IEnumerable<int[]> Subsets(int[] of, int count)
    {
        if (count < 0 || count > of.Length)
            yield break;
        if (count == 0)
        {
            yield return [];
            yield break;
        }

        for (int k = 0; k + count <= of.Length; k++)
        {
            foreach (int[] rest in Subsets(of[(k + 1)..], count - 1))
                yield return [of[k], .. rest];
        }
    }

    private (Relation Relation, double Deviation) Along(int start, bool[] kept)
    {
        Simulation simulation = RelationCheck.Start(start, original, proven, compressed.Depth - kept.Count(static k => k), known, domain);
        var layers = new List<LayerRelation>();
        for (int l = start; l < original.Depth; l++)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            bool has = kept[l - start];
            if (has && (simulation.Number >= compressed.Depth || compressed.DenseLayers[simulation.Number].Inputs != simulation.Box.Size))
                throw new Refusal("relation", "There is no such layer.");
            NextLayer next = Next(l);
            AffineLayer? counterpart = has ? compressed.DenseLayers[simulation.Number] : null;
            BoundedLayer? bounds = has ? known[simulation.Number] : null;
            LayerRelation layer = counterpart is null
                ? Folded(states[l], next)
                : new LayerMatch(
                    simulation, proven[l], states[l], next, counterpart, bounds!, budget.Parallel.CancellationToken).Relation;
            layers.Add(layer);
            simulation = SimulationStep.Take(
                simulation, layer, proven[l], next.Map, next.Needed, counterpart, bounds, $"relation, layer {l + 1}", budget);
        }

        double deviation = RelationCheck.End(simulation, original, compressed);
        for (int l = start; l + 1 < original.Depth; l++)
            layers[l - start] = WithoutUnused(layers[l - start], Next(l).Needed, layers[l + 1 - start].Kinds);
        return (new(start, [.. layers]), deviation);
    }

    /// <summary>
    /// Omits the joint combinations for neurons of the next layer that turned out to need only their range.
    /// </summary>
    private static LayerRelation WithoutUnused(LayerRelation layer, bool[] needed, string nextKinds)
    {
        if (!layer.Kinds.AsSpan().ContainsAny('j', 'n'))
            return layer;
        int width = layer.Linear.Length, at = layer.Kinds.AsSpan().Count('l') * width;
        List<double> kept = [.. layer.Coefficients[..at]];
        for (int r = 0; r < needed.Length; r++)
        {
            if (!needed[r])
                continue;
            if (nextKinds[r] is not ('o' or 'c'))
                kept.AddRange(layer.Coefficients.AsSpan(at, width));
            at += width;
        }

        return layer with { Coefficients = [.. kept] };
    }

    private static LayerRelation Folded(string states, NextLayer next) => new()
    {
        HasCounterpart = false,
        Kinds = new([.. states.Select((s, i) => s == 'i' ? 'o' : s == 'a' && next.Reads(i) ? 'f' : 'c')]),
        Targets = [],
        Factors = [],
        Sums = [],
        Terms = [],
        Linear = [],
        Coefficients = [],
    };
}
