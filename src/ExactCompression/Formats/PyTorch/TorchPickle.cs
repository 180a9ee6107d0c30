namespace ExactCompression.Formats;

/// <summary>The meaning of PyTorch's names in a pickle.</summary>
internal static class TorchPickle
{
    /// <summary>The storage classes; null for unsupported element types (which may occur, but are not read).</summary>
    public static readonly Dictionary<string, (ElementType? Type, int Size)> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = (ElementType.Float32, 4),
        ["DoubleStorage"] = (ElementType.Float64, 8),
        ["HalfStorage"] = (ElementType.Float16, 2),
        ["BFloat16Storage"] = (ElementType.BFloat16, 2),
        ["LongStorage"] = (ElementType.Int64, 8),
        ["IntStorage"] = (ElementType.Int32, 4),
        ["ShortStorage"] = (ElementType.Int16, 2),
        ["CharStorage"] = (ElementType.Int8, 1),
        ["ByteStorage"] = (ElementType.UInt8, 1),
        ["BoolStorage"] = (ElementType.Bool, 1),
        ["ComplexFloatStorage"] = (null, 8),
        ["ComplexDoubleStorage"] = (null, 16),
        ["QInt8Storage"] = (null, 1),
        ["QUInt8Storage"] = (null, 1),
        ["QInt32Storage"] = (null, 4),
    };

    /// <summary>Names of dtypes, which occur as plain values.</summary>
    public static readonly string[] DataTypes =
        ["float16", "bfloat16", "float32", "float64", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "bool",
            "float8_e4m3fn", "float8_e5m2", "complex64", "complex128"];

    /// <summary><c>_rebuild_tensor_v2(storage, offset, size, stride, ...)</c> and its relatives; version 3 has its dtype seventh.</summary>
    public static object? Tensor(object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, object?[] size, object?[] stride, ..] || size.Length != stride.Length
            || offset < 0)
            throw new PickleShapeException("A tensor is not made of (storage, offset, size, stride).");
        return new TorchTensor(storage, offset, [.. size.Select(Extent)], [.. stride.Select(Extent)]);
    }

    /// <summary><c>_rebuild_parameter(data, requires_grad, hooks)</c>: the tensor itself.</summary>
    public static object? Parameter(object?[] arguments) =>
        arguments is [TorchTensor tensor, ..] ? tensor : throw new PickleShapeException("A parameter is not made of a tensor.");

    /// <summary>
    /// A persistent id, <c>('storage', class, key, location, count)</c>; in the legacy format a sixth part may be a view
    /// <c>(key, offset, count)</c> into the storage.
    /// </summary>
    public static object? Storage(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } tuple || tuple[0] is not "storage" || tuple[1] is not PickleGlobal type
            || tuple[2] is not string key || tuple[4] is not (>= 0L and long count))
            throw new PickleShapeException("A storage is not named by ('storage', class, key, location, count).");
        string name = type.Name[(type.Name.LastIndexOf('.') + 1)..];
        (ElementType? element, int size) = Storages.GetValueOrDefault(name, (null, 1));
        long viewOffset = 0;
        if (tuple is [_, _, _, _, _, object?[] view])
        {
            if (view is not [_, >= 0L and long offset, >= 0L and long viewCount] || viewCount > count || offset > count - viewCount)
                throw new PickleShapeException("A storage's view lies outside it.");
            viewOffset = offset;
        }

        return new TorchStorage(key, element, size, count, viewOffset);
    }

    private static long Extent(object? value) =>
        value is >= 0L and long extent ? extent : throw new PickleShapeException("A size or stride is not an integer of 0 or more.");
}

/// <summary>A named storage: consecutive elements that tensors are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its element type, or null for one that is not supported.</param>
/// <param name="ElementSize">Bytes per element.</param>
/// <param name="Count">Elements in the whole storage.</param>
/// <param name="ViewOffset">Where the view that tensors count from begins, in elements.</param>
internal sealed record TorchStorage(string Key, ElementType? Type, int ElementSize, long Count, long ViewOffset);

/// <summary>A tensor as a strided view of a storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Size, long[] Stride);
