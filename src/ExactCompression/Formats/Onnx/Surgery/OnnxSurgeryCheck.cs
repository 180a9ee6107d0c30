using ExactCompression.Networks;

namespace ExactCompression.Formats.Onnx;

/// <summary>Compares what was written with the network that was to be written: a wrong file is never given away.</summary>
internal static class OnnxSurgeryCheck
{
    /// <summary>Makes sure that a model is an edited network.</summary>
    /// <param name="written">The model, read again.</param>
    /// <param name="plan">The edit.</param>
    /// <param name="kept">The places of the nodes that were kept; others may have become several nodes.</param>
    /// <exception cref="InvalidOperationException">It is another.</exception>
    public static void Require(OnnxSubject written, OnnxPlan plan, IReadOnlySet<int> kept)
    {
        (NetworkGraph wanted, NetworkGraph read) = (plan.Edit.Edited, written.Read.Graph);
        var places = new int[wanted.Values];
        Array.Fill(places, -1);
        for (int o = 0; o < wanted.Outputs.Count; o++)
        {
            if (read.Outputs.Count != wanted.Outputs.Count || read.Outputs[o].Name != wanted.Outputs[o].Name)
                throw Fault($"It has no output {wanted.Outputs[o].Name}.");
            places[wanted.Outputs[o].Value] = read.Outputs[o].Value;
        }

        foreach (int v in Enumerable.Range(0, wanted.Values))
        {
            string? name = plan.NamesOf(v).Select(static n => n.Name).FirstOrDefault(n => written.Find(n) is { Number: >= 0 });
            places[v] = name is null ? places[v] : written.Find(name)!.Number;
        }

        for (int v = wanted.Values - 1; v >= 0; v--)
        {
            if (places[v] >= 0)
                Require(v, places, plan, read, kept);
        }
    }

    private static void Require(int v, int[] places, OnnxPlan plan, NetworkGraph read, IReadOnlySet<int> kept)
    {
        NetworkGraph wanted = plan.Edit.Edited;
        if (EffectiveNodes.Source(wanted, v) is var w && w != v)
        {
            Set(w, EffectiveNodes.Source(read, places[v]), places, read);
            return;
        }

        int r = EffectiveNodes.Source(read, places[v]);
        if (!wanted.ShapeOf(v).Equals(read.ShapeOf(r)))
            throw Fault($"The value {v} is {read.ShapeOf(r)}, not {wanted.ShapeOf(v)}.");
        (GraphNode? before, GraphNode? after) = (wanted.Producer(v), read.Producer(r));
        if (before is null || after is null)
        {
            if (before is not null || after is not null || v != r)
                throw Fault($"The value {v} is not the input {r}.");
            return;
        }

        bool isKept = plan.Pieces[v] >= 0 && kept.Contains(plan.Pieces[v]);
        if (!isKept && (before.Operator.GetType() != after.Operator.GetType() || before.Inputs.Count != after.Inputs.Count
            || before.Operator is not (ConvolutionOperator or DenseOperator or ReluOperator or LeakyReluOperator)))
            return; // may be written as other nodes that compute the same
        if (IsClipped(wanted, before, after.Operator) is >= 0 and var clipped)
        {
            Set(clipped, after.Inputs[0], places, read);
            return;
        }

        if (before.Inputs.Count != after.Inputs.Count || !EffectiveNodes.AreSame(
            EffectiveNodes.OperatorOf(wanted, before), EffectiveNodes.OperatorOf(read, after), before.Shape))
            throw Fault($"The node {before.Name} computes something else.");
        for (int k = 0; k < before.Inputs.Count; k++)
            Set(before.Inputs[k], after.Inputs[k], places, read);
    }

    private static void Set(int v, int r, int[] places, NetworkGraph read)
    {
        if (places[v] < 0)
            places[v] = r;
        else if (EffectiveNodes.Source(read, places[v]) != EffectiveNodes.Source(read, r))
            throw Fault($"The value {v} is taken from elsewhere.");
    }

    /// <summary>
    /// What an extremum with a constant that has become a single number takes beside it, where the reader makes a rectifier or a clip of
    /// it; else -1.
    /// </summary>
    private static int IsClipped(NetworkGraph graph, GraphNode node, Operator read)
    {
        if (node.Operator is not ExtremumOperator extremum || read is not (ReluOperator or ClipOperator))
            return -1;
        (double lower, double upper) = read is ClipOperator clip ? (clip.Lower, clip.Upper) : (0, double.PositiveInfinity);
        (double end, double open) = extremum.IsMaximum ? (lower, upper) : (upper, -lower);
        int constant = double.IsPositiveInfinity(open) ? node.Inputs.TakeWhile(v => Uniform(graph, v) != end).Count() : 2;
        return constant < 2 ? node.Inputs[1 - constant] : -1;
    }

    /// <summary>The number that all elements of a constant are, however it is spread; NaN where there is none.</summary>
    private static double Uniform(NetworkGraph graph, int value) => graph.Producer(value) switch
    {
        { Operator: ConstantOperator { Values: [var first, ..] values } } =>
            values.AsSpan().IndexOfAnyExcept(first) < 0 ? first : double.NaN,
        { Operator: ReshapeOperator or TransposeOperator, Inputs: [var only] } => Uniform(graph, only),
        { Operator: SelectOperator select, Inputs: [var only] } when select.Indices.All(static i => i?.Contains(-1) != true) =>
            Uniform(graph, only),
        _ => double.NaN,
    };

    private static InvalidOperationException Fault(string problem) => new($"What was written is not the network: {problem}");
}
