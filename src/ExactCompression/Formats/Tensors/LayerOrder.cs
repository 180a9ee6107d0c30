namespace ExactCompression.Formats;

/// <summary>
/// Puts the layers of a file of named tensors in order. Numbers in names decide; if names have none, the order of the file does, or the
/// only order in which widths fit. An ambiguous file is refused: layers in another order are another network.
/// </summary>
internal sealed class LayerOrder
{
    private readonly List<LayerTensors> layers;
    private readonly LayerNameTree tree;
    private readonly WeightLayout layout;
    private readonly LayerOrdering ordering;
    private readonly FileOrder file;
    private readonly string path;

    private LayerOrder(List<LayerTensors> layers, WeightLayout layout, LayerOrdering ordering, FileOrder file, string path)
    {
        (this.layers, this.layout, this.ordering, this.file, this.path) = (layers, layout, ordering, file, path);
        tree = LayerNameTree.Of(layers);
    }

    /// <summary>The layers, first to last.</summary>
    /// <param name="layers">The layers in the order of the file; at least one.</param>
    /// <param name="layout">Whether their weights are stored transposed.</param>
    /// <param name="ordering">What decides, by the user's option.</param>
    /// <param name="file">The meaning of the file's order.</param>
    /// <param name="path">The file.</param>
    /// <param name="note">A message about the choice, or null.</param>
    /// <exception cref="InvalidFileException">No order fits, or more than one does, or there is more than one network.</exception>
    public static List<LayerTensors> Find(
        List<LayerTensors> layers, WeightLayout layout, LayerOrdering ordering, FileOrder file, string path, out string? note)
    {
        note = null;
        if (layers.Count == 1)
            return layers;
        if (ordering == LayerOrdering.File)
            return LayerTensors.Fit(layers, layout) ? layers : throw LayerOrderFault.NoFit(layers, layout, path);
        var order = new LayerOrder(layers, layout, ordering, file, path);
        if (ordering == LayerOrdering.Auto && SeveralNetworks.Find(order.tree, layers.Count) is { } parts)
            throw SeveralNetworks.Fault(
                parts, layers, order.ByNames(order.tree, out List<LayerTensors>? named) == 1 ? named : null, layout, path);
        return order.Decide(out note);
    }

    private List<LayerTensors> Decide(out string? note)
    {
        note = null;
        bool counts = tree.FileCountsUp, fits = LayerTensors.Fit(layers, layout);
        if (file == FileOrder.Given && counts && fits)
            return layers;
        int ways = ByNames(tree, out List<LayerTensors>? named);
        if (ways == 1 && !LayerTensors.Fit(named!, layout))
            ways = 0;
        if (ordering == LayerOrdering.Names || counts || file == FileOrder.Lost)
        {
            if (ways == 1)
                note = file == FileOrder.Given && ordering == LayerOrdering.Auto
                    ? $"The layers are read in the only order in which names and widths fit: {LayerOrderFault.List(named!)}."
                    : null;
            else if (ways > 1)
                throw LayerOrderFault.Ambiguous(layers, path);
            else
                throw LayerOrderFault.NoFit(layers, layout, path);
            return named!;
        }

        // Names and file give different orders.
        bool sorted = ExplainedBySorting(tree);
        if (ways == 1 && (sorted || !fits))
        {
            note = sorted
                ? $"The file lists its layers sorted as text ({LayerOrderFault.List(layers)}); they are read by their numbers "
                    + $"({LayerOrderFault.List(named!)})."
                : $"The file lists its layers in an order in which they do not fit; they are read by their numbers "
                    + $"({LayerOrderFault.List(named!)}).";
            return named!;
        }

        if (ways == 0 && !fits)
            throw LayerOrderFault.NoFit(layers, layout, path);
        throw ways == 0 ? LayerOrderFault.NumbersDoNotFit(layers, path) : LayerOrderFault.Disagree(layers, named, path);
    }

    // The layers below a node, by the numbers in their names; parts that have none by the file or by their widths.
    private int ByNames(LayerNameTree node, out List<LayerTensors>? found)
    {
        found = null;
        var parts = new List<(List<LayerTensors> Layers, int Rank)>();
        parts.AddRange(node.Leaves.Select(static l => (new List<LayerTensors> { l.Layer }, l.Rank)));
        if (node.Numbered.Count > 0)
        {
            var series = new List<LayerTensors>();
            foreach (LayerNameTree child in node.Numbered)
            {
                int ways = ByNames(child, out List<LayerTensors>? inner);
                if (ways != 1)
                    return ways;
                series.AddRange(inner!);
            }

            parts.Add((series, node.Numbered.Min(static c => c.FirstRank)));
        }

        foreach (LayerNameTree child in node.Named)
        {
            int ways = ByNames(child, out List<LayerTensors>? inner);
            if (ways != 1)
                return ways;
            parts.Add((inner!, child.FirstRank));
        }

        return Join(parts, out found);
    }

    private int Join(List<(List<LayerTensors> Layers, int Rank)> parts, out List<LayerTensors>? found)
    {
        found = parts[0].Layers;
        if (parts.Count == 1)
            return 1;
        int ways = LayerTrail.Find([.. parts.Select(p => (p.Layers[0].Inputs(layout), p.Layers[^1].Outputs(layout)))], out int[]? order);
        if (ways > 1 && file == FileOrder.Given)
        {
            (ways, order) = (1, [.. Enumerable.Range(0, parts.Count).OrderBy(i => parts[i].Rank)]);
        }

        found = ways == 1 ? [.. order!.SelectMany(i => parts[i].Layers)] : null;
        return ways;
    }

    // Sorted as text, 10 comes before 2: then the file's order is not the network's, and the numbers are right.
    private static bool ExplainedBySorting(LayerNameTree node)
    {
        if (!node.Children.All(ExplainedBySorting))
            return false;
        for (int i = 1; i < node.Numbered.Count; i++)
        {
            if (node.Numbered[i].FirstRank < node.Numbered[i - 1].LastRank)
                return TextOrder.IsSorted(node.InFileOrder().Select(static l => l.Layer.Name));
        }

        return true;
    }
}

/// <summary>What the order of tensors in a file implies for the layers.</summary>
internal enum FileOrder
{
    /// <summary>Nothing: the format sorts.</summary>
    Lost,

    /// <summary>Nothing: the file's tensors are sorted as text.</summary>
    Sorted,

    /// <summary>It is the order in which they were created or saved.</summary>
    Given,
}
