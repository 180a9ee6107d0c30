namespace ExactCompression.Formats;

/// <summary>
/// The names of layers as a tree: <c>features.2.0.weight</c> lies under <c>features.</c>, then 2, then 0. Layers under different numbers of
/// a node follow one another by these numbers; for layers under different words, names imply no order.
/// </summary>
internal sealed class LayerNameTree
{
    /// <summary>Deeper names are not split further, so that recursion over the tree is shallow.</summary>
    public const int MaximalDepth = 48;

    private readonly Dictionary<string, LayerNameTree> byToken = new(StringComparer.Ordinal);

    private LayerNameTree(string prefix) => Prefix = prefix;

    /// <summary>What the names of all layers below begin with.</summary>
    public string Prefix { get; }

    /// <summary>Layers whose names end here, with their places in the file.</summary>
    public List<RankedLayer> Leaves { get; } = [];

    /// <summary>The nodes under numbers, ascending.</summary>
    public List<LayerNameTree> Numbered { get; } = [];

    /// <summary>The nodes under words, as they occur in the file.</summary>
    public List<LayerNameTree> Named { get; } = [];

    /// <summary>How many layers lie below.</summary>
    public int Count { get; private set; }

    /// <summary>The first place in the file of a layer below.</summary>
    public int FirstRank { get; private set; } = int.MaxValue;

    /// <summary>The last place in the file of a layer below.</summary>
    public int LastRank { get; private set; } = -1;

    /// <summary>Whether the layers below are in the file in the order of the numbers in their names.</summary>
    public bool FileCountsUp
    {
        get
        {
            for (int i = 1; i < Numbered.Count; i++)
            {
                if (Numbered[i].FirstRank < Numbered[i - 1].LastRank)
                    return false;
            }

            return Children.All(static c => c.FileCountsUp);
        }
    }

    /// <summary>All children.</summary>
    public IEnumerable<LayerNameTree> Children => Numbered.Concat(Named);

    /// <summary>The tree of some layers, in the order of their file.</summary>
    public static LayerNameTree Of(IReadOnlyList<LayerTensors> layers)
    {
        var root = new LayerNameTree("");
        for (int rank = 0; rank < layers.Count; rank++)
            root.Insert(new(layers[rank], rank));
        root.Sort();
        return root;
    }

    /// <summary>The layers below, in the order of the file.</summary>
    public List<RankedLayer> InFileOrder()
    {
        var found = new List<RankedLayer>(Count);
        Collect(found);
        found.Sort(static (a, b) => a.Rank.CompareTo(b.Rank));
        return found;
    }

    private void Insert(RankedLayer layer)
    {
        string name = layer.Layer.Name;
        LayerNameTree node = this;
        node.Note(layer.Rank);
        int at = 0;
        for (int depth = 0; at < name.Length; depth++)
        {
            int end = depth < MaximalDepth ? TokenEnd(name, at) : name.Length;
            string token = name[at..end];
            if (!node.byToken.TryGetValue(token, out LayerNameTree? child))
            {
                child = new(name[..end]);
                node.byToken.Add(token, child);
                (char.IsAsciiDigit(token[0]) && depth < MaximalDepth ? node.Numbered : node.Named).Add(child);
            }

            child.Note(layer.Rank);
            node = child;
            at = end;
        }

        node.Leaves.Add(layer);
    }

    private void Note(int rank)
    {
        Count++;
        FirstRank = Math.Min(FirstRank, rank);
        LastRank = Math.Max(LastRank, rank);
    }

    private void Sort()
    {
        Numbered.Sort((a, b) => CompareNumbers(a.Prefix.AsSpan(Prefix.Length), b.Prefix.AsSpan(Prefix.Length)));
        foreach (LayerNameTree child in Children)
            child.Sort();
    }

    private void Collect(List<RankedLayer> found)
    {
        found.AddRange(Leaves);
        foreach (LayerNameTree child in Children)
            child.Collect(found);
    }

    // A token is a run of digits, or the text up to the next digit or through the next dot or slash.
    private static int TokenEnd(string name, int start)
    {
        int end = start + 1;
        if (char.IsAsciiDigit(name[start]))
        {
            while (end < name.Length && char.IsAsciiDigit(name[end]))
                end++;
            return end;
        }

        while (end < name.Length && !char.IsAsciiDigit(name[end]) && name[end - 1] is not ('.' or '/'))
            end++;
        return end;
    }

    // Numbers of any length; of equal ones (2 and 02) the shorter comes first.
    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        ReadOnlySpan<char> x = a.TrimStart('0'), y = b.TrimStart('0');
        int order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
        return order != 0 ? order : a.Length.CompareTo(b.Length);
    }
}

/// <summary>A layer and its place in the file.</summary>
internal readonly record struct RankedLayer(LayerTensors Layer, int Rank);
