namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Unfolds a <see cref="PhaseTree"/> into the sides that its leaves bound. A side holds everywhere when it holds in every leaf, as each
/// split is by <c>z &gt;= 0</c> and <c>z &lt;= 0</c>.
/// </summary>
internal sealed class PhaseTreeCheck
{
    private readonly PhaseTree tree;
    private readonly IReadOnlyList<BoundedLayer> below;
    private readonly BoundedSide root;
    private readonly string place;
    private readonly CheckBudget budget;
    private readonly int slopes;
    private readonly List<BoundedSide> leaves = [];
    private int node;

    private PhaseTreeCheck(PhaseTree tree, IReadOnlyList<BoundedLayer> below, BoundedSide root, string place, CheckBudget budget)
    {
        (this.tree, this.below, this.root, this.place, this.budget) = (tree, below, root, place, budget);
        slopes = below.Sum(static l => l.Open.Length);
    }

    /// <summary>The sides of all leaves.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="below">The layers below.</param>
    /// <param name="root">The side that the tree must prove.</param>
    /// <param name="place">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The tree is incomplete, or splits something that cannot be split.</exception>
    public static List<BoundedSide> Sides(
        PhaseTree tree, IReadOnlyList<BoundedLayer> below, BoundedSide root, string place, CheckBudget budget)
    {
        var check = new PhaseTreeCheck(tree, below, root, place, budget);
        check.Visit([]);
        if (check.node != tree.Splits.Length || check.leaves.Count != tree.Leaves.Length)
            throw new Refusal(place, "The tree has more nodes than its branches reach.");
        return check.leaves;
    }

    private void Visit(FixedPhase[] path)
    {
        if (node == tree.Splits.Length || path.Length > Math.Min(slopes, CheckBudget.DeepestTree))
            throw new Refusal(place, "The tree ends before its branches do.");
        budget.Spend(4.0 * (path.Length + below.Count + 1));
        int split = tree.Splits[node++];
        if (split < 0)
        {
            AddLeaf(path);
            return;
        }

        (int layer, int neuron) = Rectifier(split);
        if (Array.Exists(path, p => p.Layer == layer && p.Neuron == neuron))
            throw new Refusal(place, $"The tree splits layer {layer + 1}, neuron {neuron} twice on one path.");
        Visit([.. path, new(layer, neuron, true, 0)]);
        Visit([.. path, new(layer, neuron, false, 0)]);
    }

    private void AddLeaf(FixedPhase[] path)
    {
        if (leaves.Count == tree.Leaves.Length || tree.Leaves[leaves.Count].Length != slopes + path.Length)
            throw new Refusal(
                place, $"Leaf {leaves.Count} of the tree does not have a slope for each open ReLU and a multiplier for each assumption.");
        float[] numbers = tree.Leaves[leaves.Count];
        FixedPhase[] phases = [.. path.Select((p, k) => p with { Multiplier = numbers[slopes + k] })];
        leaves.Add(root with { Slopes = numbers[..slopes], Phases = phases });
    }

    private (int Layer, int Neuron) Rectifier(int index)
    {
        for (int l = 0; l < below.Count; index -= below[l++].Map.Outputs)
        {
            if (index < below[l].Map.Outputs)
                return Array.BinarySearch(below[l].Open, index) >= 0
                    ? (l, index)
                    : throw new Refusal(place, $"The tree splits layer {l + 1}, neuron {index}, whose phase is not open.");
        }

        throw new Refusal(place, "The tree splits a ReLU that is not below the neuron.");
    }
}
