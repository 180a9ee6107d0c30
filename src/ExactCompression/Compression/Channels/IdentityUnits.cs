using ExactCompression.Networks;

namespace ExactCompression.Compression.Channels;

/// <summary>Units that give what they take over all of the domain are left out; nothing is rounded.</summary>
internal static class IdentityUnits
{
    /// <summary>The graph without such units.</summary>
    /// <param name="draft">The graph.</param>
    /// <param name="withAffine">Whether those go too that follow a convolution, a matrix or arithmetic with constants: these are better
    /// folded first.</param>
    public static GraphDraft Bypass(GraphDraft draft, bool withAffine)
    {
        NetworkGraph graph = draft.Graph;
        int[] gone = [.. Enumerable.Range(0, graph.Nodes.Count).Where(
            n => IsIdentity(draft, n) && (withAffine || !IsBehindAffine(graph, n)))];
        if (gone.Length == 0)
            return draft;
        (GraphEdit edit, IReadOnlyList<int> nodes) = GraphRebuild.Apply(
            graph, gone.ToDictionary(static n => n, n => NodeChange.Bypassed(graph.Nodes[n].Inputs[0])));
        CompressionStep[] steps = [.. gone.Select(n => Step(graph.Nodes[n], draft.Origins[n]!))];
        return draft.After(
            edit, new double[]?[nodes.Count], [.. nodes.Select(n => draft.Units[n])], [.. nodes.Select(n => draft.Origins[n])], steps);
    }

    /// <summary>Whether every neuron is proven to give what it takes; an output that is an input stays a node of its own.</summary>
    private static bool IsIdentity(GraphDraft draft, int n)
    {
        if (draft.Units[n] is not { } bounds || draft.Graph.Nodes[n].Inputs[0] is var taken && taken < draft.Graph.Inputs.Count
            || !DependsOnInput(draft.Graph, taken))
            return false;
        bool AreActive() => Enumerable.Range(0, bounds.Lower.Length).All(
            e => bounds.Lower[e] >= 0 || (draft.Deviation == 0 && bounds.States[e] == NeuronState.StablyActive));
        return draft.Graph.Nodes[n].Operator switch
        {
            ReluOperator or LeakyReluOperator => AreActive(),
            ClipOperator { Lower: > double.NegativeInfinity } clip => Array.TrueForAll(
                bounds.Upper, u => Math.BitIncrement(u + clip.Lower) <= clip.Upper) && AreActive(),
            ClipOperator { Upper: < double.PositiveInfinity } => AreActive(),
            _ => false,
        };
    }

    /// <summary>Whether a value is no constant of the file, which readers would compute with before.</summary>
    private static bool DependsOnInput(NetworkGraph graph, int value) =>
        graph.Producer(value) is not { } node || node.Inputs.Any(v => DependsOnInput(graph, v));

    private static bool IsBehindAffine(NetworkGraph graph, int n) =>
        graph.Producer(graph.Nodes[n].Inputs[0])?.Operator is ConvolutionOperator or DenseOperator or ScaleShiftOperator;

    private static CompressionStep Step(GraphNode node, UnitOrigin origin)
    {
        const string What = "it gives what it takes over the domain, and is left out.";
        return new(CompressionStepKind.Fold, origin.Layer, origin.Neurons(origin.Channels), $"{node.Name}: {What}")
        {
            Added = -origin.Channels.Count(static c => c < 0) * origin.Plane,
        };
    }
}
