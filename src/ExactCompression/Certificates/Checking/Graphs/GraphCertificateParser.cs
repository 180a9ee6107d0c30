using Field = ExactCompression.Certificates.Checking.CertificateParser.Field;

namespace ExactCompression.Certificates.Checking;

/// <summary>Reads the content of a certificate of graphs. Numbers are packed as <see cref="CertificateParser"/> says.</summary>
internal static class GraphCertificateParser
{
    /// <summary>Reads a content.</summary>
    /// <param name="body">The content.</param>
    /// <param name="cancellation">When cancelled, throws at once.</param>
    /// <exception cref="Refusal">It does not have the required form; with the location.</exception>
    public static GraphCertificate Parse(ReadOnlyMemory<byte> body, CancellationToken cancellation = default) =>
        CertificateParser.Parse(body, Read, cancellation);

    private static GraphCertificate Read(Field root)
    {
        Field domain = root["domain"];
        int inputs = domain["inputs"].Integer();
        return new()
        {
            Original = Claims(root["original"]),
            Compressed = Claims(root["compressed"]),
            DomainHash = domain["sha256"].Text(),
            Lower = domain["lower"].DoublesOrOne(inputs),
            Upper = domain["upper"].DoublesOrOne(inputs),
            Deviation = root["deviation"].Number(),
            Points = root["points"].Items(static f => f.Doubles()),
            Relation = new(root["relation"].Items(Relation)),
        };
    }

    /// <summary>Claims about a graph; those about a chain of dense layers are as in version 1.</summary>
    private static GraphClaims Claims(Field network)
    {
        bool isChain = network.Has("layers");
        return new(
            network["sha256"].Text(), network["values"].Items(static f => f.Text()),
            isChain ? network["layers"].Items(CertificateParser.Claims) : network["rectifiers"].Items(Layer)) { IsChain = isChain };
    }

    private static LayerClaims Layer(Field layer) => new()
    {
        States = layer["states"].Text(),
        Above = layer["above"].Text(),
        Below = layer["below"].Text(),
        Slopes = layer["slopes"].Items(static f => f.Shares()),
        Trees = layer["trees"].Items(Tree),
        Boxes = [],
    };

    private static PhaseTree Tree(Field tree)
    {
        float[][] slopes = tree["slopes"].Items(static f => f.Shares()), multipliers = tree["multipliers"].Items(static f => f.Floats());
        if (slopes.Length != multipliers.Length)
            throw new Refusal(tree.Way, "There are not slopes and multipliers for each leaf.");
        return new(tree["splits"].Integers(), [.. slopes.Zip(multipliers, static (s, m) => (float[])[.. s, .. m])]);
    }

    private static ValueRelation Relation(Field value) => new()
    {
        Kinds = value["kinds"].Text(),
        Targets = value["targets"].Differences(),
        Factors = value["factors"].Doubles(),
    };
}
