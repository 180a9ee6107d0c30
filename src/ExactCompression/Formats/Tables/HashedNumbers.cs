using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ExactCompression.Formats;

/// <summary>Numbers as fingerprints take them.</summary>
internal static class HashedNumbers
{
    /// <summary>Adds numbers to a hash.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="values">The numbers.</param>
    public static void Append(IncrementalHash hash, ReadOnlySpan<double> values)
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
}
