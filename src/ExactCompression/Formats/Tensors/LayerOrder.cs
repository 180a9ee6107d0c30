namespace ExactCompression.Formats;

/// <summary>
/// Orders layers of a file that keeps no order (safetensors sorts by name): numbered names count upwards within their group
/// (<c>features.2</c> before <c>features.10</c>), and groups follow one another in the only way that chains.
/// </summary>
internal static class LayerOrder
{
    // Names are adversarial input: the search for chains gives up rather than run for ever.
    private const int MaximalSteps = 100_000;

    public static List<LayerTensors> Find(List<LayerTensors> layers, string path)
    {
        List<LayerTensors>[] groups =
        [
            .. layers.GroupBy(static l => LayerNames.Numbered(l.Name).Group, StringComparer.Ordinal)
                .Select(static g => g.OrderBy(static l => LayerNames.Numbered(l.Name).Index).ToList()),
        ];
        if (groups.Length == 1)
            return groups[0];
        var search = new Search(groups);
        return search.Found switch
        {
            1 => search.First!,
            0 => throw new InvalidFileException("LayerShapeMismatch", path, layers[0].Name, "The layers cannot be put in an order in which each takes as many values as the one before gives.", "Only networks whose layers follow one another are read."),
            _ => throw new InvalidFileException("LayerOrderAmbiguous", path, layers[0].Name, "The names and shapes of the layers allow more than one order.", "Number the layers in their names, such as 'layers.0.weight', 'layers.1.weight'."),
        };
    }

    // Depth-first over the orders of whole groups; stops at the second order that chains.
    private sealed class Search
    {
        private readonly List<LayerTensors>[] groups;
        private readonly bool[] used;
        private readonly List<int> order = [];
        private int steps;

        public Search(List<LayerTensors>[] groups)
        {
            this.groups = groups;
            used = new bool[groups.Length];
            Visit(null);
        }

        public int Found { get; private set; }

        public List<LayerTensors>? First { get; private set; }

        private void Visit(int? width)
        {
            if (order.Count == Math.Min(groups.Length, 64))
            {
                // More groups than this are never told apart by shapes alone.
                Found += groups.Length > 64 ? 2 : 1;
                First ??= [.. order.SelectMany(g => groups[g])];
                return;
            }

            for (int g = 0; g < groups.Length && Found < 2; g++)
            {
                if (used[g] || (width is { } w && groups[g][0].Inputs(WeightLayout.OutputsFirst) != w) || !Chains(groups[g]))
                    continue;
                if (++steps > MaximalSteps)
                {
                    Found = 2;
                    return;
                }

                used[g] = true;
                order.Add(g);
                Visit(groups[g][^1].Outputs(WeightLayout.OutputsFirst));
                order.RemoveAt(order.Count - 1);
                used[g] = false;
            }
        }

        private static bool Chains(List<LayerTensors> group)
        {
            for (int i = 1; i < group.Count; i++)
            {
                if (group[i].Inputs(WeightLayout.OutputsFirst) != group[i - 1].Outputs(WeightLayout.OutputsFirst))
                    return false;
            }

            return true;
        }
    }
}
