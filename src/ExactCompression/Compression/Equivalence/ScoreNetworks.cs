using ExactCompression.Networks;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Two networks without the softmax that gives the only output of each: their scores are piecewise linear, and what bounds the difference
/// of these bounds that of the outputs.
/// </summary>
/// <param name="Reference">The scores of the first.</param>
/// <param name="Difference">The scores of the second.</param>
/// <param name="Softmax">What gives the outputs of both.</param>
internal sealed record ScoreNetworks(ReluNetwork Reference, ReluNetwork Difference, SoftmaxShape Softmax)
{
    /// <summary>A bound on the difference of the outputs where no scores differ by more than 1.</summary>
    public double Steepest => new SoftmaxFunction(Softmax).Steepest;

    /// <summary>Takes the softmax off two networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    /// <returns>Null where they do not end with the same one.</returns>
    public static ScoreNetworks? Of(ReluNetwork reference, ReluNetwork difference, CancellationToken cancellation) =>
        HeadOf(reference) is { } head && HeadOf(difference) == head
            ? new(Scores(reference, cancellation), Scores(difference, cancellation), head) : null;

    /// <summary>Whether the softmax is one over all outputs, so that it keeps their order.</summary>
    /// <param name="outputs">Number of outputs.</param>
    public bool IsWhole(int outputs) => Softmax.Step == 1 && Softmax.Count == outputs;

    /// <summary>What a bound on the difference of the scores says of the outputs.</summary>
    /// <param name="scores">The bound.</param>
    /// <param name="isSameQuestion">Whether what was asked of the scores is what is asked of the outputs.</param>
    public DeviationBound OfOutputs(DeviationBound scores, bool isSameQuestion)
    {
        double bound = UpperBound.Multiply(Steepest, scores.Bound);
        return scores with
        {
            Bound = Softmax.IsLogarithm ? bound : Math.Min(1, bound), IsEnough = scores.IsEnough && isSameQuestion,
        };
    }

    /// <summary>The softmax that a network ends with; null where it does not, or has other outputs.</summary>
    private static SoftmaxShape? HeadOf(ReluNetwork network) =>
        network.Graph is { Outputs: [var output], Nodes: [.., { Operator: OpaqueOperator { Softmax: { } softmax } }] } graph
        && output.Value == graph.Values - 1 && network.IsEvaluated ? softmax : null;

    private static ReluNetwork Scores(ReluNetwork network, CancellationToken cancellation)
    {
        NetworkGraph graph = network.Graph!;
        GraphNode head = graph.Nodes[^1];
        var scores = new NetworkGraph(
            graph.Inputs, [.. graph.Nodes.SkipLast(1)], [new GraphOutput(graph.Outputs[0].Name, head.Inputs[0])]);
        return DenseChain.TryJoin(scores, network.SourcePrecision, static _ => true, cancellation) is { } chain
            ? new(chain.Layers, network.Name) : new(scores, network.Name);
    }
}
