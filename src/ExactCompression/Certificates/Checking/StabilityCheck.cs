namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Checks claims about the hidden layers of a network, first to last: proofs for a layer rest on what is proven about the layers below.
/// </summary>
internal sealed class StabilityCheck
{
    private readonly ReluNetwork network;
    private readonly InputBox domain;
    private readonly string name;
    private readonly CheckBudget budget;
    private readonly List<BoundedLayer> layers = [];
    private InputBox input;

    /// <summary>Begins with the input.</summary>
    /// <param name="network">The network.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    public StabilityCheck(ReluNetwork network, InputBox domain, string name, CheckBudget budget)
    {
        (this.network, this.domain, this.name, this.budget) = (network, domain, name, budget);
        input = domain;
    }

    /// <summary>Checks all claims about a network.</summary>
    /// <param name="claims">Claims about each hidden layer.</param>
    /// <param name="network">The network.</param>
    /// <param name="domain">Its domain.</param>
    /// <param name="points">Points of the domain that show signs.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">A claim is not proven.</exception>
    public static StabilityCheck Of(
        LayerClaims[] claims, ReluNetwork network, InputBox domain, double[][] points, string name, CheckBudget budget)
    {
        if (claims.Length != network.Depth)
            throw new Refusal($"{name}, layers", $"There are claims about {claims.Length} hidden layers, not about {network.Depth}.");
        var check = new StabilityCheck(network, domain, name, budget);
        sbyte[][] signs = PointCheck.Signs(network, points, budget);
        for (int l = 0; l < claims.Length; l++)
        {
            budget.Parallel.CancellationToken.ThrowIfCancellationRequested();
            check.Check(claims[l], signs[l]);
        }

        return check;
    }

    /// <summary>What has been proven so far.</summary>
    public IReadOnlyList<BoundedLayer> Layers => layers;

    /// <summary>How many claims each kind of evidence has proven, by its letter; <c>u</c> for points.</summary>
    public Dictionary<char, int> Proven { get; } = [];

    /// <summary>Bounds of the next layer's inputs.</summary>
    public InputBox Input => input;

    /// <summary>Bounds of the next layer by interval arithmetic, with which its proof begins.</summary>
    public (double[] Lower, double[] Upper) Intervals()
    {
        AffineLayer map = network.DenseLayers[layers.Count];
        budget.Spend(4.0 * map.Outputs * map.Inputs);
        return input.Intervals(map);
    }

    /// <summary>Checks the claims about the next layer.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="signs">Signs that points show, points by neurons.</param>
    /// <exception cref="Refusal">A claim is not proven.</exception>
    public void Check(LayerClaims claims, sbyte[] signs)
    {
        AffineLayer map = network.DenseLayers[layers.Count];
        string place = $"{name}, layer {layers.Count + 1}";
        ClaimedStates.RequireLetters(claims, map.Outputs, ".cstbe", place);

        if (layers.Count == 0 && (claims.Above + claims.Below).AsSpan().ContainsAny("cst"))
            throw new Refusal($"{place}, above and below", "There is no layer below the first for a backward pass.");
        (double[] lower, double[] upper) = Intervals();
        string all = claims.Above + claims.Below;
        if (all.AsSpan().ContainsAnyExcept('.'))
            Tighten(map, claims, lower, upper, place);
        ClaimedStates.Require(claims, signs, lower, upper, place, Proven);
        Add(lower, upper, claims.JoinsOpposed);
    }

    /// <summary>Records bounds as proven, and proceeds to the next layer.</summary>
    /// <param name="lower">Lower bounds.</param>
    /// <param name="upper">Upper bounds.</param>
    /// <param name="joinsOpposed">Whether pairs of its neurons that take opposite values are bounded together.</param>
    public void Add(double[] lower, double[] upper, bool joinsOpposed = false)
    {
        layers.Add(new(network.DenseLayers[layers.Count], lower, upper, input.Sizes, joinsOpposed));
        input = InputBox.OfRectified(lower, upper);
    }

    /// <summary>Bounds by backward passes through all layers below.</summary>
    /// <param name="sides">What to bound.</param>
    public double[] Bound(IReadOnlyList<BoundedSide> sides) =>
        new BackwardPass(domain, layers).Bound(network.DenseLayers[layers.Count], sides, budget);

