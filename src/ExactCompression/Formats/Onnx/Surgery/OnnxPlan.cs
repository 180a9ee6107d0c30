using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>
/// What of a file is left after an edit: which of its nodes can stay, and under which names its values are found.
/// </summary>
internal sealed class OnnxPlan
{
    private readonly int[] images;
    private readonly bool[] doubled;
    private readonly List<OnnxNamed>[] names;
    private readonly Dictionary<int, int> adopted;
    private readonly HashSet<string> moved = new(StringComparer.Ordinal);

    /// <summary>Relates an edit to a file.</summary>
    /// <param name="subject">The file.</param>
    /// <param name="edit">The edit of its graph.</param>
    public OnnxPlan(OnnxSubject subject, GraphEdit edit)
    {
        (Subject, Edit) = (subject, edit);
        (images, doubled) = (new int[edit.Original.Values], new bool[edit.Original.Values]);
        Array.Fill(images, -1);
        IsLive = Live(edit.Edited);
        for (int w = 0; w < edit.Edited.Values; w++)
        {
            if (edit.Origins[w] is not (>= 0 and var origin) || (w >= edit.Edited.Inputs.Count && !IsLive[w]))
                continue;
            doubled[origin] = images[origin] >= 0;
            images[origin] = doubled[origin] ? images[origin] : w;
        }

        Pieces = Owners();
        for (int o = 0; o < edit.Edited.Outputs.Count; o++)
        {
            if (Image(edit.Original.Outputs[o].Value) != edit.Edited.Outputs[o].Value)
                moved.Add(edit.Original.Outputs[o].Name);
        }

        adopted = Adopted();
        names = [.. Enumerable.Range(0, edit.Edited.Values).Select(static _ => new List<OnnxNamed>())];
        foreach ((string name, OnnxValue value) in subject.Read.Trace!.Values)
        {
            if (value.Number >= 0 && Image(value.Number) is >= 0 and var image && !moved.Contains(name))
                names[image].Add(new(name, ShapeAfter(name)));
        }

        foreach (int w in adopted.Keys)
            names[w].Add(new(edit.Edited.Producer(w)!.ValueName, [1, .. edit.Edited.ShapeOf(w)]));
        foreach (GraphOutput output in edit.Original.Outputs)
        {
            if (subject.Constant(output.Name) is { } constant && Image(output.Value) is >= 0 and var image && !moved.Contains(output.Name))
                names[image].Add(new(output.Name, constant.Shape));
        }
    }

    /// <summary>The file.</summary>
    public OnnxSubject Subject { get; }

    /// <summary>The edit of its graph.</summary>
    public GraphEdit Edit { get; }

    /// <summary>For each value afterwards, whether an output depends on it.</summary>
    public IReadOnlyList<bool> IsLive { get; }

    /// <summary>For each value afterwards, the place of the file's node that it comes from; -1 for none.</summary>
    public IReadOnlyList<int> Pieces { get; }

    /// <summary>The place of the file's node whose names a value's node has: the one that it comes from, or that it replaces; -1 for
    /// none.</summary>
    /// <param name="value">The value afterwards.</param>
    public int PlaceOf(int value) => Pieces[value] >= 0 ? Pieces[value] : adopted.GetValueOrDefault(value, -1);

    /// <summary>What is left of a value of the original graph; -1 for nothing.</summary>
    /// <param name="value">The value before.</param>
    public int Image(int value) => images[value];

    /// <summary>The names under which a value is found afterwards.</summary>
    /// <param name="value">The value afterwards.</param>
    public IReadOnlyList<OnnxNamed> NamesOf(int value) => names[value];

    /// <summary>Adds a name of a value.</summary>
    /// <param name="value">The value afterwards.</param>
    /// <param name="named">The name.</param>
    public void Add(int value, OnnxNamed named) => names[value].Add(named);

    /// <summary>Whether a name stands for another value than before, as an output may.</summary>
    /// <param name="name">The name.</param>
    public bool IsMoved(string name) => moved.Contains(name);

    /// <summary>Whether a value may have another name: a node gives it, it is no output, and no graph inside a node takes it.</summary>
    /// <param name="name">Its name.</param>
    public bool MayRename(string name) => Subject.Graph.Inputs.All(i => i.Name != name) && Subject.Graph.Initializer(name) is null
        && Subject.Graph.Outputs.All(o => o.Name != name) && !Subject.Graph.ConsumersOf(name).Any(n => !n.Inputs.Contains(name));

    /// <summary>The shape of a value of the file afterwards, the batch counted as 1; null where there is none or it is not known.</summary>
    /// <param name="name">Its name.</param>
    public int[]? ShapeAfter(string name)
    {
        if (Subject.Find(name) is not { Shape: { } shape } value)
            return null;
        if (value.Number < 0)
            return shape;
        if (Image(value.Number) is not (>= 0 and var image))
            return null;
        return Edit.Selections[image] is { } selection ? With(shape, selection) : shape;
    }

    /// <summary>The axis of a value of the file along which some of it is kept; null where all is.</summary>
    /// <param name="name">Its name.</param>
    public AxisSelection? SelectionOf(string name) =>
        Subject.Find(name) is { Number: >= 0 and var number, Shape: { } shape } && Image(number) is >= 0 and var image
        && Edit.Selections[image] is { } selection
            ? selection with { Axis = selection.Axis + OnnxShapes.Lead(shape) }
            : null;

