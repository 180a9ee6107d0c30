using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// The nodes and tensors of a model while they are gathered. What takes the place of something in the file has a name of its own at first,
/// and gets the other's name in the end if that is free.
/// </summary>
/// <param name="parts">Makes new nodes and tensors, in a graph of their own.</param>
/// <param name="made">That graph.</param>
internal sealed class OnnxCut(OnnxGraphParts parts, GraphProto made)
{
    private readonly List<OnnxPlacedNode> nodes = [];
    private readonly List<KeyValuePair<string, string>> wishes = [];
    private readonly Dictionary<string, string> outputs = new(StringComparer.Ordinal);
    private int taken;

    /// <summary>Makes new nodes and tensors.</summary>
    public OnnxGraphParts Parts => parts;

    /// <summary>The nodes, in any order.</summary>
    public IReadOnlyList<OnnxPlacedNode> Nodes => nodes;

    /// <summary>The new tensors.</summary>
    public IReadOnlyList<TensorProto> Tensors => made.Initializer;

    /// <summary>Names, and those that they should give way to if these are free.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Wishes => wishes;

    /// <summary>Names of values so far, each with that of the output that it is.</summary>
    public IReadOnlyDictionary<string, string> Outputs => outputs;

    /// <summary>Gives a value the name of an output.</summary>
    /// <param name="name">Its name so far.</param>
    /// <param name="output">The output.</param>
    /// <returns>Whether it is not another output already.</returns>
    public bool TryNameOutput(string name, string output) => outputs.TryAdd(name, output);

    /// <summary>Adds a node of the file, or what has become of it.</summary>
    /// <param name="node">The node.</param>
    /// <param name="place">Where in the file it belongs.</param>
    public void Add(NodeProto node, int place) => nodes.Add(new(node, place));

    /// <summary>Adds all nodes that were made since the last call.</summary>
    /// <param name="place">Where in the file they belong.</param>
    public void TakeMade(int place)
    {
        for (; taken < made.Node.Count; taken++)
            nodes.Add(new(made.Node[taken], place));
    }

    /// <summary>Adds a tensor that takes the place of one of the file.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">The name of the other one, or of the value that it is instead.</param>
    /// <returns>Its name so far.</returns>
    public string Add(TensorProto tensor, string name)
    {
        tensor.Name = parts.Unique(name);
        made.Initializer.Add(tensor);
        Wish(tensor.Name, name);
        return tensor.Name;
    }

    /// <summary>Asks for a name.</summary>
    /// <param name="name">The name so far.</param>
    /// <param name="wished">The name that it should have if it is free.</param>
    public void Wish(string name, string wished)
    {
        if (name != wished)
            wishes.Add(KeyValuePair.Create(name, wished));
    }
}

/// <summary>A node, and where in the file it belongs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Place">The place of the node of the file that it is, or that it comes before.</param>
internal sealed record OnnxPlacedNode(NodeProto Node, int Place);
