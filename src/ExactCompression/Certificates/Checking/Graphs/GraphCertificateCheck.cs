namespace ExactCompression.Certificates.Checking;

/// <summary>Checks certificates of graphs: which networks they are for, what they claim about neurons, and the relation.</summary>
internal static class GraphCertificateCheck
{
    /// <summary>Checks everything but the seal.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network after.</param>
    /// <param name="domain">The domain that it must hold over; null for the one that it states.</param>
    /// <param name="budget">What the work is counted in.</param>
    /// <returns>How many verdicts on neurons of the original each kind of evidence has proven.</returns>
    /// <exception cref="Refusal">Something does not hold.</exception>
    public static Dictionary<char, int> Check(
        GraphCertificate certificate, ReluNetwork original, ReluNetwork compressed, InputDomain? domain, CheckBudget budget)
    {
        (Dictionary<char, int> proven, double derived) = Derive(certificate, original, compressed, domain, budget);
        Refusal.ThrowIfExceeded(certificate.Deviation, derived);
        return proven;
    }

    /// <summary>
    /// What a certificate proves, whatever deviation it claims: the number of verdicts by evidence, and a bound on the largest difference
    /// of any output, which is not finite if none follows.
    /// </summary>
    /// <inheritdoc cref="Check"/>
    public static (Dictionary<char, int> Proven, double Deviation) Derive(
        GraphCertificate certificate, ReluNetwork original, ReluNetwork compressed, InputDomain? domain, CheckBudget budget)
    {
        RequirePlaces("input", Inputs(original), Inputs(compressed));
        RequirePlaces("output", Outputs(original), Outputs(compressed));
        CheckedGraph from = Read(certificate.Original, original, "original", budget);
        CheckedGraph to = Read(certificate.Compressed, compressed, "compressed", budget);
        var box = InputBox.OfDomain(certificate.Lower, certificate.Upper, certificate.DomainHash, domain, original.InputSize);
        box.RequireInside(certificate.Points);
        GraphCheck known = CheckClaims(certificate.Original, original, from, box, certificate.Points, "original", budget);
        GraphCheck others = CheckClaims(certificate.Compressed, compressed, to, box, [], "compressed", budget);
        return (known.Proven,
            GraphRelationCheck.Deviation(certificate.Relation, from, known.Bounds.All(), to, others.Bounds.All(), box, budget));
    }

    /// <summary>Checks the claims about a network: those about a chain of dense layers as in version 1.</summary>
    private static GraphCheck CheckClaims(
        GraphClaims claims, ReluNetwork network, CheckedGraph graph, InputBox box, double[][] points, string name, CheckBudget budget)
    {
        var check = new GraphCheck(graph, box, name, budget);
        if (claims.IsChain)
            check.Take(StabilityCheck.Of(claims.Rectifiers, network, box, points, name, budget));
        else
            check.Check(claims.Rectifiers, points);
        return check;
    }

    /// <summary>
    /// Inputs and outputs correspond by their places. Programs name them: so a name that both networks have must be in the same place, and
    /// what is in one place must be of one size. What has another name in the compressed network is what is in its place.
    /// </summary>
    private static void RequirePlaces(string kind, (string Name, int Size)[] from, (string Name, int Size)[] to)
    {
        if (!from.Select(static f => f.Size).SequenceEqual(to.Select(static t => t.Size)))
            throw new Refusal($"networks, {kind}s", $"The networks do not have {kind}s of the same sizes.");
        for (int k = 0; k < from.Length; k++)
        {
            string name = from[k].Name;
            if (name.Length > 0 && name != to[k].Name && Array.Exists(to, t => t.Name == name))
                throw new Refusal(
                    $"networks, {kind}s",
                    $"The {kind} '{name}' of the original is in the place of '{to[k].Name}' of the compressed network.");
        }
    }

    /// <summary>A chain of dense layers has one input and one output, without names.</summary>
    private static (string Name, int Size)[] Inputs(ReluNetwork network) => network.Graph is { } graph
        ? [.. graph.Inputs.Select(static i => (i.Name, i.Shape.Elements))] : [("", network.InputSize)];

    private static (string Name, int Size)[] Outputs(ReluNetwork network) => network.Graph is { } graph
        ? [.. graph.Outputs.Select(o => (o.Name, graph.ShapeOf(o.Value).Elements))] : [("", network.OutputSize)];

    /// <summary>Reads a network, which must be the one that the certificate is for.</summary>
    private static CheckedGraph Read(GraphClaims claims, ReluNetwork network, string name, CheckBudget budget)
    {
        // A graph that became a chain is read as one from its file.
        if (claims.IsChain ? !network.IsDense : network is { IsDense: true, SourceGraph: null })
            throw new Refusal(name, "Claims about layers are for chains of dense layers, those about rectifiers for other graphs.");
        CheckedGraph graph = GraphReading.Read(network, name, budget, ofFile: !claims.IsChain);
        string[] hashes = GraphHashes.OfValues(graph, budget);
        if (claims.ValueHashes.Length != hashes.Length)
            throw new Refusal(
                $"{name}, values", $"The certificate is for a network of {claims.ValueHashes.Length} values, not of {hashes.Length}.");
        for (int v = 0; v < hashes.Length; v++)
        {
            if (hashes[v] != claims.ValueHashes[v])
                throw new Refusal(
                    $"{name}, {graph.Values[v].Name}, sha256",
                    "The network that the certificate is for computes this value in another way.");
        }

        return GraphHashes.OfGraph(hashes, graph) == claims.Hash
            ? graph
            : throw new Refusal($"{name}, sha256", "The network's outputs or layers are not those that the certificate is for.");
    }
}
