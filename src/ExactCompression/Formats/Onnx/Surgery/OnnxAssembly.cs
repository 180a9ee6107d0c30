using ExactCompression.Formats.Onnx.Schema;

namespace ExactCompression.Formats.Onnx;

/// <summary>Puts the nodes and tensors that are left into the file's model, in order, and leaves out what nothing depends on.</summary>
/// <param name="plan">What of the file is left.</param>
/// <param name="cut">The nodes, and the new tensors.</param>
internal sealed class OnnxAssembly(OnnxPlan plan, OnnxCut cut)
{
    private const long InitializersAreInputs = 4;

    private readonly Dictionary<string, OnnxPlacedNode> producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> tensors = new(StringComparer.Ordinal);
    private readonly HashSet<string> renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>The model.</summary>
    public ModelProto Model()
    {
        ModelProto model = plan.Subject.Model.Clone();
        GraphProto graph = model.Graph;
        OnnxPlacedNode[] live = Live(graph);
        Rename(live, graph);
        SetTensors(graph);
        graph.Node.Clear();
        graph.Node.Add(Ordered(live));
        NameNodes(graph);
        SetInputs(model);
        SetDeclarations(graph);
        return model;
    }

    /// <summary>The nodes that outputs depend on.</summary>
    private OnnxPlacedNode[] Live(GraphProto graph)
    {
        foreach (OnnxPlacedNode placed in cut.Nodes)
        {
            foreach (string output in placed.Node.Output.Where(static output => output.Length > 0))
            {
                if (!producers.TryAdd(output, placed))
                    throw new InvalidOperationException($"Two nodes give {output}.");
            }
        }

        var live = new HashSet<OnnxPlacedNode>(ReferenceEqualityComparer.Instance);
        Dictionary<string, string> given = cut.Outputs.ToDictionary(static pair => pair.Value, static pair => pair.Key);
        var names = new Stack<string>(graph.Output.Select(o => given.GetValueOrDefault(o.Name, o.Name)));
        while (names.TryPop(out string? name))
        {
            if (!used.Add(name) || !producers.TryGetValue(name, out OnnxPlacedNode? node) || !live.Add(node))
                continue;
            foreach (string taken in OnnxCaptures.Of(node.Node))
                names.Push(taken);
        }

        return [.. cut.Nodes.Where(live.Contains)];
    }

    /// <summary>Gives what replaces something in the file its name, where that is free.</summary>
    private void Rename(OnnxPlacedNode[] live, GraphProto graph)
    {
        var names = new Dictionary<string, string>(cut.Outputs, StringComparer.Ordinal);
        HashSet<string> taken = [.. graph.Output.Select(static o => o.Name), .. graph.Input.Select(static i => i.Name)];
        taken.ExceptWith(graph.Initializer.Select(static t => t.Name));
        taken.UnionWith(used);
        taken.UnionWith(live.SelectMany(static n => n.Node.Output));
        foreach ((string name, string wished) in cut.Wishes)
        {
            if (used.Contains(name) && !names.ContainsKey(name) && taken.Add(wished))
                names.Add(name, wished);
        }

        foreach (NodeProto node in live.Select(static n => n.Node))
        {
            for (int i = 0; i < node.Input.Count; i++)
                node.Input[i] = names.GetValueOrDefault(node.Input[i], node.Input[i]);
            for (int i = 0; i < node.Output.Count; i++)
                node.Output[i] = names.GetValueOrDefault(node.Output[i], node.Output[i]);
        }

        foreach (TensorProto tensor in cut.Tensors.Where(t => used.Contains(t.Name)))
        {
            tensor.Name = names.GetValueOrDefault(tensor.Name, tensor.Name);
            tensors.Add(tensor.Name, tensor);
        }

        foreach ((string name, string wished) in names)
        {
            used.Remove(name);
            used.Add(wished);
            renamed.Add(wished);
        }
    }

    /// <summary>The file's tensors in their order, changed ones in their places, new ones behind.</summary>
    private void SetTensors(GraphProto graph)
    {
        TensorProto[] stored = [.. graph.Initializer];
        HashSet<string> names = [.. stored.Select(static t => t.Name)];
        graph.Initializer.Clear();
        graph.Initializer.Add(stored.Where(t => used.Contains(t.Name)).Select(t => tensors.GetValueOrDefault(t.Name, t)));
        graph.Initializer.Add(tensors.Values.Where(t => !names.Contains(t.Name)));
        SparseTensorProto[] sparse = [.. graph.SparseInitializer.Where(t => used.Contains(t.Values?.Name ?? ""))];
        graph.SparseInitializer.Clear();
        graph.SparseInitializer.Add(sparse);
    }

