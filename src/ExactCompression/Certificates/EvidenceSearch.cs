using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds evidence for the verdicts on a network's neurons that the checker accepts: the checker's own code is tried, cheapest evidence
/// first, and the search only where slopes or trees are needed. So the evidence does not depend on how the verdicts were found.
/// </summary>
internal sealed class EvidenceSearch
{
    private readonly ReluNetwork network;
    private readonly InputDomain domain;
    private readonly string[] states;
    private readonly Premises premises;
    private readonly CheckBudget budget;
    private readonly Func<int, int, bool> wanted;
    private readonly StabilityCheck check;

    private EvidenceSearch(
        ReluNetwork network, InputDomain domain, string[] states, Premises premises, Func<int, int, bool> wanted, string name,
        CheckBudget budget)
    {
        (this.network, this.domain, this.states, this.premises, this.wanted, this.budget) = (network, domain, states, premises, wanted,
            budget);
        check = new(network, new(domain.Lower.ToArray(), domain.Upper.ToArray()), name, budget);
    }

    /// <summary>The evidence allowed for bounds of open neurons, in order of the cost of checking it.</summary>
    internal enum Premises
    {
        /// <summary>Interval arithmetic.</summary>
        Intervals,

        /// <summary>Backward passes.</summary>
        Linear,

        /// <summary>Backward passes with optimised slopes.</summary>
        Optimized,
    }

    /// <summary>Evidence for all layers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">The domain, of the network's size.</param>
    /// <param name="states">A letter per neuron for each hidden layer; see <see cref="LayerClaims.States"/>.</param>
    /// <param name="premises">The most expensive evidence allowed.</param>
    /// <param name="wanted">Whether a neuron needs a lower bound as tight as that of a backward pass, by its 0-based layer and
    /// neuron.</param>
    /// <param name="name">The network's name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The claims with their evidence, and what they prove; null if a verdict could not be proven, with its layer and
    /// neuron.</returns>
    public static (LayerClaims[]? Claims, StabilityCheck Check, (int Layer, int Neuron) Failed) Run(
        ReluNetwork network, InputDomain domain, string[] states, Premises premises, Func<int, int, bool> wanted, string name,
        CheckBudget budget)
    {
        var search = new EvidenceSearch(network, domain, states, premises, wanted, name, budget);
        var claims = new List<LayerClaims>();
        for (int l = 0; l < network.Depth; l++)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            (LayerClaims? layer, int failed) = search.Layer(l);
            if (layer is null)
                return (null, search.check, (l + 1, failed));
            claims.Add(layer);
        }

