using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// Finds evidence that two networks differ by no more than a number: bounds and trees of phases as for stable neurons, and for few inputs
/// boxes on which all differences are bounded together.
/// </summary>
internal static class PairEvidence
{
    /// <summary>Boxes of a tree.</summary>
    private const int MostBoxes = 1 << 16;

    /// <summary>A certificate that the checker accepts; null if none was found.</summary>
    /// <param name="first">The first network, a chain of dense layers.</param>
    /// <param name="second">The second one.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="deviation">The number.</param>
    /// <param name="budget">Its budget.</param>
    /// <exception cref="Refusal">The networks cannot be set side by side.</exception>
    public static PairCertificate? Find(
        ReluNetwork first, ReluNetwork second, InputDomain domain, double deviation, CheckBudget budget)
    {
        ReluNetwork pair = PairNetwork.Of(first, second, deviation, budget);
        double[] lower = domain.Lower.ToArray(), upper = domain.Upper.ToArray();
        foreach (EvidenceSearch.Premises premises in Enum.GetValues<EvidenceSearch.Premises>())
        {
            if (Claims(premises, 'i').Claims is { } claims)
                return Certificate(claims, null);
            if (premises != EvidenceSearch.Premises.Intervals || !BoxSearch.CanSplit(domain))
                continue;
            (LayerClaims[]? below, IReadOnlyList<BoundedLayer> known) = Claims(EvidenceSearch.Premises.Linear, '?');
            var search = new BoxSearch(pair, new(lower, upper), [.. known.SkipLast(1)], budget);
            if (search.Prove(PairCertificateCheck.DifferencesOf(pair), MostBoxes) is { } boxes)
                return Certificate(below![..^1], boxes);
        }

        return null;

        // Of the layers below, nothing but bounds is needed.
        (LayerClaims[]? Claims, IReadOnlyList<BoundedLayer> Known) Claims(EvidenceSearch.Premises premises, char last)
        {
            string[] states = [.. Enumerable.Range(1, pair.Depth).Select(l => new string(l == pair.Depth ? last : '?', pair.WidthOf(l)))];
            (LayerClaims[]? claims, StabilityCheck check, _) = EvidenceSearch.Run(
                pair, domain, states, premises, static (_, _) => false, pair.Name, budget);
            return (claims, check.Layers);
        }

        PairCertificate Certificate(LayerClaims[] claims, BoxTree? boxes) => new()
        {
            FirstHashes = ContentHash.Of(first, budget),
            SecondHashes = ContentHash.Of(second, budget),
            DomainHash = ContentHash.Of(lower, upper),
            Lower = lower,
            Upper = upper,
            Deviation = deviation,
            Layers = claims,
            Boxes = boxes,
        };
    }
}