    /// <summary>Each node after those whose values it takes, else in the order of the file.</summary>
    private static List<NodeProto> Ordered(OnnxPlacedNode[] live)
    {
        var makers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < live.Length; i++)
        {
            foreach (string output in live[i].Node.Output.Where(static output => output.Length > 0))
                makers.Add(output, i);
        }

        var waiting = new int[live.Length];
        var readers = new List<int>[live.Length];
        for (int i = 0; i < live.Length; i++)
            readers[i] = [];
        var ready = new PriorityQueue<int, (int Place, int Index)>();
        for (int i = 0; i < live.Length; i++)
        {
            int[] sources = [.. OnnxCaptures.Of(live[i].Node).Where(makers.ContainsKey).Select(name => makers[name]).Distinct()];
            waiting[i] = sources.Length;
            foreach (int source in sources)
                readers[source].Add(i);
            if (sources.Length == 0)
                ready.Enqueue(i, (live[i].Place, i));
        }

        var ordered = new List<NodeProto>(live.Length);
        while (ready.TryDequeue(out int next, out _))
        {
            ordered.Add(live[next].Node);
            foreach (int reader in readers[next])
            {
                if (--waiting[reader] == 0)
                    ready.Enqueue(reader, (live[reader].Place, reader));
            }
        }

        return ordered.Count == live.Length ? ordered : throw new InvalidOperationException("The edited graph has a cycle.");
    }

    private void NameNodes(GraphProto graph)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node.Where(static n => n.Name.Length > 0))
        {
            if (!names.Add(node.Name))
                names.Add(node.Name = cut.Parts.UniqueNode(node.Name));
        }
    }

    /// <summary>Files of the first versions declare their tensors as inputs.</summary>
    private void SetInputs(ModelProto model)
    {
        GraphProto graph = model.Graph;
        HashSet<string> before = [.. plan.Subject.Model.Graph.Initializer.Select(static t => t.Name)];
        Dictionary<string, TensorProto> after = graph.Initializer.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        ValueInfoProto[] inputs = [.. graph.Input.Where(i => !before.Contains(i.Name) || after.ContainsKey(i.Name))];
        graph.Input.Clear();
        foreach (ValueInfoProto input in inputs)
        {
            if (tensors.TryGetValue(input.Name, out TensorProto? changed))
                input.Type = TypeOf(changed);
            graph.Input.Add(input);
        }

        if (model.IrVersion >= InitializersAreInputs)
            return;
        HashSet<string> declared = [.. inputs.Select(static i => i.Name)];
        graph.Input.Add(graph.Initializer.Where(t => !declared.Contains(t.Name)).Select(
            static t => new ValueInfoProto { Name = t.Name, Type = TypeOf(t) }));
    }

    private static TypeProto TypeOf(TensorProto tensor) => new()
    {
        TensorType = new()
        {
            ElemType = tensor.DataType,
            Shape = new() { Dim = { tensor.Dims.Select(static d => new TensorShapeProto.Types.Dimension { DimValue = d }) } },
        },
    };

    /// <summary>What is declared of values in between follows their shapes; of those that are gone nothing is.</summary>
    private void SetDeclarations(GraphProto graph)
    {
        HashSet<string> present = [.. graph.Node.SelectMany(static n => n.Output), .. graph.Initializer.Select(static t => t.Name)];
        ValueInfoProto[] stated = [.. graph.ValueInfo.Where(v => present.Contains(v.Name) && TryFollow(v))];
        graph.ValueInfo.Clear();
        graph.ValueInfo.Add(stated);
    }

    private bool TryFollow(ValueInfoProto stated)
    {
        if (tensors.TryGetValue(stated.Name, out TensorProto? changed))
        {
            stated.Type = TypeOf(changed);
            return true;
        }

        int[]? before = plan.Subject.Find(stated.Name)?.Shape;
        if (before is null || stated.Type?.TensorType?.Shape is not { } shape)
            return true;
        if (plan.Subject.Constant(stated.Name) is not null)
            return !renamed.Contains(stated.Name);
        if (plan.ShapeAfter(stated.Name) is not { } after || shape.Dim.Count != after.Length)
            return false;
        for (int a = 0; a < after.Length; a++)
        {
            if (before[a] != after[a])
                shape.Dim[a] = new() { DimValue = after[a] };
        }

        return true;
    }
}
