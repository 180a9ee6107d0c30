using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ExactCompression.Formats;

/// <summary>Hashes of the exact content of a network or a domain, so that verdicts are never mistaken for those of another.</summary>
internal static class Fingerprint
{
    /// <summary>Of all widths, weights, biases, radii and activations, whatever format or precision they were stored in.</summary>
    public static string Of(ReluNetwork network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (AffineLayer layer in network.Layers)
        {
            Append(hash, [layer.Outputs, layer.Inputs, (int)layer.Activation, layer.WeightRadius.Length, layer.BiasRadius.Length]);
            Append(hash, layer.Weights.Span);
            Append(hash, layer.Bias.Span);
            Append(hash, layer.WeightRadius.Span);
            Append(hash, layer.BiasRadius.Span);
        }

        return Shown(hash);
    }

    /// <summary>Of the ends of a domain.</summary>
    public static string Of(InputDomain domain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, domain.Lower.Span);
        Append(hash, domain.Upper.Span);
        return Shown(hash);
    }

    /// <summary>Of all values and labels, and of the number of rows and columns.</summary>
    public static string Of(InputData data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes<int>([data.Rows, data.Columns]));
        hash.AppendData(MemoryMarshal.AsBytes(data.Values.Span));
        hash.AppendData(MemoryMarshal.AsBytes(data.Labels.Span));
        return Shown(hash);
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<double> values)
    {
        // 0 and -0 are one number: adding 0 makes them equal.
        Span<double> buffer = stackalloc double[512];
        for (int at = 0; at < values.Length; at += buffer.Length)
        {
            ReadOnlySpan<double> part = values.Slice(at, Math.Min(buffer.Length, values.Length - at));
            for (int i = 0; i < part.Length; i++)
                buffer[i] = part[i] + 0.0;
            hash.AppendData(MemoryMarshal.AsBytes(buffer[..part.Length]));
        }
    }

    private static string Shown(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
}
