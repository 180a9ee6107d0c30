using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>Makes certificates of graphs, and of chains of dense layers whose relation is one of graphs.</summary>
internal sealed class GraphCertificates
{
    private readonly CompressionResult result;
    private readonly CheckBudget budget;
    private readonly InputDomain domain;
    private readonly InputBox box;
    private readonly ReluNetwork small;
    private readonly CheckedGraph original, compressed;

    private GraphCertificates(CompressionResult result, ReluNetwork small, CheckBudget budget)
    {
        (this.result, this.small, this.budget) = (result, small, budget);
        domain = result.Domain.For(result.Original.InputSize);
        box = new(domain.Lower.ToArray(), domain.Upper.ToArray());
        original = GraphReading.Read(result.Original, "original", budget);
        compressed = GraphReading.Read(small, "compressed", budget);
    }

    /// <summary>Makes a certificate that proves as small a deviation as was found; it is not checked yet.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="small">Its network, as its file has it.</param>
    /// <param name="enough">A deviation that needs no further effort.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>The certificate, and how many verdicts on stable neurons it leaves out.</returns>
    /// <exception cref="Refusal">A network has nodes that the checker cannot follow, or no relation was found.</exception>
    public static (GraphCertificate Certificate, int Unproven) Make(
        CompressionResult result, ReluNetwork small, double enough, CheckBudget budget) =>
        new GraphCertificates(result, small, budget).Make(enough);

    private (GraphCertificate Certificate, int Unproven) Make(double enough)
    {
        (double[][] points, HashSet<int> missing) = PointChoice.Of(
            result.Table, budget, chosen =>
            {
                sbyte[][] signs = GraphPoints.Signs(original, chosen, budget);
                return [.. original.Layers.Select(k => signs[k])];
            });
        string[] states = States(missing);
        string[] nothing = [.. compressed.Rectifiers.Select(v => new string('?', compressed.Values[v].Size))];
        Lazy<(LayerClaims[] Claims, CheckedBounds Bounds, int Unproven)> EvidenceOfOthers(bool tightens) => new(
            () => Evidence(small, compressed, nothing, tightens, "compressed")!.Value);
        var (plain, tight) = (EvidenceOfOthers(tightens: false), EvidenceOfOthers(tightens: true));
        (GraphCertificate Certificate, int Unproven)? best = null;
        Refusal? refusal = null;
        foreach (bool tightens in (bool[])[false, true])
        {
            if (Evidence(result.Original, original, states, tightens, "original") is not var (claims, bounds, unproven))
                continue;
            foreach (var evidence in tightens ? [plain, tight] : (ReadOnlySpan<Lazy<(LayerClaims[], CheckedBounds, int)>>)[plain])
            {
                (LayerClaims[] others, CheckedBounds known, _) = evidence.Value;
                try
                {
                    (GraphRelation relation, double deviation) = GraphRelationSearch.Best(
                        original, bounds, compressed, known, box, budget);
                    if (best is null || deviation < best.Value.Certificate.Deviation)
                        best = (Certificate(points, claims, others, relation, deviation), unproven);
                }
                catch (Refusal e)
                {
                    refusal = e;
                }

                if (best?.Certificate.Deviation <= enough)
                    return best.Value;
            }
        }

        return best ?? throw refusal!;
    }

    /// <summary>
    /// Evidence for verdicts: on a chain of dense layers as in version 1. Null where they need more than the first, cheap try.
    /// </summary>
    /// <exception cref="Refusal">A verdict on a chain cannot be proven.</exception>
    private (LayerClaims[] Claims, CheckedBounds Bounds, int Unproven)? Evidence(
        ReluNetwork network, CheckedGraph graph, string[] states, bool tightens, string name)
    {
        if (!network.IsDense)
            return GraphEvidence.Run(network, graph, domain, states, tightens, name, budget);
        (int Layer, int Neuron) failed = default;
        foreach (EvidenceSearch.Premises premises in tightens
            ? [EvidenceSearch.Premises.Linear, EvidenceSearch.Premises.Optimized]
            : (EvidenceSearch.Premises[])[EvidenceSearch.Premises.Intervals])
        {
            (LayerClaims[]? claims, StabilityCheck chain, failed) = EvidenceSearch.Run(
                network, domain, states, premises, static (_, _) => false, name, budget);
            if (claims is null)
                continue;
            var check = new GraphCheck(graph, box, name, budget);
            check.Take(chain);
            return (claims, check.Bounds.All(), 0);
        }

        return tightens
            ? throw new Refusal($"{name}, layer {failed.Layer}, neuron {failed.Neuron}", "No evidence was found for the verdict on it.")
            : null;
    }

    private GraphCertificate Certificate(
        double[][] points, LayerClaims[] claims, LayerClaims[] others, GraphRelation relation, double deviation) => new()
    {
        Original = Claims(original, claims) with { IsChain = result.Original.IsDense },
        Compressed = Claims(compressed, others) with { IsChain = small.IsDense },
        DomainHash = ContentHash.Of(box.Lower, box.Upper),
        Lower = box.Lower,
        Upper = box.Upper,
        Deviation = deviation,
        Points = points,
        Relation = relation,
    };

    private GraphClaims Claims(CheckedGraph graph, LayerClaims[] claims)
    {
        string[] hashes = GraphHashes.OfValues(graph, budget);
        return new(GraphHashes.OfGraph(hashes, graph), hashes, claims);
    }

    /// <summary>The verdicts as letters for each of the original's rectifiers; those of poolings have none.</summary>
    private string[] States(HashSet<int> missing)
    {
        string[] letters = VerdictLetters.Of(result.Table, missing);
        string[] states = [.. original.Rectifiers.Select(v => new string('?', original.Values[v].Size))];
        for (int layer = 0; layer < letters.Length; layer++)
            states[original.Layers[layer]] = letters[layer];
        return states;
    }
}
