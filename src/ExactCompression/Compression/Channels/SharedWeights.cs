using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>
/// Weights that several nodes share: a file holds them once. Where one of the nodes loses other channels than another it would hold them
/// twice.
/// </summary>
internal static class SharedWeights
{
    /// <summary>Number of weights that are left, those that several nodes share counted once.</summary>
    /// <param name="edit">How the graph was made from the file's.</param>
    public static long Count(GraphEdit edit)
    {
        int[] first = FirstWith(edit);
        return edit.Edited.Nodes.Where((_, n) => first[n] == n).Sum(static n => n.Operator.ConnectionCount);
    }

    /// <summary>
    /// The nodes that share their weights with others before a further edit, and not after it; none where no more are stored then.
    /// </summary>
    /// <param name="before">How the graph was made from the file's.</param>
    /// <param name="edit">The further edit.</param>
    public static int[] Parted(GraphEdit before, GraphEdit edit)
    {
        int[] first = FirstWith(before);
        if (first.Distinct().Count() == first.Length)
            return [];
        GraphEdit all = before.Then(edit);
        if (Count(all) <= Count(before))
            return [];
        int[] after = FirstWith(all);
        int inputs = before.Edited.Inputs.Count;
        var images = new int[first.Length];
        Array.Fill(images, -1);
        for (int n = 0; n < after.Length; n++)
        {
            if (edit.Origins[inputs + n] >= inputs)
                images[edit.Origins[inputs + n] - inputs] = after[n];
        }

        return
        [
            .. Enumerable.Range(0, first.Length).GroupBy(n => first[n]).Where(
                same => same.Select(n => images[n]).Where(static i => i >= 0).Distinct().Count() > 1).SelectMany(static same => same),
        ];
    }

    /// <summary>For each node, the first that shares its weights; itself where none does.</summary>
    private static int[] FirstWith(GraphEdit edit)
    {
        int[] stored = Stored(edit.Original);
        int[] first = [.. Enumerable.Range(0, edit.Edited.Nodes.Count)];
        int[] origins = Array.ConvertAll(first, n => edit.Origins[edit.Edited.ValueOf(n)] - edit.Original.Inputs.Count);
        for (int n = 0; n < first.Length; n++)
        {
            for (int other = 0; other < n && first[n] == n && origins[n] >= 0; other++)
            {
                if (origins[other] >= 0 && stored[origins[other]] == stored[origins[n]]
                    && Weights(edit.Edited, other).AsSpan().SequenceEqual(Weights(edit.Edited, n)))
                    first[n] = other;
            }
        }

        return first;
    }

    /// <summary>For each node of a file's graph, the first whose weights are the same array; of matrices, which are copied, the same
    /// numbers.</summary>
    private static int[] Stored(NetworkGraph graph)
    {
        int[] first = [.. Enumerable.Range(0, graph.Nodes.Count)];
        for (int n = 0; n < first.Length; n++)
        {
            for (int other = 0; other < n && first[n] == n && Weights(graph, n).Length > 0; other++)
            {
                double[] own = Weights(graph, n), others = Weights(graph, other);
                bool isCopied = graph.Nodes[n].Operator is DenseOperator && graph.Nodes[other].Operator is DenseOperator;
                if (ReferenceEquals(own, others) || (isCopied && own.AsSpan().SequenceEqual(others)))
                    first[n] = other;
            }
        }

        return first;
    }

    private static double[] Weights(NetworkGraph graph, int node) =>
        graph.Nodes[node].Operator is ConvolutionOperator or DenseOperator ? FilterWeights.WeightsOf(graph.Nodes[node].Operator) : [];
}
