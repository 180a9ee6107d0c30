namespace ExactCompression.Formats;

/// <summary>Reads tensors out of storages, following offsets and strides.</summary>
internal static class TorchTensors
{
    /// <summary>Makes a lazily decoded entry for a tensor; a view beyond its storage is refused at once.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="tensor">The view.</param>
    /// <param name="path">The file.</param>
    /// <param name="storageBytes">Gives the raw bytes of a storage.</param>
    public static TensorEntry Entry(string name, TorchTensor tensor, string path, Func<TorchStorage, ReadOnlyMemory<byte>> storageBytes)
    {
        TorchStorage storage = tensor.Storage;
        long count = 1, last = 0;
        foreach ((long size, long stride) in tensor.Size.Zip(tensor.Stride))
        {
            // Elements may overlap (a stride of 0 repeats them); the budget bounds how far a small file can expand.
            if (size > int.MaxValue || (size > 1 && stride > storage.Count))
                throw Outside(name, tensor, path);
            count = size != 0 && count > long.MaxValue / size ? long.MaxValue : count * size;
            last += size > 0 ? (size - 1) * stride : 0;
            if (last > storage.Count && count > 0)
                throw Outside(name, tensor, path);
        }

        if (count > 0
            && (storage.ViewOffset > storage.Count || tensor.Offset > storage.Count
                || storage.ViewOffset + tensor.Offset + last >= storage.Count))
            throw Outside(name, tensor, path);
        int[] shape = [.. tensor.Size.Select(static s => (int)s)];
        return new(name, shape, storage.Type, () => Read(tensor, (int)count, storageBytes(storage).Span));
    }

    private static double[] Read(TorchTensor tensor, int count, ReadOnlySpan<byte> bytes)
    {
        ElementType type = tensor.Storage.Type!.Value;
        int size = type.Size();
        var values = new double[count];
        if (count == 0)
            return values;
        long start = tensor.Storage.ViewOffset + tensor.Offset;
        if (IsContiguous(tensor))
        {
            ElementDecoding.Decode(bytes.Slice((int)(start * size), count * size), type, false, values);
            return values;
        }

        var index = new long[tensor.Size.Length];
        long at = start;
        for (int i = 0; i < count; i++)
        {
            ElementDecoding.Decode(bytes.Slice((int)(at * size), size), type, false, values.AsSpan(i, 1));
            for (int d = index.Length - 1; d >= 0; d--)
            {
                at += tensor.Stride[d];
                if (++index[d] < tensor.Size[d])
                    break;
                at -= tensor.Stride[d] * tensor.Size[d];
                index[d] = 0;
            }
        }

        return values;
    }

    private static bool IsContiguous(TorchTensor tensor)
    {
        long expected = 1;
        for (int d = tensor.Size.Length - 1; d >= 0; d--)
        {
            if (tensor.Size[d] > 1 && tensor.Stride[d] != expected)
                return false;
            expected *= tensor.Size[d];
        }

        return true;
    }

    private static InvalidFileException Outside(string name, TorchTensor tensor, string path) =>
        new("TensorOutsideStorage", path, NameText.Short(name),
            $"A tensor of size ({string.Join(", ", tensor.Size.Take(8))}) with strides ({string.Join(", ", tensor.Stride.Take(8))}) at "
                + $"{tensor.Offset} does not lie in its storage of {tensor.Storage.Count} elements.",
                "Save contiguous tensors: .contiguous().");
}
