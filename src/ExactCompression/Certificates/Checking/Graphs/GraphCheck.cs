namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Checks claims about the rectifiers of a graph, first to last: proofs for one value rest on what is proven about those below.
/// </summary>
internal sealed class GraphCheck
{
    private readonly CheckedGraph graph;
    private readonly string name;
    private readonly CheckBudget budget;

    /// <summary>Begins with the input.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    public GraphCheck(CheckedGraph graph, InputBox domain, string name, CheckBudget budget)
    {
        (this.graph, this.name, this.budget) = (graph, name, budget);
        Bounds = new(graph, domain, name, budget);
    }

    /// <summary>What has been proven so far.</summary>
    public GraphBounds Bounds { get; }

    /// <summary>How many claims about the network's neurons each kind of evidence has proven, by its letter; <c>u</c> for points.</summary>
    public Dictionary<char, int> Proven { get; private set; } = [];

    /// <summary>Checks all claims, and bounds all values.</summary>
    /// <param name="claims">Claims about each of <see cref="CheckedGraph.Rectifiers"/>.</param>
    /// <param name="points">Points of the domain that show signs.</param>
    /// <exception cref="Refusal">A claim is not proven.</exception>
    public void Check(IReadOnlyList<LayerClaims> claims, IReadOnlyList<double[]> points)
    {
        if (claims.Count != graph.Rectifiers.Count)
            throw new Refusal(
                $"{name}, layers", $"There are claims about {claims.Count} layers of rectifiers, not about {graph.Rectifiers.Count}.");
        sbyte[][] signs = GraphPoints.Signs(graph, points, budget);
        for (int k = 0; k < claims.Count; k++)
            Check(k, claims[k], signs[k]);
        Bounds.ExtendTo(graph.Values.Count - 1);
    }

    /// <summary>Takes what is proven of a chain of dense layers as in version 1, and bounds all values.</summary>
    /// <param name="chain">What is proven of all its hidden layers, whose neurons are the graph's rectifiers.</param>
    public void Take(StabilityCheck chain)
    {
        Proven = chain.Proven;
        for (int k = 0; k < graph.Rectifiers.Count; k++)
        {
            int source = Reach(k);
            BoundedLayer layer = chain.Layers[k];
            for (int i = 0; i < layer.Lower.Length; i++)
            {
                Bounds.Cut(source, i, above: true, layer.Upper[i]);
                Bounds.Cut(source, i, above: false, -layer.Lower[i]);
            }
        }

        Bounds.ExtendTo(graph.Values.Count - 1);
    }

    /// <summary>The value that some rectifiers take; bounds it by interval arithmetic, and all before.</summary>
    /// <param name="number">Their place in <see cref="CheckedGraph.Rectifiers"/>.</param>
    public int Reach(int number)
    {
        int source = ((RectifiedValue)graph.Values[graph.Rectifiers[number]]).Source;
        Bounds.ExtendTo(graph.Rectifiers[number] - 1);
        return source;
    }

    /// <summary>Bounds of sides by backward passes.</summary>
    /// <param name="sides">What to bound.</param>
    public double[] Bound(IReadOnlyList<GraphSide> sides) => GraphPass.Bound(graph, Bounds, sides, budget);

    /// <summary>The open rectifiers that each of some elements depends on.</summary>
    /// <param name="sides">Sides of them.</param>
    public IReadOnlyList<(int Value, int Element)>[] Fields(IReadOnlyList<GraphSide> sides)
    {
        var fields = new IReadOnlyList<(int Value, int Element)>[sides.Count];
        Parallel.For(0, fields.Length, budget.Parallel, k =>
            fields[k] = OpenField.Of(graph, Bounds, sides[k].Value, sides[k].Element, budget));
        return fields;
    }

    /// <summary>Checks the claims about some rectifiers.</summary>
    /// <param name="number">Their place in <see cref="CheckedGraph.Rectifiers"/>.</param>
    /// <param name="claims">The claims.</param>
    /// <param name="signs">Signs that points show, points by elements.</param>
    /// <exception cref="Refusal">A claim is not proven.</exception>
    public void Check(int number, LayerClaims claims, sbyte[] signs)
    {
        int source = Reach(number), width = graph.Values[source].Size;
        string place = $"{name}, {graph.Values[graph.Rectifiers[number]].Name} (rectifiers {number})";
        ClaimedStates.RequireLetters(claims, width, ".cst", place);

        Tighten(source, claims, place);
        ClaimedStates.Require(
            claims, signs, Bounds.Lower(source), Bounds.Upper(source), place, graph.Layers.Contains(number) ? Proven : null);
    }

    private void Tighten(int source, LayerClaims claims, string place)
    {
        var sides = new List<GraphSide>();
        var trees = new List<(GraphSide Side, int Leaves)>();
        var shown = new List<GraphSide>();
        string letters = claims.Above + claims.Below;
        int slope = 0, tree = 0, field = 0, width = claims.States.Length;
        GraphSide[] all = [.. letters.Select((_, at) => new GraphSide(source, at % width, at < width))];
        IReadOnlyList<(int Value, int Element)>[] fields = Fields([.. all.Where((_, at) => letters[at] is 's' or 't')]);
        for (int at = 0; at < all.Length; at++)
        {
            GraphSide plain = all[at];
            string side = $"{place}, neuron {plain.Element}, {(plain.Above ? "above" : "below")}";
            switch (letters[at])
            {
                case 'c':
                    sides.Add(plain);
                    break;
                case 's':
                    if (slope == claims.Slopes.Length || claims.Slopes[slope].Length != fields[field].Count)
                        throw new Refusal($"{side}, slopes", "There is not a slope for each open rectifier below.");
                    sides.Add(plain with { Lines = new(fields[field++], claims.Slopes[slope++], []) });
                    break;
                case 't':
                    if (tree == claims.Trees.Length)
                        throw new Refusal($"{side}, tree", "There is no tree.");
                    List<GraphSide> leaves = GraphTree.Sides(
                        claims.Trees[tree++], fields[field++], plain, $"{side}, tree", budget);
                    trees.Add((plain, leaves.Count));
                    shown.AddRange(leaves);
                    break;
            }
        }

        if (slope != claims.Slopes.Length || tree != claims.Trees.Length || claims.Boxes.Length != 0)
            throw new Refusal($"{place}, slopes, trees and boxes", "There are more than are used.");
        double[] bounds = Bound(sides), leafBounds = Bound(shown);
        for (int k = 0; k < bounds.Length; k++)
            Bounds.Cut(source, sides[k].Element, sides[k].Above, bounds[k]);
        int first = 0;
        foreach ((GraphSide side, int leaves) in trees)
        {
            for (int leaf = 0; leaf < leaves; leaf++)
            {
                if (!(leafBounds[first + leaf] <= 0 && double.IsFinite(leafBounds[first + leaf])))
                    throw new Refusal(
                        $"{place}, neuron {side.Element}, {(side.Above ? "above" : "below")}, tree, leaf {leaf}",
                        $"The bound is {ClaimedStates.Show(leafBounds[first + leaf])}, not at most 0.");
            }

            Bounds.Cut(source, side.Element, side.Above, 0);
            first += leaves;
        }
    }
}
