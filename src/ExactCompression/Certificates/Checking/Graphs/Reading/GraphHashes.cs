namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Hashes of what a network computes, value by value: not of the bytes of a file, nor of any name. Two networks with the same hashes have
/// the same values.
/// </summary>
internal static class GraphHashes
{
    /// <summary>The hash of each value: its kind, its size, the numbers of the values that it takes, and all numbers of its own.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="budget">Threads, and the token that cancels it.</param>
    public static string[] OfValues(CheckedGraph graph, CheckBudget budget)
    {
        var hashes = new string[graph.Values.Count];
        Parallel.For(0, hashes.Length, budget.Parallel, v =>
        {
            using var hash = new GraphHash();
            Append(hash, graph.Values[v]);
            hashes[v] = hash.Finish();
        });
        return hashes;
    }

    /// <summary>
    /// The hash of a whole graph: the hashes of its values, and which of them are outputs, are claimed about, and are the network's layers.
    /// </summary>
    /// <param name="values">The hash of each value.</param>
    /// <param name="graph">The graph.</param>
    public static string OfGraph(string[] values, CheckedGraph graph)
    {
        using var hash = new GraphHash();
        hash.Append(values.Length);
        foreach (string value in values)
            hash.Append(value);
        foreach (IReadOnlyList<int> numbers in (IReadOnlyList<int>[])[graph.Outputs, graph.Rectifiers, graph.Layers])
            hash.Append([numbers.Count, .. numbers]);
        return hash.Finish();
    }

    private static void Append(GraphHash hash, CheckedValue value)
    {
        switch (value)
        {
            case AffineValue affine:
                hash.Append("affine");
                hash.Append(affine.Size, affine.Terms.Count);
                foreach (CheckedTerm term in affine.Terms)
                {
                    hash.Append(term.Source, term.Map.Rows, term.Map.Columns);
                    term.Map.Append(hash);
                }

                hash.Append(affine.Bias);
                hash.Append(affine.BiasRadius?.Length ?? 0);
                hash.Append(affine.BiasRadius ?? []);
                break;
            case RectifiedValue rectified:
                hash.Append("rectified");
                hash.Append(rectified.Size, rectified.Source);
                break;
            case OpaqueValue opaque:
                hash.Append("opaque");
                hash.Append([opaque.Size, opaque.Sources.Count, .. opaque.Sources]);
                hash.Append(opaque.Meaning);
                break;
            default:
                hash.Append("input");
                hash.Append(value.Size);
                break;
        }
    }
}
