using ExactCompression.Formats.Onnx.Schema;
using ExactCompression.Networks;
using DataType = ExactCompression.Formats.Onnx.Schema.TensorProto.Types.DataType;

namespace ExactCompression.Formats.Onnx;

/// <summary>Writes nodes of a network's graph that no node of the file can stand for any more, in the file's version and type.</summary>
/// <param name="plan">What of the file is left.</param>
/// <param name="cut">Where nodes go.</param>
internal sealed class OnnxEmission(OnnxPlan plan, OnnxCut cut)
{
    private readonly HashSet<int> begun = [];

    /// <summary>What makes nodes and tensors for a file.</summary>
    /// <param name="subject">The file.</param>
    public static OnnxCut Start(OnnxSubject subject)
    {
        ValueInfoProto? floating = subject.Graph.Inputs.FirstOrDefault(i => subject.Find(i.Name) is { IsFloat: true });
        DataType type = floating?.Type?.TensorType?.ElemType ?? DataType.Float;
        var made = new GraphProto { Input = { floating ?? subject.Graph.Inputs[0] } };
        var parts = new OnnxGraphParts(
            made, type == DataType.Double ? WeightPrecision.Float64 : WeightPrecision.Float32, subject.Opset, type == DataType.Float16);
        GraphProto graph = subject.Model.Graph;
        IEnumerable<string> values = graph.Input.Concat(graph.Output).Select(static v => v.Name)
            .Concat(OnnxStored.NamesIn(graph)).Concat(graph.Node.SelectMany(static n => n.Output)).Concat(Inside(graph));
        foreach (string name in values.Where(static name => name.Length > 0).Distinct())
            parts.Unique(name);
        foreach (string name in graph.Node.Select(static n => n.Name).Where(static name => name.Length > 0).Distinct())
            parts.UniqueNode(name);
        return new(parts, made);
    }

    /// <summary>Writes a node.</summary>
    /// <param name="value">The value that it gives.</param>
    /// <exception cref="InvalidInputException">The file's version of the operators has none for it.</exception>
    public void Write(int value)
    {
        NetworkGraph graph = plan.Edit.Edited;
        GraphNode node = graph.Producer(value)!;
        int piece = plan.PlaceOf(value);
        OnnxNode? original = piece < 0 ? null : plan.Subject.Read.Trace!.Nodes[piece].Node;
        OnnxNamed? own = plan.NamesOf(value).FirstOrDefault(n => original?.Outputs.Contains(n.Name) == true);
        if (original is not null && begun.Add(piece))
            cut.Parts.FreeNode(original.Name);
        string name = own is not null ? original!.Name : node.Name;
        cut.Parts.Begin(name);
        int tensors = cut.Tensors.Count, before = cut.Parts.Count;
        string? row = Row(node, own);
        string given = row ?? Nodes(node, [.. node.Inputs.Select(Batched)], original?.Operator == "MatMul");
        Name(given, before, value, own, name, isShaped: row is not null);
        cut.TakeMade(piece < 0 ? Place(value) : piece);
        if (own is not null && original!.Stored.Name.Length == 0)
            cut.Nodes[^1].Node.Name = ""; // it takes the place of one without a name
        if (original is not null)
            Wish(tensors, name, original);
    }

    /// <summary>Gives a value under another name and shape, as a node does that only changes the shape.</summary>
    /// <param name="value">The value.</param>
    /// <param name="named">The name and the shape.</param>
    /// <param name="node">Name of the node.</param>
    /// <param name="place">Where in the file it belongs.</param>
    public void Give(int value, OnnxNamed named, string node, int place)
    {
        cut.Parts.Begin(node);
        cut.Parts.FreeNode(node);
        OnnxNamed? same = plan.NamesOf(value).FirstOrDefault(
            n => n.Name != named.Name && n.Shape is not null && named.Shape is not null && n.Shape.AsSpan().SequenceEqual(named.Shape));
        if (same is not null)
            cut.Parts.Node("Identity", [same.Name]);
        else
            Shaped(Batched(value, named.Name), plan.Edit.Edited.ShapeOf(value), named);
        cut.Parts.RenameLast(node, named.Name);
        cut.TakeMade(place);
    }

    private static IEnumerable<string> Inside(GraphProto graph)
    {
        var graphs = new Stack<GraphProto>([graph]);
        while (graphs.TryPop(out GraphProto? next))
        {
            foreach (GraphProto inner in next.Node.SelectMany(static n => n.Attribute).SelectMany(
                static a => a.Graphs.Concat(a.G is null ? [] : [a.G])))
            {
                graphs.Push(inner);
                foreach (NodeProto node in inner.Node)
                {
                    foreach (string output in node.Output)
                        yield return output;
                }
            }
        }
    }

