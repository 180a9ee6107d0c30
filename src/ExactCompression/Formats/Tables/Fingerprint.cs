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
        if (!network.IsDense)
        {
            GraphFingerprint.Append(hash, network.Graph!);
            return Shown(hash);
        }

        foreach (AffineLayer layer in network.DenseLayers)
        {
            HashedNumbers.Append(
                hash, [layer.Outputs, layer.Inputs, (int)layer.Activation, layer.WeightRadius.Length, layer.BiasRadius.Length]);
            HashedNumbers.Append(hash, layer.Weights.Span);
            HashedNumbers.Append(hash, layer.Bias.Span);
            HashedNumbers.Append(hash, layer.WeightRadius.Span);
            HashedNumbers.Append(hash, layer.BiasRadius.Span);
        }

        return Shown(hash);
    }

    /// <summary>Of the ends of a domain.</summary>
    public static string Of(InputDomain domain)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        HashedNumbers.Append(hash, domain.Lower.Span);
        HashedNumbers.Append(hash, domain.Upper.Span);
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

    private static string Shown(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
}
