namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Checks sides of neurons on subdomains of the input box, on each of which all layers are bounded again. For networks with few inputs.
/// </summary>
internal sealed class BoxTreeCheck
{
    private readonly BoxTree tree;
    private readonly ReluNetwork network;
    private readonly IReadOnlyList<BoundedLayer> known;
    private readonly IReadOnlyList<BoundedSide> sides;
    private readonly string place;
    private readonly CheckBudget budget;
    private readonly List<InputBox> leaves = [];
    private int node;
    private int cut;

    private BoxTreeCheck(
        BoxTree tree, ReluNetwork network, IReadOnlyList<BoundedLayer> known, IReadOnlyList<BoundedSide> sides, string place,
        CheckBudget budget)
    {
        (this.tree, this.network, this.known, this.sides, this.place, this.budget) = (tree, network, known, sides, place, budget);
    }

    /// <summary>Checks that sides are never above 0.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="network">The network.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="known">What is proven about the layers below on the whole domain.</param>
    /// <param name="sides">The sides, of the layer above those.</param>
    /// <param name="place">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The tree is incomplete, or a leaf does not prove it.</exception>
    public static void Require(
        BoxTree tree, ReluNetwork network, InputBox domain, IReadOnlyList<BoundedLayer> known, IReadOnlyList<BoundedSide> sides,
        string place, CheckBudget budget)
    {
        var check = new BoxTreeCheck(tree, network, known, sides, place, budget);
        check.Visit(domain.Lower, domain.Upper, 0);
        if (check.node != tree.Inputs.Length || check.cut != tree.Places.Length)
            throw new Refusal(place, "The tree has more nodes than its branches reach.");
        check.RequireLeaves();
    }

    /// <summary>Whether sides are proven on a subdomain.</summary>
    public static bool Proves(
        ReluNetwork network, InputBox part, IReadOnlyList<BoundedLayer> known, IReadOnlyList<BoundedSide> sides, CheckBudget budget)
    {
        var check = new StabilityCheck(network, part, "part", budget);
        foreach (BoundedLayer layer in known)
        {
            (double[] lower, double[] upper) = check.Intervals();
            for (int i = 0; i < lower.Length; i++)
                (lower[i], upper[i]) = (Math.Max(lower[i], layer.Lower[i]), Math.Min(upper[i], layer.Upper[i]));
            if (check.Layers.Count > 0)
                check.TightenOpen(lower, upper);
            check.Add(lower, upper);
        }

        (double[] low, double[] high) = check.Intervals();
        BoundedSide[] open = [.. sides.Where(s => !(s.Above ? high[s.Neuron] <= 0 : low[s.Neuron] >= 0))];
        double[] bounds = open.Length > 0 && known.Count > 0 ? check.Bound(open) : [.. open.Select(static _ => double.NaN)];
        return !open.Where((s, k) => !(bounds[k] <= 0 && double.IsFinite(bounds[k])) && !check.ProvesSign(s)).Any();
    }

    private void Visit(double[] lower, double[] upper, int depth)
    {
        if (node == tree.Inputs.Length || depth > CheckBudget.DeepestTree)
            throw new Refusal(place, "The tree ends before its branches do.");
        int input = tree.Inputs[node++];
        if (input < 0)
        {
            CheckBudget.RequireNumbers(place, (32L + (4L * lower.Length)) * (leaves.Count + 1));
            leaves.Add(new(lower, upper));
            return;
        }

        if (input >= lower.Length || cut == tree.Places.Length || !(tree.Places[cut] > lower[input] && tree.Places[cut] < upper[input]))
            throw new Refusal(place, $"Node {node - 1} of the tree does not split an input inside its range.");
        budget.Spend(2.0 * lower.Length);
        double[] below = [.. upper], above = [.. lower];
        below[input] = above[input] = tree.Places[cut++];
        Visit(lower, below, depth + 1);
        Visit(above, upper, depth + 1);
    }

    private void RequireLeaves()
    {
        CheckBudget single = budget.Sequential;
        int open = leaves.Count;
        Parallel.For(0, leaves.Count, budget.Parallel, leaf =>
        {
            if (Proves(network, leaves[leaf], known, sides, single))
                return;
            for (int least = open; leaf < least; least = open)
                Interlocked.CompareExchange(ref open, leaf, least);
        });
        if (open < leaves.Count)
            throw new Refusal($"{place}, leaf {open}", "The bound is not at most 0.");
    }
}
