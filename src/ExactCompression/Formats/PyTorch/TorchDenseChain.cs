using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>Finds the layers of a graph that is a chain of dense layers.</summary>
internal static class TorchDenseChain
{
    /// <summary>The layers of a chain of matrices, normalisations and ReLUs over vectors; null for any other graph.</summary>
    /// <param name="graph">The graph, in which each node takes what the one before gives.</param>
    /// <param name="source">The file.</param>
    /// <exception cref="InvalidFileException">Weights leave the range of double when they are joined.</exception>
    public static IReadOnlyList<AffineLayer>? Of(NetworkGraph graph, TorchSource source)
    {
        var runs = new List<(List<AffinePart> Parts, bool Rectified)> { ([], false) };
        foreach (GraphNode node in graph.Nodes)
        {
            switch (node.Operator)
            {
                case DenseOperator dense when node.Shape.Count == 1:
                    Open(runs).Add(AffinePart.Of(
                        AffinePartKind.Dense, dense.Outputs, dense.Inputs, dense.Stored, 0, [dense.Weights, dense.Bias]));
                    break;
                case ScaleShiftOperator { PerChannel: false } scale when node.Shape.Count == 1:
                    Open(runs).Add(scale.Part);
                    break;
                case ReluOperator:
                    runs[^1] = (runs[^1].Parts, true);
                    break;
                case ReshapeOperator:
                    break;
                default:
                    return null;
            }
        }

        try
        {
            return runs.TrueForAll(static run => run.Parts is [{ IsDense: true }])
                ? [.. runs.Select(static run => Layer(run.Parts[0], run.Rectified))]
                : Joined(graph.Inputs[0].Shape.Elements, runs, source);
        }
        catch (OverflowException e)
        {
            throw new InvalidFileException(
                "WeightOverflow", source.Path, "module", $"Modules without a ReLU between them cannot be joined: {e.Message}",
                "Nothing can be proven of such a network: train it again.", inner: e);
        }
    }

    private static List<AffinePart> Open(List<(List<AffinePart> Parts, bool Rectified)> runs)
    {
        if (runs[^1].Rectified)
            runs.Add(([], false));
        return runs[^1].Parts;
    }

    private static AffineLayer Layer(AffinePart part, bool rectified) => new(
        part.Values[0], part.Values[1], part.Outputs, part.Inputs, rectified ? Activation.Relu : Activation.Identity, part.Precision);

    private static IReadOnlyList<AffineLayer> Joined(int inputs, List<(List<AffinePart> Parts, bool Rectified)> runs, TorchSource source)
    {
        var chain = new AffineFusion(inputs, source.Precision, source.Budget.Cancellation);
        foreach ((List<AffinePart> parts, bool rectified) in runs)
        {
            foreach (AffinePart part in parts)
            {
                foreach (AffineMap map in part.Maps)
                    source.Budget.Take(chain.CostOf(map), "module");
                chain.Append(part);
            }

            source.Budget.Take(chain.CostOf(null), "module");
            if (rectified)
                chain.AppendRelu();
        }

        return chain.Finish();
    }
}