    private string Nodes(GraphNode node, string[] values, bool isProduct)
    {
        if (isProduct && node.Operator is DenseOperator dense && dense.Bias.AsSpan().IndexOfAnyExcept(0.0) < 0)
            return OnnxWeightNodes.Product(dense, values[0], cut.Parts);
        if (node.Operator is ConstantOperator constant && !HasBatch())
            return cut.Parts.Tensor("value", [1, .. node.Shape], constant.Values);
        TensorShape[] shapes = [.. node.Inputs.Select(plan.Edit.Edited.ShapeOf)];
        return OnnxOperatorNodes.Of(node, shapes, values, cut.Parts) ?? throw new InvalidInputException(
            "OperatorNotWritable",
            $"The node {NameText.Short(node.Name)} is a {NameText.Short(node.Operator.Name)}, of which only the name is known, and what it "
                + "takes is not what it took.", "Compress the network with a lower level.");
    }

    /// <summary>Whether the first dimension of the input is that of the batch.</summary>
    private bool HasBatch() => plan.Subject.Graph.Inputs.FirstOrDefault(i => plan.Subject.Find(i.Name) is { IsFloat: true }) is { } input
        && OnnxShapes.Lead(plan.Subject.Find(input.Name)!.Shape!) == 1;

    /// <summary>A matrix between vectors that have no dimension of the batch in the file, written without one; null for others.</summary>
    private string? Row(GraphNode node, OnnxNamed? own) => node.Operator is DenseOperator dense && own?.Shape is [var outputs]
        && outputs == dense.Outputs && cut.Parts.Opset >= OnnxWeightNodes.RulesOfNumPy
        && plan.NamesOf(node.Inputs[0]).FirstOrDefault(n => n.Shape is [var inputs] && inputs == dense.Inputs) is { } vector
            ? OnnxWeightNodes.ProductAndSum(dense, vector.Name, cut.Parts)
            : null;

    private void Name(string given, int before, int value, OnnxNamed? own, string node, bool isShaped)
    {
        TensorShape row = plan.Edit.Edited.ShapeOf(value);
        bool isNew = cut.Parts.Count > before && cut.Parts.Last == given;
        if (own is null)
        {
            if (isNew)
            {
                string wanted = plan.Edit.Edited.Producer(value)!.ValueName;
                given = cut.Parts.Unique(wanted.Length > 0 ? wanted : $"{node}_output");
                cut.Parts.RenameLast(node, given);
            }

            plan.Add(value, new(given, [1, .. row]));
            return;
        }

        if (!isShaped && !own.IsBatched(row))
            Shaped(given, row, own);
        else if (!isNew)
            cut.Parts.Node("Identity", [given]);
        cut.Parts.RenameLast(node, own.Name);
    }

    /// <summary>A value with the batch before it, in the shape that the file has for it.</summary>
    private void Shaped(string value, TensorShape row, OnnxNamed named)
    {
        int[] shape = named.Shape ?? throw new InvalidOperationException($"The shape of {named.Name} is not known.");
        bool hasBatch = shape is [1, ..];
        cut.Parts.ReshapeTo(value, [.. shape.Select((size, a) => a == 0 && hasBatch ? 0L : size)]);
    }

    private string Batched(int value) => Batched(value, "");

    /// <summary>A value with the batch before its shape.</summary>
    private string Batched(int value, string except)
    {
        TensorShape row = plan.Edit.Edited.ShapeOf(value);
        OnnxNamed[] names = [.. plan.NamesOf(value).Where(n => n.Name != except)];
        OnnxNamed? named = Array.Find(names, n => n.IsBatched(row));
        if (named is not null)
            return named.Name;
        named = Array.Find(names, static n => n.Shape is not null)
            ?? throw new InvalidOperationException($"The value {value} has no name.");
        bool hasBatch = named.Shape is [1, ..]; // also where that is all: then it may be a number for each row
        return cut.Parts.ReshapeTo(named.Name, [hasBatch ? 0 : 1, .. row.Select(static size => (long)size)]);
    }

    /// <summary>The place of the first node of the file that a new value comes before.</summary>
    private int Place(int value) => plan.Edit.Edited.Readers[value].Select(n => plan.Pieces[plan.Edit.Edited.ValueOf(n)])
        .Where(static p => p >= 0).DefaultIfEmpty(int.MaxValue).Min();

    /// <summary>New tensors are called as those of the file that they replace.</summary>
    private void Wish(int first, string owner, OnnxNode original)
    {
        string[] constants = [.. original.Inputs.Where(name => plan.Subject.Graph.Initializer(name) is not null)];
        if (constants.Length == 0)
            return;
        for (int t = first; t < cut.Tensors.Count; t++)
        {
            string name = cut.Tensors[t].Name;
            int at = name.StartsWith(owner, StringComparison.Ordinal) ? name[owner.Length..] switch
            {
                ".weight" or ".scale" or ".shift" or ".slope" => 0,
                ".bias" => 1,
                ".mean" => 2,
                ".variance" => 3,
                _ => -1,
            } : -1;
            if (at >= 0 && at < constants.Length)
                cut.Wish(name, constants[at]);
        }
    }
}
