using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression;

/// <summary>Says which layers of a compressed network no longer have the normalisation that the file states beside their weights.</summary>
internal static class NormalisationSteps
{
    /// <summary>
    /// A step for each layer whose weights a file's other operations went into; none where the network became a constant.
    /// </summary>
    /// <param name="network">The original.</param>
    /// <param name="draft">The draft of the compressed network.</param>
    /// <param name="layers">Its layers as they are stored.</param>
    public static IEnumerable<CompressionStep> Of(ReluNetwork network, DraftNetwork draft, AffineLayer[] layers)
    {
        if (draft.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse))
            yield break;

        // Layers that still have the file's own operations, but for rows and columns that went away.
        HashSet<AffineLayer> own = [.. layers.Zip(draft.Layers).Where(static l => !l.Second.IsNew && l.First.Parts is not null).Select(
            static l => l.Second.Source)];
        for (int l = 0; l < network.Layers.Count; l++)
        {
            AffineLayer layer = network.Layers[l];
            if (!own.Contains(layer) && (layer.Parts is not null || !layer.IsExact))
            {
                yield return new(
                    CompressionStepKind.FoldNormalisation,
                    l + 1,
                    [],
                    "What the file states beside the weights (normalisation) went into them, and they are rounded to what they are "
                        + "stored as.");
            }
        }
    }
}
