namespace ExactCompression.Formats;

/// <summary>One file in a zip archive, as directory and local header agree on it.</summary>
/// <param name="Name">Its name, with forward slashes.</param>
/// <param name="Length">Bytes of its content.</param>
/// <param name="PackedLength">Bytes it takes in the archive.</param>
/// <param name="IsDeflated">Whether it is packed by Deflate; else it is stored as it is.</param>
/// <param name="Checksum">The CRC-32 of its content.</param>
/// <param name="DataStart">Where its packed bytes begin in the archive.</param>
internal sealed record ZipMember(string Name, long Length, long PackedLength, bool IsDeflated, uint Checksum, int DataStart);