        return ([.. claims], search.check, default);
    }

    private (LayerClaims? Claims, int Failed) Layer(int l)
    {
        (double[] lower, double[] upper) = check.Intervals();
        char[] above = [.. states[l].Select(static _ => '.')], below = [.. above];
        List<BoundedSide> open = [.. Sides(l).Where(
            s => !((s.Above ? upper : lower)[s.Neuron] is var end && (s.Above ? end <= 0 : end >= 0)))];
        char[] Letters(BoundedSide side) => side.Above ? above : below;
        void Take(BoundedSide side, double bound, char letter)
        {
            Letters(side)[side.Neuron] = letter;
            if (side.Above)
                upper[side.Neuron] = Math.Min(upper[side.Neuron], bound);
            else
                lower[side.Neuron] = Math.Max(lower[side.Neuron], -bound);
        }

        // Ties first if there is no layer below; otherwise if a backward pass leaves little.
        if (l > 0)
        {
            double[] bounds = open.Count == 0 ? [] : check.Bound(open);
            for (int k = 0; k < bounds.Length; k++)
            {
                if (bounds[k] <= 0 && double.IsFinite(bounds[k]))
                    Take(open[k], bounds[k], 'c');
            }
        }

        foreach (BoundedSide side in open.Where(s => Letters(s)[s.Neuron] == '.'))
        {
            if (check.ProvesSign(side))
                Take(side, 0, 'e');
        }

        var slopes = new Dictionary<BoundedSide, float[]>();
        var trees = new Dictionary<BoundedSide, PhaseTree>();
        var boxes = new Dictionary<BoundedSide, BoxTree>();
        using var deep = l == 0 ? null : new TreeSearch(domain, network.DenseLayers[l], check, budget);
        foreach (BoundedSide side in open.Where(s => Letters(s)[s.Neuron] == '.'))
        {
            int most = premises == Premises.Optimized ? 4096 : premises == Premises.Linear ? 512 : 16;
            if (deep?.Prove(side, most) is { } tree)
            {
                bool plain = tree.Leaves.Length == 1 && check.Bound([side with { Slopes = tree.Leaves[0] }])[0] <= 0;
                if (plain)
                    slopes[side] = tree.Leaves[0];
                else
                    trees[side] = tree;
                Take(side, 0, plain ? 's' : 't');
            }
            else if (l > 0
                && BoxSearch.CanSplit(domain)
                && new BoxSearch(network, new(domain.Lower.ToArray(), domain.Upper.ToArray()), check.Layers, budget).Prove(
                    [side], 4 * most) is { } cuts)
            {
                boxes[side] = cuts;
                Take(side, 0, 'b');
            }
            else
            {
                return (null, side.Neuron);
            }
        }

        if (l > 0)
            Sharpen(l, lower, upper, Take, slopes, deep!);
        check.Add(lower, upper, joinsOpposed: true);
        BoundedSide[] ordered = [.. Enumerable.Range(0, above.Length).Select(static i => new BoundedSide(i, true)),
            .. Enumerable.Range(0, above.Length).Select(static i => new BoundedSide(i, false))];
        return (new()
        {
            States = states[l],
            Above = new(above),
            Below = new(below),
            Slopes = [.. ordered.Where(slopes.ContainsKey).Select(s => slopes[s])],
            Trees = [.. ordered.Where(trees.ContainsKey).Select(s => trees[s])],
            Boxes = [.. ordered.Where(boxes.ContainsKey).Select(s => boxes[s])],
            JoinsOpposed = check.Layers[^1].Pairs.Length > 0,
        }, -1);
    }

    /// <summary>The sides that the verdicts on a layer state.</summary>
    private IEnumerable<BoundedSide> Sides(int l)
    {
        for (int i = 0; i < states[l].Length; i++)
        {
            if (states[l][i] is 'a' or 'i')
                yield return new(i, states[l][i] == 'i');
        }
    }

    /// <summary>Tighter bounds of the open neurons.</summary>
    private void Sharpen(
        int l, double[] lower, double[] upper, Action<BoundedSide, double, char> take, Dictionary<BoundedSide, float[]> slopes,
        TreeSearch deep)
    {
        List<BoundedSide> sides = [];
        for (int i = 0; i < lower.Length; i++)
        {
            if (lower[i] >= 0 || upper[i] <= 0)
                continue;
            if (premises != Premises.Intervals)
                sides.AddRange([new(i, true), new(i, false)]);
            else if (wanted(l, i))
                sides.Add(new(i, false));
        }

        if (sides.Count == 0)
            return;
        if (premises == Premises.Optimized && l + 1 < network.Depth)
        {
            float[][] best = deep.Slopes(sides);
            for (int k = 0; k < sides.Count; k++)
                slopes[sides[k]] = best[k];
            double[] optimized = check.Bound([.. sides.Select((s, k) => s with { Slopes = best[k] })]);
            for (int k = 0; k < sides.Count; k++)
                take(sides[k], double.IsFinite(optimized[k]) ? optimized[k] : double.PositiveInfinity, 's');
            return;
        }

        double[] bounds = check.Bound(sides);
        for (int k = 0; k < sides.Count; k++)
        {
            if (double.IsFinite(bounds[k]) && (sides[k].Above ? bounds[k] < upper[sides[k].Neuron] : -bounds[k] > lower[sides[k].Neuron]))
                take(sides[k], bounds[k], 'c');
        }
    }
}
