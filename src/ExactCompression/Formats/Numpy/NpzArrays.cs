using System.IO.Compression;

namespace ExactCompression.Formats;

/// <summary>Writes arrays to NumPy archives.</summary>
internal static class NpzArrays
{
    /// <summary>Writes real numbers; stored, not packed: they hardly compress, and numpy can then map the file.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="values">The numbers, row-major.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="precision">What they are stored as.</param>
    public static void Write(
        ZipArchive zip, string name, ReadOnlySpan<double> values, IReadOnlyList<int> shape, WeightPrecision precision) =>
        Write(
            zip, name, precision == WeightPrecision.Float32 ? "<f4" : "<f8", shape, WrittenTensors.Encode(values, precision),
            System.IO.Compression.CompressionLevel.NoCompression);

    /// <summary>Writes an array, packed.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="name">The array's name.</param>
    /// <param name="type">NumPy's name of the type.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="bytes">The elements, row-major.</param>
    public static void WritePacked(ZipArchive zip, string name, string type, IReadOnlyList<int> shape, ReadOnlySpan<byte> bytes) =>
        Write(zip, name, type, shape, bytes, System.IO.Compression.CompressionLevel.Optimal);

    private static void Write(
        ZipArchive zip, string name, string type, IReadOnlyList<int> shape, ReadOnlySpan<byte> bytes,
        System.IO.Compression.CompressionLevel packing)
    {
        ZipArchiveEntry entry = zip.CreateEntry(name + ".npy", packing);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using Stream stream = entry.Open();
        stream.Write(NpyHeader.Format(type, shape));
        stream.Write(bytes);
    }
}