    /// <summary>How a node of the file is left, if it can stay: what each part of it takes and gives.</summary>
    /// <param name="traced">The node.</param>
    /// <param name="place">Its place.</param>
    /// <param name="reason">Why it cannot stay.</param>
    public OnnxPiece? Keep(OnnxTracedNode traced, int place, out string reason)
    {
        var piece = new OnnxPiece(traced.Node, place);
        reason = "";
        for (int v = traced.First; v < traced.End; v++)
        {
            if (Image(v) is not (>= 0 and var w))
                continue;
            reason = doubled[v] ? "It is there twice." : IsRead(w, place) && names[w].Count == 0 ? "A part of it is used elsewhere."
                : Fault(piece, traced, v, w);
            if (reason.Length > 0)
                return null;
        }

        if (traced.Node.Outputs.Any(IsMoved))
            reason = "An output is another value.";
        return reason.Length == 0 ? piece : null;
    }

    private static int[] With(int[] shape, AxisSelection selection)
    {
        int[] after = [.. shape];
        after[selection.Axis + OnnxShapes.Lead(shape)] = selection.Kept.Length;
        return after;
    }

    private string Fault(OnnxPiece piece, OnnxTracedNode traced, int v, int w)
    {
        GraphNode before = Edit.Original.Producer(v)!, after = Edit.Edited.Producer(w)!;
        if (Edit.IsNew[w - Edit.Edited.Inputs.Count] || before.Inputs.Count != after.Inputs.Count)
            return "It has other numbers, or other operands.";
        var taken = new AxisSelection?[before.Inputs.Count];
        for (int k = 0; k < taken.Length; k++)
        {
            (int from, int now) = (before.Inputs[k], after.Inputs[k]);
            bool isOwn = from >= traced.First && from < traced.End;
            if (isOwn ? Edit.Origins[now] != from : piece.Taken.TryGetValue(from, out int other) && other != now)
                return "It takes other values.";
            if (!isOwn)
                piece.Taken[from] = now;
            if (!TryRelate(from, now, out taken[k]))
                return "It takes a value of another shape.";
        }

        piece.Steps.Add(new(v, before.Operator, after.Operator, taken, Edit.Selections[w]));
        try
        {
            TensorShape[] shapes = [.. before.Inputs.Select(Edit.Original.ShapeOf)];
            Operator left = OperatorSelection.Of(before.Operator, shapes, before.Shape, taken, Edit.Selections[w]);
            return OperatorComparison.AreSame(left, after.Operator) ? "" : "It computes something else.";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    /// <summary>What of an operand's shape is left, whichever value it is now.</summary>
    private bool TryRelate(int from, int now, out AxisSelection? taken)
    {
        TensorShape before = Edit.Original.ShapeOf(from);
        int origin = Edit.Origins[now];
        bool isSame = origin != from && Edit.Edited.ShapeOf(now).Equals(before);
        taken = isSame ? null : Edit.Selections[now];
        return origin == from || isSame || (origin >= 0 && Edit.Original.ShapeOf(origin).Equals(before));
    }

    /// <summary>New values that have the name of one of which nothing is left take its place.</summary>
    private Dictionary<int, int> Adopted()
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Subject.Read.Trace!.Nodes.Count; i++)
        {
            OnnxTracedNode traced = Subject.Read.Trace.Nodes[i];
            bool isGone = traced.First < traced.End && Enumerable.Range(traced.First, traced.End - traced.First).All(v => Image(v) < 0);
            foreach (string name in traced.Node.Outputs.Where(_ => isGone))
                places[name] = i;
        }

        var found = new Dictionary<int, int>();
        HashSet<string> outputs = [.. Edit.Original.Outputs.Select(static o => o.Name)];
        for (int w = Edit.Edited.Inputs.Count; w < Edit.Edited.Values; w++)
        {
            string name = Edit.Edited.Producer(w)!.ValueName;
            if (Edit.Origins[w] < 0 && IsLive[w] && !outputs.Contains(name) && places.Remove(name, out int place))
                found.Add(w, place);
        }

        return found;
    }

    private bool IsRead(int w, int place) => Edit.Edited.Outputs.Any(o => o.Value == w)
        || Edit.Edited.Readers[w].Any(n => IsLive[Edit.Edited.ValueOf(n)] && Pieces[Edit.Edited.ValueOf(n)] != place);

    private int[] Owners()
    {
        var owners = new int[Edit.Original.Values];
        Array.Fill(owners, -1);
        for (int i = 0; i < Subject.Read.Trace!.Nodes.Count; i++)
        {
            OnnxTracedNode traced = Subject.Read.Trace.Nodes[i];
            Array.Fill(owners, i, traced.First, traced.End - traced.First);
        }

        return [.. Edit.Origins.Select(origin => origin < 0 ? -1 : owners[origin])];
    }

    private static bool[] Live(NetworkGraph graph)
    {
        var live = new bool[graph.Values];
        foreach (GraphOutput output in graph.Outputs)
            live[output.Value] = true;
        for (int n = graph.Nodes.Count - 1; n >= 0; n--)
        {
            if (live[graph.ValueOf(n)])
            {
                foreach (int value in graph.Nodes[n].Inputs)
                    live[value] = true;
            }
        }

        return live;
    }
}
