using System.Globalization;

namespace ExactCompression.Compression;

/// <summary>
/// Sees to it that no compressed network takes a larger file than its original: what is left of nodes may have to be written as several
/// others. Where it would, less is done.
/// </summary>
internal static class FileSizeLimit
{
    /// <summary>Compresses as far as the file does not grow.</summary>
    /// <param name="network">The original.</param>
    /// <param name="options">The level asked for.</param>
    /// <param name="compress">Compresses with some options, and adds a remark, if there is one; null for the options changes
    /// nothing.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public static CompressionResult Hold(
        ReluNetwork network, CompressionOptions options, Func<CompressionOptions?, string?, CompressionResult> compress,
        CancellationToken cancellation)
    {
        CompressionResult result = compress(options, null);
        bool isAsStored = options.Precision is null || options.Precision == network.SourcePrecision; // else a larger one was asked for
        if (!isAsStored || ReferenceEquals(result.Compressed, network) || network.FileSize is not { } size
            || size(result.Compressed, cancellation) is not { } first
            || size(network, cancellation) is not { } most || first <= most)
            return result;
        string why = string.Create(
            CultureInfo.InvariantCulture,
            $"With all that {options.Level} does, the file would be larger than the original's, {first} bytes instead of {most}:");
        foreach ((CompressionOptions less, string what) in Less(options))
        {
            CompressionResult smaller = compress(less, $"{why} {what}");
            if (size(smaller.Compressed, cancellation) <= most)
                return smaller;
        }

        return compress(null, $"{why} the network is left as it is.");
    }

    private static IEnumerable<(CompressionOptions Options, string What)> Less(CompressionOptions options)
    {
        if (options.Level == CompressionLevel.Maximal)
            yield return (options with { JoinsAffine = false }, "affine operations are not joined.");
        for (CompressionLevel level = options.Level - 1; level >= CompressionLevel.DeleteOnly; level--)
            yield return (options with { Level = level }, $"this is what {level} does.");
    }
}
