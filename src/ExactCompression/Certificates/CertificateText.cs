using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using ExactCompression.Certificates.Checking;
using ExactCompression.Formats;

namespace ExactCompression.Certificates;

/// <summary>Writes certificates in the form that <see cref="CertificateParser"/> reads.</summary>
internal static class CertificateText
{
    /// <summary>The content, without the seal around it.</summary>
    public static byte[] Body(Certificate certificate, ReluNetwork original, ReluNetwork compressed) => Body(json =>
    {
        WriteNetwork(json, "original", original, certificate.OriginalHashes, certificate.Original);
        WriteNetwork(json, "compressed", compressed, certificate.CompressedHashes, certificate.Compressed);
        WriteProven(json, certificate.Lower, certificate.Upper, certificate.DomainHash, certificate.Deviation, certificate.Points);
        WriteRelation(json, certificate.Relation);
    });

    /// <summary>An object of JSON, as the seal is taken of it.</summary>
    /// <param name="write">Writes its fields.</param>
    public static byte[] Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(
            buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 16 }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a whole file, optionally gzipped.</summary>
    /// <param name="body">The content.</param>
    /// <param name="stream">Where it goes.</param>
    /// <param name="packed">Whether it is gzipped.</param>
    /// <param name="form">What the certificate is about.</param>
    public static void Write(byte[] body, Stream stream, bool packed, CertificateForm form = CertificateForm.Layers)
    {
        byte[] text =
            [.. CertificateFile.Head(form), .. CertificateFile.Seal(body), .. CertificateFile.Middle, .. body, .. CertificateFile.Tail];
        if (!packed)
        {
            stream.Write(text);
            return;
        }

        stream.Write(CertificateFile.GzipHead);
        using (var deflate = new DeflateStream(stream, CompressionLevelOfFiles, leaveOpen: true))
            deflate.Write(text);
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Crc32.Of(text));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)text.Length);
        stream.Write(trailer);
    }

    private static System.IO.Compression.CompressionLevel CompressionLevelOfFiles => System.IO.Compression.CompressionLevel.Optimal;

    /// <summary>Writes the domain, the deviation over it, and the points of it that show signs.</summary>
    public static void WriteProven(
        Utf8JsonWriter json, double[] lower, double[] upper, string hash, double deviation, double[][] points)
    {
        WriteDomain(json, lower, upper, hash);
        json.WriteNumber("deviation", deviation);
        json.WriteStartArray("points");
        foreach (double[] point in points)
            json.WriteStringValue(Shortest(point));
        json.WriteEndArray();
    }

    /// <summary>Writes the domain.</summary>
    public static void WriteDomain(Utf8JsonWriter json, double[] lower, double[] upper, string hash)
    {
        json.WriteStartObject("domain");
        json.WriteNumber("inputs", lower.Length);
        WriteEnds(json, "lower", lower);
        WriteEnds(json, "upper", upper);
        json.WriteString("sha256", hash);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a tree of boxes.</summary>
    public static void WriteBoxes(Utf8JsonWriter json, BoxTree tree)
    {
        json.WriteString("inputs", Pack<int>("i4:", tree.Inputs));
        json.WriteString("places", Shortest(tree.Places));
    }

    /// <summary>Writes what a chain is, and the claims about its layers, if any.</summary>
    public static void WriteNetwork(
        Utf8JsonWriter json, string name, ReluNetwork network, string[] hashes, LayerClaims[]? layers = null)
    {
        json.WriteStartObject(name);
        json.WriteString("name", network.Name);
        json.WriteString("architecture", network.Architecture);
        json.WriteStartArray("sha256");
        foreach (string hash in hashes)
            json.WriteStringValue(hash);
        json.WriteEndArray();
        if (layers is not null)
            WriteLayers(json, layers);
        json.WriteEndObject();
    }

    /// <summary>Writes the claims about the layers of a chain.</summary>
    public static void WriteLayers(Utf8JsonWriter json, LayerClaims[] layers)
    {
        json.WriteStartArray("layers");
        foreach (LayerClaims layer in layers)
        {
            json.WriteStartObject();
            json.WriteString("states", layer.States);
            json.WriteString("above", layer.Above);
            json.WriteString("below", layer.Below);
            WriteAll(json, "slopes", layer.Slopes);
            json.WriteStartArray("trees");
            foreach (PhaseTree tree in layer.Trees)
            {
                json.WriteStartObject();
                json.WriteString("splits", Pack<int>("i4:", tree.Splits));
                WriteAll(json, "leaves", tree.Leaves);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("boxes");
            foreach (BoxTree tree in layer.Boxes)
            {
                json.WriteStartObject();
                WriteBoxes(json, tree);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (layer.JoinsOpposed)
                json.WriteBoolean("opposed", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRelation(Utf8JsonWriter json, Relation relation)
    {
        json.WriteStartObject("relation");
        json.WriteNumber("start", relation.Start);
        json.WriteStartArray("layers");
        foreach (LayerRelation layer in relation.Layers)
        {
            json.WriteStartObject();
            json.WriteBoolean("counterpart", layer.HasCounterpart);
            json.WriteString("kinds", layer.Kinds);
            json.WriteString("targets", Pack<int>("i4:", layer.Targets));
            json.WriteString("factors", Shortest(layer.Factors));
            json.WriteString("sums", Pack<int>("i4:", layer.Sums));
            json.WriteString("terms", Shortest(layer.Terms));
            json.WriteString("linear", Pack<int>("i4:", layer.Linear));
            json.WriteString("coefficients", Shortest(layer.Coefficients));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter json, string name, float[][] rows)
    {
        json.WriteStartArray(name);
        foreach (float[] row in rows)
            json.WriteStringValue(Pack<float>("f4:", row));
        json.WriteEndArray();
    }

    private static void WriteEnds(Utf8JsonWriter json, string name, double[] ends)
    {
        if (ends.AsSpan().IndexOfAnyExcept(ends[0]) < 0)
            json.WriteNumber(name, ends[0]);
        else
            json.WriteString(name, Shortest(ends));
    }

    /// <summary>Numbers as floats where these hold them, else as doubles.</summary>
    public static string Shortest(double[] values) =>
        Array.TrueForAll(values, static v => (float)v == v)
            ? Pack<float>("f4:", Array.ConvertAll(values, static v => (float)v))
            : Pack<double>("f8:", values);

    /// <summary>Numbers as text: what they are, and their bytes in base64.</summary>
    public static string Pack<T>(string kind, T[] values)
        where T : unmanaged => kind + Convert.ToBase64String(MemoryMarshal.AsBytes<T>(values));
}
