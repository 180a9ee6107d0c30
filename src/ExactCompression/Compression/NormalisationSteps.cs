using ExactCompression.Compression.Rewriting;

namespace ExactCompression.Compression;

/// <summary>
/// Determines which layers of a compressed network no longer have the normalisation that the file states beside their weights.
/// </summary>
internal static class NormalisationSteps
{
    /// <summary>
    /// A step for each layer into whose weights the file's other operations were folded; none where the network became a constant.
    /// </summary>
    /// <param name="network">The original.</param>
    /// <param name="draft">The draft of the compressed network.</param>
    /// <param name="layers">Its layers as stored.</param>
    public static IEnumerable<CompressionStep> Of(ReluNetwork network, DraftNetwork draft, AffineLayer[] layers)
    {
        if (draft.Steps.Any(static s => s.Kind == CompressionStepKind.Collapse))
            yield break;

        // Layers that still have the file's own operations, except for removed rows and columns.
        HashSet<AffineLayer> own = [.. layers.Zip(draft.Layers).Where(static l => !l.Second.IsNew && l.First.Parts is not null).Select(
            static l => l.Second.Source)];
        for (int l = 0; l < network.Layers.Count; l++)
        {
            AffineLayer layer = network.DenseLayers[l];
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
