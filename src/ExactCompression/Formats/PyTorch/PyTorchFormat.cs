namespace ExactCompression.Formats;

/// <summary>
/// PyTorch checkpoints and plain state dicts, in the zip format and in the legacy format. Read only, by our own unpickler, which executes
/// nothing in the file.
/// </summary>
internal sealed class PyTorchFormat : INetworkFormat
{
    /// <summary>The format's name.</summary>
    public const string FormatName = "PyTorch";

    public string Name => FormatName;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".tar", ".ckpt"];

    public bool Matches(ReadOnlySpan<byte> head, string path)
    {
        if (ZipHead.IsZip(head))
            return ZipHead.FirstEntry(head) is { } first
                ? !first.EndsWith(".npy", StringComparison.Ordinal)
                : Extensions.Contains(Path.GetExtension(path).ToLowerInvariant());

        // Any binary pickle is accepted here, so that one that is not a checkpoint gets a specific error.
        return head.StartsWith(TorchLegacyCheckpoint.Magic) || (head.Length >= 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5);
    }

    public ReluNetwork Read(string path, ImportOptions options)
    {
        var budget = ImportBudget.Of(path, options);
        byte[] bytes = FileContent.Read(path, budget);
        return ZipHead.IsZip(bytes)
            ? TorchZipCheckpoint.Read(bytes, path, Name, options, budget)
            : TorchLegacyCheckpoint.Read(bytes, path, Name, options, budget);
    }
}
