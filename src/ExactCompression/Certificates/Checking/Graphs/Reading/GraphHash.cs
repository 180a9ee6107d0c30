using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// SHA-256 of numbers and texts. Numbers count as little-endian doubles and 32-bit integers, and -0 as 0.
/// </summary>
internal sealed class GraphHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds integers.</summary>
    /// <param name="numbers">The integers.</param>
    public void Append(params ReadOnlySpan<int> numbers)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }

    /// <summary>Adds doubles.</summary>
    /// <param name="numbers">The doubles.</param>
    public void Append(ReadOnlySpan<double> numbers) => ContentHash.Append(hash, numbers);

    /// <summary>Adds a text, and its length.</summary>
    /// <param name="text">The text.</param>
    public void Append(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(bytes.Length);
        hash.AppendData(bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    /// <summary>The hash of all that was added, in hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(hash.GetHashAndReset());
}
