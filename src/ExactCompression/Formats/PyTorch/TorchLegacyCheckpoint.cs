using System.Numerics;

namespace ExactCompression.Formats;

/// <summary>
/// The form of a checkpoint before PyTorch 1.6: pickles in a row (magic number, protocol, system, objects, storage keys), then for each
/// key its element count and raw elements.
/// </summary>
internal static class TorchLegacyCheckpoint
{
    /// <summary>How such a file begins: the pickle of its magic number.</summary>
    public static ReadOnlySpan<byte> Magic => [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

    private static readonly BigInteger MagicNumber = new(Magic.Slice(4, 10));

    public static ReluNetwork Read(byte[] bytes, string path, string format, ImportOptions options, ImportBudget budget)
    {
        var input = new ByteCursor(bytes, path);
        if (PickleReader.Read(input, "magic number") is not BigInteger magic || magic != MagicNumber)
            throw new InvalidFileException(
                "PyTorchNotRecognised", path, "byte 0", "The file does not begin like a checkpoint of PyTorch.",
                "Save it with torch.save(model.state_dict(), path).");
        if (PickleReader.Read(input, "protocol version") is not 1001L)
            throw new InvalidFileException(
                "PyTorchNotRecognised", path, input.Place, "The checkpoint has an unknown protocol version.",
                "Save it again with a current PyTorch.", unsupported: true);
        if (PickleReader.Read(input, "system information") is PickleDict system && system.TryGet("little_endian", out object? little)
            && little is false)
            throw new InvalidFileException(
                "ByteOrderUnsupported", path, input.Place, "The checkpoint is big-endian.", "Save it again on a little-endian machine.",
                unsupported: true);

        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        object? root = PickleReader.Read(input, "objects", id =>
        {
            // Besides a module's class, such a file contains its source code, which is ignored.
            if (id is object?[] { Length: 4 } and ["module", PickleGlobal type, ..])
                return type;
            var storage = (TorchStorage)TorchPickle.Storage(id)!;
            if (!storages.TryAdd(storage.Key, storage) && storages[storage.Key] is var known
                && (known.ElementSize, known.Count) != (storage.ElementSize, storage.Count))
                throw new PickleShapeException("A storage is described in two ways.");
            return storage;
        }, budget);
        Dictionary<string, ReadOnlyMemory<byte>> contents = ReadStorages(input, storages);
        ReadOnlyMemory<byte> StorageBytes(TorchStorage storage) => contents.TryGetValue(storage.Key, out ReadOnlyMemory<byte> content)
            ? content
            : throw new InvalidFileException(
                "StorageMissing", path, $"storage {storage.Key}", "The file lacks this storage.",
                "The checkpoint is damaged: save it again.");
        return StateDict.Find(root, path, options.Prefix).ToNetwork(path, format, options, budget, StorageBytes);
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadStorages(ByteCursor input, Dictionary<string, TorchStorage> storages)
    {
        if (PickleReader.Read(input, "storage keys") is not List<object?> keys)
            throw new InvalidFileException(
                "PickleDamaged", input.Path, input.Place, "The storage keys are not a list.", "The checkpoint is damaged: save it again.");
        var contents = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (object? key in keys)
        {
            if (key is not string name || !storages.TryGetValue(name, out TorchStorage? storage))
                throw new InvalidFileException(
                    "StorageMissing", input.Path, input.Place, "A storage is listed that no tensor names.",
                    "The checkpoint is damaged: save it again.");
            long count = input.TakeInt64("storage length");
            if (count != storage.Count)
                throw new InvalidFileException(
                    "PickleDamaged", input.Path, input.Place, $"Storage {name} has {count} elements, but its tensors say {storage.Count}.",
                    "The checkpoint is damaged: save it again.");
            input.Require(count > input.Remaining ? count : count * storage.ElementSize, $"storage {name}");
            contents[name] = input.Data.AsMemory(input.Position, (int)(count * storage.ElementSize));
            input.Take(count * storage.ElementSize, $"storage {name}");
        }

        if (input.Remaining > 0)
            throw new InvalidFileException(
                "PickleDamaged", input.Path, input.Place, $"After the last storage there are {input.Remaining} more bytes.",
                "The checkpoint is damaged: save it again.");

        return contents;
    }
}
