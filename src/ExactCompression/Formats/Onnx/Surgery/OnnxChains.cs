using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// Constants that a file computes from the shapes of its values: they change with the shapes, since a runtime computes them anew.
/// </summary>
internal sealed class OnnxChains
{
    private const string Shape = "Shape", Size = "Size";

    private readonly OnnxSubject subject;
    private readonly Func<string, int[]?> shapes;
    private readonly HashSet<string> moved = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor?> known = new(StringComparer.Ordinal);

    /// <summary>Finds the constants that change.</summary>
    /// <param name="subject">The file.</param>
    /// <param name="shapes">The shape of a value afterwards, the batch counted as 1; null for one that there is no more.</param>
    public OnnxChains(OnnxSubject subject, Func<string, int[]?> shapes)
    {
        (this.subject, this.shapes) = (subject, shapes);
        foreach (OnnxTracedNode traced in subject.Read.Trace!.Nodes)
        {
            OnnxNode node = traced.Node;
            bool moves = Tells(node, out string told)
                ? shapes(told) is not { } shape || !shape.AsSpan().SequenceEqual(subject.Find(told)!.Shape)
                : node.Takes.Any(moved.Contains);
            if (moves)
                moved.UnionWith(node.Outputs.Where(name => subject.Constant(name) is not null));
        }
    }

    /// <summary>Whether a constant depends on a shape that changes.</summary>
    /// <param name="name">Its name.</param>
    public bool Moves(string name) => moved.Contains(name);

    /// <summary>What a constant is afterwards; null where that cannot be told.</summary>
    /// <param name="name">Its name.</param>
    public OnnxTensor? After(string name)
    {
        if (!Moves(name))
            return subject.Constant(name);
        if (!known.TryGetValue(name, out OnnxTensor? value))
            known.Add(name, value = Compute(name));
        return value;
    }

    /// <summary>Whether a node tells the shape of a value.</summary>
    private bool Tells(OnnxNode node, out string value)
    {
        value = node.IsStandard && node.Operator is Shape or Size && node.HasInput(0) ? node.Inputs[0] : "";
        return value.Length > 0 && subject.Find(value) is { Number: >= 0 };
    }

    /// <summary>Reads the nodes that a constant comes from, behind inputs of the new shapes.</summary>
    private OnnxTensor? Compute(string name)
    {
        var part = new GraphProto { Output = { new ValueInfoProto { Name = name } } };
        var inputs = new List<OnnxInput>();
        var names = new Stack<string>([name]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (names.TryPop(out string? next))
        {
            if (!seen.Add(next))
                continue;
            OnnxValue? value = subject.Find(next);
            if (subject.Graph.Initializer(next) is { } tensor)
            {
                part.Initializer.Add(tensor);
            }
            else if (value is { Constant: not null } && subject.Graph.ProducerOf(next) is { } node)
            {
                if (node.Outputs.All(output => output == next || !seen.Contains(output)))
                    part.Node.Add(node.Stored);
                foreach (string taken in node.Takes)
                    names.Push(taken);
            }
            else if (value is not null && shapes(next) is { } shape)
            {
                part.Input.Add(new ValueInfoProto { Name = next });
                inputs.Add(new(next, shape, value.IsBatch, IsFloat: true));
            }
            else
            {
                return null;
            }
        }

        return inputs.Count == 0 ? null : Read(part, inputs, name);
    }

    private OnnxTensor? Read(GraphProto part, List<OnnxInput> inputs, string name)
    {
        try
        {
            var budget = new ImportBudget(new() { MaximumSize = long.MaxValue }, subject.Fault.Path, 0);
            var graph = new OnnxGraph(part, subject.Fault, budget.Cancellation);
            var reading = new OnnxReading(graph, subject.Opset, subject.Read.Batch, subject.Fault, budget) { Trace = new() };
            new OnnxGraphReader(reading).Read(inputs);
            return reading.Trace.Values[name].Constant;
        }
        catch (InvalidFileException)
        {
            return null; // the shapes do not fit together any more: whoever takes the constant needs another
        }
    }
}
