using ExactCompression.Certificates.Checking;
using ExactCompression.Tests.Formats;

namespace ExactCompression.Tests.Certificates;

/// <summary>Compressions and their certificates, made by the search.</summary>
internal static class Made
{
    /// <summary>What takes longer to decide stays undetermined: nothing here depends on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>LEO++ of a network by the verdicts of the search.</summary>
    public static CompressionResult Compression(
        ReluNetwork network, InputDomain? domain = null, CompressionLevel level = CompressionLevel.LeoPlusPlus) =>
        LeoCompression.Compress(
            StabilityAnalysis.FindStable(
                StabilityTable.Undecided(network, domain), null, new() { TimeLimit = Patience, WithoutSolvers = true },
                CancellationToken.None),
            new() { Level = level }, CancellationToken.None);

    /// <summary>
    /// A certificate; null for the few compressions that none is found for: the highest level may make pairs of unstable neurons linear
    /// together, and the search may settle ties on regions of its own.
    /// </summary>
    public static Certificate? Certificate(CompressionResult result)
    {
        try
        {
            return CompressionCertificate.Make(result, CancellationToken.None);
        }
        catch (InvalidInputException e)
            when ((e.ErrorId == "CertificateUnrelated"
                && result.Steps.Any(
                    static s =>
                        s.Kind is not (CompressionStepKind.RemoveInactive or CompressionStepKind.Merge or CompressionStepKind.Fold
                            or CompressionStepKind.Collapse)))
            || (e.ErrorId == "CertificateUnproven"
                && result.Table.Neurons.Any(static n => n.Evidence is "InputSplitting" or "Enumeration")))
        {
            return null;
        }
    }

    /// <summary>Writes a certificate and checks it.</summary>
    public static CertificateReport Check(CompressionResult result, string extension = ".json")
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("certificate" + extension);
        CompressionCertificate.Write(result, path);
        return CertificateCheck.Run(path, result.Original, result.Compressed);
    }

    /// <summary>A certificate that claims nothing but a relation, and no deviation yet.</summary>
    public static Certificate Unclaimed(ReluNetwork original, ReluNetwork compressed, Relation relation, double[] lower, double[] upper)
    {
        var budget = new CheckBudget(threads: 1);
        return new()
        {
            OriginalHashes = ContentHash.Of(original, budget),
            CompressedHashes = ContentHash.Of(compressed, budget),
            DomainHash = ContentHash.Of(lower, upper),
            Lower = lower,
            Upper = upper,
            Deviation = 0,
            Points = [],
            Original = [.. original.DenseLayers.Take(original.Depth).Select(NoClaims)],
            Compressed = [.. compressed.DenseLayers.Take(compressed.Depth).Select(NoClaims)],
            Relation = relation,
        };
    }

    private static LayerClaims NoClaims(AffineLayer layer) => new()
    {
        States = new('?', layer.Outputs),
        Above = new('.', layer.Outputs),
        Below = new('.', layer.Outputs),
        Slopes = [],
        Trees = [],
        Boxes = [],
    };
}
