using ExactCompression.Certificates.Checking;

namespace ExactCompression.Tests.Certificates.Graphs;

/// <summary>Changes one thing of a certificate of graphs, whatever it may be.</summary>
internal static class GraphTampering
{
    /// <summary>A changed certificate, with what was changed; the same object where there was nothing of the kind drawn.</summary>
    public static (GraphCertificate Changed, string What) Of(GraphCertificate c, Random random) => random.Next(8) switch
    {
        0 => (c with { Deviation = Tampering.Number(c.Deviation, random) }, "deviation"),
        1 when c.Points.Length > 0 => (c with { Points = Tampering.Item(
            c.Points, random, p => Tampering.Item(p, random, v => Tampering.Number(v, random))) }, "a point"),
        2 when c.Points.Length > 0 => (c with { Points = Tampering.Without(c.Points, random) }, "one point less"),
        3 or 4 => (c with { Relation = new(Tampering.Item(c.Relation.Values, random, v => Of(v, random))) }, "relation"),
        5 => (c with { Compressed = Of(c.Compressed, random) }, "claims on the compressed network"),
        _ => (c with { Original = Of(c.Original, random) }, "claims on the original"),
    };

    private static GraphClaims Of(GraphClaims claims, Random random) => random.Next(12) switch
    {
        0 => claims with { Hash = Tampering.Letter(claims.Hash, "0123", random) },
        1 => claims with { ValueHashes = Tampering.Item(claims.ValueHashes, random, h => Tampering.Letter(h, "0123", random)) },
        2 when claims.Rectifiers.Length > 0 => claims with { Rectifiers = Tampering.Without(claims.Rectifiers, random) },
        _ when claims.Rectifiers.Length > 0 =>
            claims with { Rectifiers = Tampering.Item(claims.Rectifiers, random, l => Tampering.Of(l, random)) },
        _ => claims,
    };

    private static ValueRelation Of(ValueRelation value, Random random) => random.Next(5) switch
    {
        0 when value.Targets.Length > 0 =>
            value with { Targets = Tampering.Item(value.Targets, random, t => t + random.Next(-2, 3)) },
        1 when value.Factors.Length > 0 =>
            value with { Factors = Tampering.Item(value.Factors, random, f => Tampering.Number(f, random)) },
        2 when value.Targets.Length > 0 => value with { Targets = Tampering.Without(value.Targets, random) },
        3 when value.Kinds.Length > 0 => value with { Kinds = value.Kinds[1..] },
        _ => value with { Kinds = Tampering.Letter(value.Kinds, "dtolgnksc", random) },
    };
}
