namespace ExactCompression.Tests.Fuzzing;

/// <summary>One reader and the sound files that damage begins with.</summary>
/// <param name="Name">Its name; the folder of its kept files in <c>Corpus</c>.</param>
/// <param name="File">What its files are called.</param>
/// <param name="Seeds">Sound files.</param>
/// <param name="Read">Reads a file, and throws what it documents where it cannot.</param>
internal sealed record ReaderTarget(string Name, string File, IReadOnlyList<byte[]> Seeds, Func<string, object> Read)
{
    /// <summary>What lies round the content, or null.</summary>
    public Envelope? Envelope { get; init; }

    /// <summary>Whether what was read holds no number that does not belong there.</summary>
    public Func<object, bool> IsSound { get; init; } = ReaderContent.IsSound;

    /// <summary>Bytes that reading any file may allocate, all in all.</summary>
    public long Memory { get; init; } = 64L << 20;

    /// <summary>Whether the content is text.</summary>
    public bool IsText { get; init; }

    /// <summary>Damaged files that once showed a fault.</summary>
    public IReadOnlyList<(string Name, byte[] Content)> Kept { get; } = [.. KeptFiles(Name)];

    /// <summary>What damage begins with.</summary>
    public IReadOnlyList<byte[]> Corpus => [.. Seeds, .. Kept.Select(static k => k.Content)];

    private static IEnumerable<(string Name, byte[] Content)> KeptFiles(string target)
    {
        System.Reflection.Assembly assembly = typeof(ReaderTarget).Assembly;
        foreach (string name in assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith($"Corpus/{target}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return (name, content.ToArray());
        }
    }
}
