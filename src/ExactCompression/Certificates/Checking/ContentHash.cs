using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// SHA-256 of the content of a network or a domain, not of the bytes of a file: a network that was saved again in another format has the
/// same hashes. Numbers count as doubles, and -0 as 0.
/// </summary>
internal static class ContentHash
{
    /// <summary>
    /// The hash of each layer: outputs, inputs, whether rectified, numbers of radii (five 32-bit integers), then weights row by row,
    /// biases, radii of the weights and of the biases.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="budget">Threads, and the token that cancels it.</param>
    public static string[] Of(ReluNetwork network, CheckBudget budget)
    {
        var hashes = new string[network.Layers.Count];
        Parallel.For(0, hashes.Length, budget.Parallel, l => hashes[l] = Of(network.DenseLayers[l]));
        return hashes;
    }

    /// <summary>The hash of a box: all lower ends, then all upper ends.</summary>
    public static string Of(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, lower);
        Append(hash, upper);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Refuses a network with other layers than a certificate is for.</summary>
    /// <param name="stated">The hashes that it states.</param>
    /// <param name="hashes">Those of the network.</param>
    /// <param name="name">Its name in messages.</param>
    /// <exception cref="Refusal">A layer has another hash.</exception>
    public static void Require(string[] stated, string[] hashes, string name)
    {
        if (stated.Length != hashes.Length)
            throw new Refusal($"{name}, layers", $"The certificate is for a network of {stated.Length} layers, not of {hashes.Length}.");
        for (int l = 0; l < hashes.Length; l++)
        {
            if (stated[l] != hashes[l])
                throw new Refusal($"{name}, layer {l + 1}, sha256", "The weights are not those that the certificate is for.");
        }
    }

    private static string Of(AffineLayer layer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> shape = stackalloc byte[20];
        ReadOnlySpan<int> numbers = [layer.Outputs, layer.Inputs, layer.Activation == Activation.Relu ? 1 : 0, layer.WeightRadius.Length,
            layer.BiasRadius.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(shape[(4 * i)..], numbers[i]);
        hash.AppendData(shape);
        Append(hash, layer.Weights.Span);
        Append(hash, layer.Bias.Span);
        Append(hash, layer.WeightRadius.Span);
        Append(hash, layer.BiasRadius.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal static void Append(IncrementalHash hash, ReadOnlySpan<double> values)
    {
        Span<double> buffer = stackalloc double[512];
        for (int at = 0; at < values.Length; at += buffer.Length)
        {
            ReadOnlySpan<double> part = values.Slice(at, Math.Min(buffer.Length, values.Length - at));
            System.Numerics.Tensors.TensorPrimitives.Add(part, 0.0, buffer); // -0 + 0 is 0
            hash.AppendData(MemoryMarshal.AsBytes(buffer[..part.Length]));
        }
    }
}
