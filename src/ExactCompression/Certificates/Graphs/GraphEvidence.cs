using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds evidence for the verdicts on a graph's neurons that the checker accepts: the checker's own code is tried, cheapest evidence first,
/// and the search only where slopes or trees are needed. A verdict that is not proven within the effort is left out.
/// </summary>
internal sealed class GraphEvidence
{
    /// <summary>Questions of one layer that slopes are optimised for, and that trees are grown for; subproblems of a tree.</summary>
    private const int MostSlopes = 4096, MostTrees = 64, MostProblems = 256;

    /// <summary>A backward pass is stated only where it leaves less than this share of a range.</summary>
    private const double Gain = 0.99;

    private readonly CheckedGraph graph;
    private readonly GraphCheck check;
    private readonly GraphRefinement refinement;
    private readonly bool tightens;
    private readonly bool[] isBehind; // behind a rectifier, or a function
    private readonly bool[] isUnknown; // behind a node that is not analysed, where the search has nothing

    private GraphEvidence(CheckedGraph graph, GraphCheck check, GraphRefinement refinement, bool tightens)
    {
        (this.graph, this.check, this.refinement, this.tightens) = (graph, check, refinement, tightens);
        (isBehind, isUnknown) = (new bool[graph.Values.Count], GraphRefinement.UnknownValues(graph));
        for (int v = 0; v < isBehind.Length; v++)
        {
            isBehind[v] = graph.Values[v] switch
            {
                AffineValue affine => affine.Terms.Any(t => isBehind[t.Source]),
                InputValue => false,
                _ => true,
            };
        }
    }

    /// <summary>Evidence for all rectifiers.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">The network as the checker sees it.</param>
    /// <param name="domain">The domain, of the network's size.</param>
    /// <param name="states">A letter per element for each of <see cref="CheckedGraph.Rectifiers"/>; see
    /// <see cref="LayerClaims.States"/>.</param>
    /// <param name="tightens">Whether all open rectifiers get backward passes, and not only those that need one.</param>
    /// <param name="name">The network's name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The claims with their evidence, what they prove, and how many verdicts they leave out; null where a verdict needs more than
    /// backward passes and not all rectifiers get one, which would be tried next.</returns>
    public static (LayerClaims[] Claims, CheckedBounds Bounds, int Unproven)? Run(
        ReluNetwork network, CheckedGraph graph, InputDomain domain, string[] states, bool tightens, string name, CheckBudget budget)
    {
        var check = new GraphCheck(graph, new(domain.Lower.ToArray(), domain.Upper.ToArray()), name, budget);
        using var refinement = new GraphRefinement(network, graph, domain, check, budget);
        var search = new GraphEvidence(graph, check, refinement, tightens);
        var claims = new LayerClaims[states.Length];
        for (int k = 0; k < claims.Length; k++)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            claims[k] = search.Next(k, states[k]);
            if (!tightens && claims[k].States != states[k])
                return null;
        }

