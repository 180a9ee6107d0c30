using ExactCompression.Compression.Minimum;

namespace ExactCompression;

/// <summary>Finds which layer of a compressed network each hidden layer of the original became.</summary>
internal static class CompressedLayers
{
    /// <summary>How long the bounds may take that views show; those that are not found by then are not known.</summary>
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(10);

    /// <summary>The layers of a compression; none if the correspondence of layers is unknown.</summary>
    /// <param name="original">The network before.</param>
    /// <param name="compressed">The network after.</param>
    /// <param name="table">The verdicts that the compression rests on.</param>
    /// <param name="steps">The steps taken.</param>
    public static IReadOnlyList<LayerCompression> Of(
        ReluNetwork original, ReluNetwork compressed, StabilityTable table, IReadOnlyList<CompressionStep> steps)
    {
        var minima = new Lazy<IReadOnlyList<LayerMinimum>>(() =>
        {
            using var clock = new CancellationTokenSource(MostTime);
            return LayerMinima.Of(
                compressed, table.Domain,
                table.Neurons.SelectMany(static n => new[] { n.PositiveWitness, n.NegativeWitness }).OfType<double[]>(), clock.Token);
        });
        int?[]? after = original.IsDense ? AfterOfChain(original, compressed, steps) : AfterOfGraph(original, compressed);
        return after?.Select((left, l) => Layer(l + 1, left)).ToArray() ?? []; // scripts can index arrays

        LayerCompression Layer(int layer, int? left)
        {
            NetworkLayer before = original.Layers[layer - 1];
            NetworkLayer? became = left is { } number ? compressed.Layers[number - 1] : null;
            return original.IsDense
                ? new LayerCompression(layer, before, became, left, minima)
                : new GraphLayerCompression(layer, before, became, left, minima);
        }
    }

    private static int?[]? AfterOfChain(ReluNetwork original, ReluNetwork compressed, IReadOnlyList<CompressionStep> steps)
    {
        HashSet<int> folded = [.. steps.Where(
            static step => step.Kind is CompressionStepKind.Fold or CompressionStepKind.FoldRepeated).Select(static step => step.Layer)];
        if (compressed.Depth == 0)
            return new int?[original.Depth];
        if (original.Depth - folded.Count != compressed.Depth)
            return null;
        int left = 0;
        return [.. Enumerable.Range(1, original.Depth).Select(layer => folded.Contains(layer) ? (int?)null : ++left)];
    }

    /// <summary>The unit nodes of a graph keep their names.</summary>
    private static int?[] AfterOfGraph(ReluNetwork original, ReluNetwork compressed)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int layer = 1; layer <= compressed.Depth; layer++)
            left.TryAdd(compressed.Layers[layer - 1].Name, layer);
        return [.. original.Layers.SkipLast(1).Select(l => left.TryGetValue(l.Name, out int number) ? (int?)number : null)];
    }
}
