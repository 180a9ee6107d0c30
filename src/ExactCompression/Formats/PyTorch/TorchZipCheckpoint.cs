using System.Text;

namespace ExactCompression.Formats;

/// <summary>The zip form of a checkpoint: <c>NAME/data.pkl</c> with the objects, <c>NAME/data/KEY</c> with each storage.</summary>
internal static class TorchZipCheckpoint
{
    public static ReluNetwork Read(byte[] bytes, string path, string format, ImportOptions options, ImportBudget budget)
    {
        var zip = new ZipContent(bytes, path, budget);
        ZipMember pickle = zip.Members.FirstOrDefault(
            static e => e.Name == "data.pkl" || e.Name.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new InvalidFileException(
                "PyTorchNoPickle", path, "archive", "The zip archive has no data.pkl, so it is not a PyTorch checkpoint.",
                "Save it with torch.save(model.state_dict(), path).");
        string folder = pickle.Name[..^"data.pkl".Length];
        if (zip.Find(folder + "constants.pkl") is not null)
            throw new InvalidFileException(
                "TorchScriptUnsupported", path, folder, "This is a TorchScript program, not a state dict.",
                "Save it with torch.save(model.state_dict(), path), or export the network to ONNX.", unsupported: true);
        if (zip.Find(folder + "byteorder") is { } order && Encoding.ASCII.GetString(zip.Read(order)).Trim() != "little")
            throw new InvalidFileException(
                "ByteOrderUnsupported", path, order.Name, "The checkpoint is big-endian.", "Save it again on a little-endian machine.",
                unsupported: true);

        object? root = PickleReader.Read(new ByteCursor(zip.Read(pickle), path), "data.pkl", TorchPickle.Storage, budget);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        ReadOnlyMemory<byte> StorageBytes(TorchStorage storage)
        {
            // Many tensors may be views of one storage, which is unpacked once.
            if (!contents.TryGetValue(storage.Key, out byte[]? content))
            {
                ZipMember entry = zip.Find($"{folder}data/{storage.Key}")
                    ?? throw new InvalidFileException(
                        "StorageMissing", path, NameText.Short($"{folder}data/{storage.Key}"), "The archive lacks this storage.",
                        "The checkpoint is damaged: save it again.");
                contents.Add(storage.Key, content = zip.Read(entry));
            }

            return content.Length / storage.ElementSize == storage.Count
                ? content
                : throw new InvalidFileException(
                    "FileTruncated", path, NameText.Short($"{folder}data/{storage.Key}"),
                    $"The storage has {content.Length} bytes, not {storage.Count} elements of {storage.ElementSize} bytes.",
                    "The checkpoint is damaged: save it again.");
        }

        return StateDict.Find(root, path, options.Prefix).ToNetwork(path, format, options, budget, StorageBytes);
    }
}