        check.Bounds.ExtendTo(graph.Values.Count - 1);
        int unproven = claims.Zip(states).Sum(static pair => pair.Second.Zip(pair.First.States).Count(static p => p.First != p.Second));
        return (claims, check.Bounds.All(), unproven);
    }

    private LayerClaims Next(int number, string wanted)
    {
        int source = check.Reach(number);
        var layer = new Layer(wanted.Length);
        if (isUnknown[source])
            return layer.ToClaims(new('?', wanted.Length));
        refinement.Advance();
        if (isBehind[source])
        {
            Pass(source, wanted, layer);
            if (tightens)
                Refine(source, wanted, layer);
        }
        else
        {
            Take(layer, [.. Open(source, wanted, layer)]); // one layer below, or several that intervals lose something in
        }

        foreach ((GraphSide side, double bound) in layer.Bounds)
            check.Bounds.Cut(source, side.Element, side.Above, bound);
        refinement.Add(source);
        char[] states = [.. wanted.Select((state, i) => state switch
        {
            'i' when !(check.Bounds.Upper(source)[i] <= 0) => '?',
            'a' when !(check.Bounds.Lower(source)[i] >= 0) => '?',
            _ => state,
        })];
        return layer.ToClaims(new(states));
    }

    /// <summary>The sides that verdicts state and that nothing proves so far.</summary>
    private IEnumerable<GraphSide> Open(int source, string wanted, Layer layer)
    {
        (double[] lower, double[] upper) = (check.Bounds.Lower(source), check.Bounds.Upper(source));
        for (int i = 0; i < wanted.Length; i++)
        {
            bool above = wanted[i] == 'i';
            if (wanted[i] is 'a' or 'i' && !(above ? upper[i] <= 0 : lower[i] >= 0) && !(layer.BoundOf(i, above) <= 0))
                yield return new(source, i, above);
        }
    }

    /// <summary>Backward passes: for what must be proven, and where they are wanted for all that is open.</summary>
    private void Pass(int source, string wanted, Layer layer)
    {
        (double[] lower, double[] upper) = (check.Bounds.Lower(source), check.Bounds.Upper(source));
        var sides = new List<GraphSide>(Open(source, wanted, layer));
        if (tightens)
        {
            HashSet<GraphSide> needed = [.. sides];
            for (int i = 0; i < lower.Length; i++)
            {
                if (lower[i] >= 0 || upper[i] <= 0)
                    continue;
                sides.AddRange(((GraphSide[])[new(source, i, true), new(source, i, false)]).Where(s => !needed.Contains(s)));
            }
        }

        Take(layer, sides);
    }

    /// <summary>Keeps the bounds of backward passes that decide a sign, or are much tighter than what is known.</summary>
    private void Take(Layer layer, List<GraphSide> sides)
    {
        double[] bounds = check.Bound(sides);
        for (int k = 0; k < bounds.Length; k++)
        {
            GraphSide side = sides[k];
            (double low, double high) = (check.Bounds.Lower(side.Value)[side.Element], check.Bounds.Upper(side.Value)[side.Element]);
            double left = side.Above ? bounds[k] - low : bounds[k] + high;
            if (double.IsFinite(bounds[k]) && (bounds[k] <= 0 || (tightens && left < Gain * (high - low))))
                layer.Take(side, bounds[k], 'c');
        }
    }

    /// <summary>
    /// Slopes and trees for what no plain pass proves. Neurons that are translates of one another share the search for them: the checker
    /// sees each neuron for itself, but the same numbers prove the same there.
    /// </summary>
    private void Refine(int source, string wanted, Layer layer)
    {
        GraphSide[] open = [.. Open(source, wanted, layer)];
        if (open.Length == 0)
            return;
        GraphSide[][] alike = Alike(open);
        GraphSide[] optimized = refinement.Optimized([.. alike.Take(MostSlopes).Select(static sides => sides[0])]);
        Try([.. optimized.SelectMany((first, k) => alike[k].Select(side => side with { Lines = first.Lines }))], layer);
        foreach (GraphSide[] sides in Alike([.. Open(source, wanted, layer)]).Take(MostTrees))
        {
            if (refinement.Prove(sides[0], MostProblems) is not { } tree)
                continue;
            layer.Take(sides[0], 0, 't', tree);
            foreach (GraphSide side in sides.Skip(1).Where(side => refinement.IsProof(tree, side)))
                layer.Take(side, 0, 't', tree);
        }
    }

    /// <summary>Sides, those of translated neurons together.</summary>
    private GraphSide[][] Alike(IEnumerable<GraphSide> sides) =>
        [.. sides.GroupBy(s => (refinement.FirstAlike(s.Element), s.Above)).Select(static g => g.ToArray())];

    /// <summary>Tries slopes, those of one neuron for another as well, whose open rectifiers lie elsewhere.</summary>
    private void Try(GraphSide[] sides, Layer layer)
    {
        IReadOnlyList<(int, int)>[] fields = check.Fields(sides);
        GraphSide[] own = [.. sides.Select((s, k) => s with { Lines = s.Lines! with { Field = fields[k] } })
            .Where(static s => s.Lines!.Field.Count == s.Lines.Slopes.Length)];
        double[] bounds = check.Bound(own);
        for (int k = 0; k < bounds.Length; k++)
        {
            if (bounds[k] <= 0 && double.IsFinite(bounds[k]))
                layer.Take(own[k], bounds[k], 's');
        }
    }

    /// <summary>The evidence for some rectifiers, while it is found.</summary>
    private sealed class Layer(int width)
    {
        private readonly char[] above = [.. Enumerable.Repeat('.', width)], below = [.. Enumerable.Repeat('.', width)];
        private readonly Dictionary<(int Element, bool Above), (GraphSide Side, double Bound, PhaseTree? Tree)> taken = [];

        /// <summary>What is proven, beyond intervals.</summary>
        public IEnumerable<(GraphSide Side, double Bound)> Bounds => taken.Values.Select(static t => (t.Side, t.Bound));

        public double BoundOf(int element, bool isAbove) =>
            taken.TryGetValue((element, isAbove), out var found) ? found.Bound : double.PositiveInfinity;

        public void Take(GraphSide side, double bound, char letter, PhaseTree? tree = null)
        {
            (side.Above ? above : below)[side.Element] = letter;
            taken[(side.Element, side.Above)] = (side, bound, tree);
        }

        public LayerClaims ToClaims(string states)
        {
            (GraphSide Side, double Bound, PhaseTree? Tree)[] ordered =
                [.. taken.Values.OrderByDescending(static t => t.Side.Above).ThenBy(static t => t.Side.Element)];
            return new()
            {
                States = states,
                Above = new(above),
                Below = new(below),
                Slopes = [.. ordered.Where(static t => t.Tree is null).Select(static t => t.Side.Lines?.Slopes).OfType<float[]>()],
                Trees = [.. ordered.Select(static t => t.Tree).OfType<PhaseTree>()],
                Boxes = [],
            };
        }
    }
}
