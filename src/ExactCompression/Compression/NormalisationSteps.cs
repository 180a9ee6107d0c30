namespace ExactCompression.Compression;

/// <summary>Says which layers of a compressed network no longer have the normalisation that the file states beside their weights.</summary>
internal static class NormalisationSteps
{
    /// <summary>A step for each layer whose weights a file's other operations went into.</summary>
    /// <param name="network">The original.</param>
    /// <param name="kept">Its layers that still have the file's own operations, but for rows and columns that went away.</param>
    public static IEnumerable<CompressionStep> Of(ReluNetwork network, IEnumerable<AffineLayer> kept)
    {
        HashSet<AffineLayer> own = [.. kept];
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