    /// <summary>Whether exact arithmetic shows that a side of a neuron of the next layer is never above 0.</summary>
    public bool ProvesSign(BoundedSide side) =>
        ExactPass.ProvesSign(domain, input, layers, network.DenseLayers[layers.Count], side, budget);

    /// <summary>Tightens the bounds of the next layer's open neurons by backward passes.</summary>
    public void TightenOpen(double[] lower, double[] upper)
    {
        List<BoundedSide> sides = [];
        for (int i = 0; i < lower.Length; i++)
        {
            if (!(lower[i] >= 0) && !(upper[i] <= 0))
                sides.AddRange([new(i, true), new(i, false)]);
        }

        double[] bounds = sides.Count == 0 ? [] : Bound(sides);
        for (int k = 0; k < bounds.Length; k++)
            Cut(sides[k], bounds[k], lower, upper);
    }

    private void Tighten(AffineLayer map, LayerClaims claims, double[] lower, double[] upper, string place)
    {
        var sides = new List<BoundedSide>();
        var trees = new List<(BoundedSide Side, int Leaves)>();
        var shown = new List<BoundedSide>();
        int slope = 0, tree = 0, box = 0, open = layers.Sum(static l => l.Open.Length);
        for (int at = 0; at < 2 * map.Outputs; at++)
        {
            bool above = at < map.Outputs;
            int neuron = above ? at : at - map.Outputs;
            string side = $"{place}, neuron {neuron}, {(above ? "above" : "below")}";
            var plain = new BoundedSide(neuron, above);
            switch ((above ? claims.Above : claims.Below)[neuron])
            {
                case 'c':
                    sides.Add(plain);
                    break;
                case 's':
                    if (slope == claims.Slopes.Length || claims.Slopes[slope].Length != open)
                        throw new Refusal($"{side}, slopes", "There is not a slope for each open ReLU below.");
                    sides.Add(plain with { Slopes = claims.Slopes[slope++] });
                    break;
                case 't':
                    if (tree == claims.Trees.Length)
                        throw new Refusal($"{side}, tree", "There is no tree.");
                    List<BoundedSide> leaves = PhaseTreeCheck.Sides(claims.Trees[tree++], layers, plain, $"{side}, tree", budget);
                    trees.Add((plain, leaves.Count));
                    shown.AddRange(leaves);
                    break;
                case 'b':
                    if (box == claims.Boxes.Length)
                        throw new Refusal($"{side}, boxes", "There is no tree.");
                    BoxTreeCheck.Require(claims.Boxes[box++], network, domain, layers, [plain], $"{side}, boxes", budget);
                    Cut(plain, 0, lower, upper);
                    break;
                case 'e':
                    if (!ProvesSign(plain))
                        throw new Refusal(side, "Exact arithmetic does not show its sign.");
                    Cut(plain, 0, lower, upper);
                    break;
            }
        }

        if (slope != claims.Slopes.Length || tree != claims.Trees.Length || box != claims.Boxes.Length)
            throw new Refusal($"{place}, slopes, trees and boxes", "There are more than are used.");
        double[] bounds = sides.Count == 0 ? [] : Bound(sides);
        for (int k = 0; k < bounds.Length; k++)
            Cut(sides[k], bounds[k], lower, upper);
        bounds = shown.Count == 0 ? [] : Bound(shown);
        int first = 0;
        foreach ((BoundedSide side, int leaves) in trees)
        {
            for (int leaf = 0; leaf < leaves; leaf++)
            {
                if (!(bounds[first + leaf] <= 0 && double.IsFinite(bounds[first + leaf])) && !ProvesSign(shown[first + leaf]))
                    throw new Refusal(
                        $"{place}, neuron {side.Neuron}, {(side.Above ? "above" : "below")}, tree, leaf {leaf}",
                        $"The bound is {ClaimedStates.Show(bounds[first + leaf])}, not at most 0.");
            }

            Cut(side, 0, lower, upper);
            first += leaves;
        }
    }

    /// <summary>Keeps the tighter bound; a NaN or an infinity on the wrong side proves nothing.</summary>
    private static void Cut(BoundedSide side, double bound, double[] lower, double[] upper)
    {
        if (!double.IsFinite(bound))
            return;
        if (side.Above)
            upper[side.Neuron] = Math.Min(upper[side.Neuron], bound);
        else
            lower[side.Neuron] = Math.Max(lower[side.Neuron], -bound);
    }
}
