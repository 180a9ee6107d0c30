namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Unfolds a <see cref="PhaseTree"/> into the sides that its leaves bound; splits are places among the rectifiers of the
/// <see cref="OpenField"/>. A side holds everywhere when it holds in every leaf, as each split is by <c>z &gt;= 0</c> and
/// <c>z &lt;= 0</c>.
/// </summary>
internal sealed class GraphTree
{
    private readonly PhaseTree tree;
    private readonly IReadOnlyList<(int Value, int Element)> field;
    private readonly GraphSide root;
    private readonly string place;
    private readonly CheckBudget budget;
    private readonly List<GraphSide> leaves = [];
    private int node;

    private GraphTree(
        PhaseTree tree, IReadOnlyList<(int Value, int Element)> field, GraphSide root, string place, CheckBudget budget) =>
        (this.tree, this.field, this.root, this.place, this.budget) = (tree, field, root, place, budget);

    /// <summary>The sides of all leaves.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="field">The rectifiers that it may split.</param>
    /// <param name="root">The side that the tree must prove.</param>
    /// <param name="place">Its name in messages.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The tree is incomplete, or splits something that cannot be split.</exception>
    public static List<GraphSide> Sides(
        PhaseTree tree, IReadOnlyList<(int Value, int Element)> field, GraphSide root, string place, CheckBudget budget)
    {
        var check = new GraphTree(tree, field, root, place, budget);
        check.Visit([]);
        if (check.node != tree.Splits.Length || check.leaves.Count != tree.Leaves.Length)
            throw new Refusal(place, "The tree has more nodes than its branches reach.");
        return check.leaves;
    }

    private void Visit((int Place, bool On)[] path)
    {
        if (node == tree.Splits.Length || path.Length > Math.Min(field.Count, CheckBudget.DeepestTree))
            throw new Refusal(place, "The tree ends before its branches do.");
        budget.Spend(4.0 * (path.Length + 1));
        int split = tree.Splits[node++];
        if (split < 0)
        {
            AddLeaf(path);
            return;
        }

        if (split >= field.Count || Array.Exists(path, p => p.Place == split))
            throw new Refusal(place, "The tree splits a rectifier twice on one path, or one that is not open below.");
        Visit([.. path, (split, true)]);
        Visit([.. path, (split, false)]);
    }

    private void AddLeaf((int Place, bool On)[] path)
    {
        if (leaves.Count == tree.Leaves.Length || tree.Leaves[leaves.Count].Length != field.Count + path.Length)
            throw new Refusal(
                place, $"Leaf {leaves.Count} does not have a slope for each open rectifier below and a multiplier for each assumption.");
        float[] numbers = tree.Leaves[leaves.Count];
        leaves.Add(root with
        {
            Lines = new(field, numbers[..field.Count], [.. path.Select((p, k) => (p.Place, p.On, (double)numbers[field.Count + k]))]),
        });
    }
}
