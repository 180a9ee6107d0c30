using System.Text.Json;
using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>Writes certificates of graphs in the form that <see cref="GraphCertificateParser"/> reads.</summary>
internal static class GraphCertificateText
{
    /// <summary>The content, without the seal around it.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="original">The network before compression.</param>
    /// <param name="compressed">The network after.</param>
    public static byte[] Body(GraphCertificate certificate, ReluNetwork original, ReluNetwork compressed) => CertificateText.Body(json =>
    {
        WriteClaims(json, "original", original, certificate.Original);
        WriteClaims(json, "compressed", compressed, certificate.Compressed);
        CertificateText.WriteProven(
            json, certificate.Lower, certificate.Upper, certificate.DomainHash, certificate.Deviation, certificate.Points);
        json.WriteStartArray("relation");
        foreach (ValueRelation value in certificate.Relation.Values)
        {
            json.WriteStartObject();
            json.WriteString("kinds", value.Kinds);
            json.WriteString("targets", CertificateText.Pack<int>("d4:", Differences(value.Targets)));
            json.WriteString("factors", CertificateText.Shortest(value.Factors));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The share of 255 that is nearest to a slope: what a certificate states for it.</summary>
    /// <param name="slope">The slope; between 0 and 1, or as far as it is not.</param>
    public static float Share(float slope) => Byte(slope) / 255f;

    private static byte Byte(float slope) => (byte)MathF.Round(255 * Math.Clamp(slope, 0, 1));

    private static void WriteClaims(Utf8JsonWriter json, string name, ReluNetwork network, GraphClaims claims)
    {
        json.WriteStartObject(name);
        json.WriteString("name", network.Name);
        json.WriteString("architecture", network.Architecture);
        json.WriteString("sha256", claims.Hash);
        json.WriteStartArray("values");
        foreach (string hash in claims.ValueHashes)
            json.WriteStringValue(hash);
        json.WriteEndArray();
        if (claims.IsChain)
            CertificateText.WriteLayers(json, claims.Rectifiers);
        else
            WriteRectifiers(json, claims.Rectifiers);
        json.WriteEndObject();
    }

    private static void WriteRectifiers(Utf8JsonWriter json, LayerClaims[] rectifiers)
    {
        json.WriteStartArray("rectifiers");
        foreach (LayerClaims layer in rectifiers)
        {
            json.WriteStartObject();
            json.WriteString("states", layer.States);
            json.WriteString("above", layer.Above);
            json.WriteString("below", layer.Below);
            WriteSlopes(json, layer.Slopes);
            json.WriteStartArray("trees");
            foreach (PhaseTree tree in layer.Trees)
                WriteTree(json, tree);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A tree; the first numbers of each leaf are slopes, the others the multipliers of the splits that lead to it.</summary>
    private static void WriteTree(Utf8JsonWriter json, PhaseTree tree)
    {
        int[] depths = Depths(tree.Splits);
        json.WriteStartObject();
        json.WriteString("splits", CertificateText.Pack<int>("i4:", tree.Splits));
        WriteSlopes(json, [.. tree.Leaves.Select((leaf, k) => leaf[..^depths[k]])]);
        json.WriteStartArray("multipliers");
        for (int k = 0; k < depths.Length; k++)
            json.WriteStringValue(CertificateText.Pack<float>("f4:", tree.Leaves[k][^depths[k]..]));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>How many splits lead to each leaf.</summary>
    private static int[] Depths(int[] splits)
    {
        var depths = new List<int>();
        var open = new Stack<int>([0]);
        foreach (int split in splits)
        {
            int depth = open.Pop();
            if (split < 0)
            {
                depths.Add(depth);
                continue;
            }

            open.Push(depth + 1);
            open.Push(depth + 1);
        }

        return [.. depths];
    }

    private static void WriteSlopes(Utf8JsonWriter json, float[][] rows)
    {
        json.WriteStartArray("slopes");
        foreach (float[] row in rows)
            json.WriteStringValue(CertificateText.Pack<byte>("u1:", Array.ConvertAll(row, Byte)));
        json.WriteEndArray();
    }

    private static int[] Differences(int[] numbers) =>
        [.. numbers.Select((number, k) => unchecked(number - (k == 0 ? 0 : numbers[k - 1])))];
}
