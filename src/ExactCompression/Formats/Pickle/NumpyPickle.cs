using System.Text;

namespace ExactCompression.Formats;

/// <summary>A NumPy array inside a pickle: shape, element type and raw data, filled in by its BUILD.</summary>
internal sealed class PickledArray : IPickleState
{
    public int[] Shape { get; private set; } = [];

    public PickledDataType? Type { get; private set; }

    public bool FortranOrder { get; private set; }

    /// <summary>Raw elements, or null for an array of objects.</summary>
    public byte[]? Bytes { get; private set; }

    /// <summary>The elements of an array of objects, or null.</summary>
    public List<object?>? Objects { get; private set; }

    /// <summary>Takes <c>(version, shape, dtype, is_fortran, data)</c>.</summary>
    public void SetState(object? state)
    {
        if (state is not object?[] { Length: 5 } tuple || tuple[1] is not object?[] shape || tuple[2] is not PickledDataType type
            || tuple[3] is not bool fortran)
            throw new PickleShapeException("The state of an array is not (version, shape, dtype, order, data).");
        int[] extents = [.. shape.Select(
            static s => s is >= 0L and <= int.MaxValue
                ? (int)(long)s
                : throw new PickleShapeException("The shape of an array is not made of numbers."))];
        long count = extents.Aggregate(
            1L, static (n, e) => e != 0 && n > long.MaxValue / e
                ? throw new PickleShapeException("The shape of an array is too large.")
                : n * e);
        Objects = tuple[4] as List<object?>;
        Bytes = tuple[4] switch
        {
            byte[] bytes => bytes,
            string text => Encoding.Latin1.GetBytes(text),
            _ => null,
        };
        bool fits = Objects is not null
            ? Objects.Count == count
            : Bytes is not null && type.Type is { } element && count <= Bytes.Length && Bytes.Length == count * element.Size();
        if (!fits)
            throw new PickleShapeException($"The data of an array does not fill its shape ({string.Join(", ", extents)}).");
        (Shape, Type, FortranOrder) = (extents, type, fortran);
    }
}

/// <summary>A NumPy dtype inside a pickle; its byte order comes with its BUILD.</summary>
/// <param name="Name">As NumPy codes it, such as <c>i8</c>.</param>
/// <param name="Type">The element type, or null for one that is not numeric (objects, text).</param>
internal sealed record PickledDataType(string Name, ElementType? Type) : IPickleState
{
    public bool BigEndian { get; private set; }

    public void SetState(object? state) => BigEndian = state is object?[] { Length: >= 2 } tuple && tuple[1] is ">";
}

/// <summary>The meaning of NumPy's names in a pickle.</summary>
internal static class NumpyPickle
{
    /// <summary><c>dtype('i8', align, copy)</c>.</summary>
    public static object? DataType(object?[] arguments)
    {
        if (arguments is not [string code, ..])
            throw new PickleShapeException("A dtype is not named by a string.");
        return new PickledDataType(code, NumpyTypes.Find(code));
    }

    /// <summary><c>scalar(dtype, bytes)</c>: a number if the type is numeric, else opaque.</summary>
    public static object? Scalar(object?[] arguments)
    {
        if (arguments is not [PickledDataType { Type: { } type } dtype, { } data])
            return new PickleOpaque("NumPy scalar");
        byte[] bytes = data as byte[] ?? (data is string text ? Encoding.Latin1.GetBytes(text) : []);
        if (bytes.Length != type.Size())
            throw new PickleShapeException("A NumPy scalar has the wrong number of bytes.");
        Span<double> value = stackalloc double[1];
        ElementDecoding.Decode(bytes, type, dtype.BigEndian, value);
        return value[0];
    }

    /// <summary><c>encode(text, 'latin1')</c>: how protocol 2 encodes bytes.</summary>
    public static object? EncodeBytes(object?[] arguments) =>
        arguments is [string text, "latin1" or "latin-1"]
            ? Encoding.Latin1.GetBytes(text)
            : throw new PickleShapeException("Only bytes spelled in latin1 are known.");
}
