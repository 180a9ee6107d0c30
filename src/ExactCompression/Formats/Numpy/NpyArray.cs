using System.Globalization;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>A NumPy array file (<c>.npy</c>, versions 1 to 3): its header, and the raw elements in place.</summary>
/// <remarks>Source: NumPy's description of the format, <c>numpy.lib.format</c>.</remarks>
internal sealed class NpyArray
{
    // NumPy itself refuses headers beyond 10,000 bytes by default.
    private const long MaximalHeader = 1 << 20;
    private const int MostAxes = 64;

    private readonly byte[] bytes;
    private readonly int dataStart;

    private NpyArray(byte[] bytes, int dataStart, ElementType? type, bool bigEndian, bool fortranOrder, int[] shape, int count)
    {
        this.bytes = bytes;
        this.dataStart = dataStart;
        Type = type;
        BigEndian = bigEndian;
        FortranOrder = fortranOrder;
        Shape = shape;
        Count = count;
    }

    /// <summary>Null for an array of Python objects, whose data is a pickle, and for one of texts.</summary>
    public ElementType? Type { get; }

    /// <summary>Characters of the longest text of an array of texts; 0 for others.</summary>
    public int TextLength { get; private init; }

    public bool BigEndian { get; }

    public bool FortranOrder { get; }

    public int[] Shape { get; }

    public int Count { get; }

    /// <summary>The raw elements (or the pickle).</summary>
    public ReadOnlySpan<byte> Data => bytes.AsSpan(dataStart);

    /// <summary>A cursor at the raw elements.</summary>
    public ByteCursor DataCursor(string path) => new(bytes, path, dataStart);

    /// <summary>Reads the header and checks that the data fills the shape.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="entry">Its name within an archive, or null.</param>
    /// <param name="texts">Whether the array may hold texts.</param>
    public static NpyArray Parse(byte[] bytes, string path, string? entry = null, bool texts = false)
    {
        string place = NameText.Short(entry ?? "header");
        var input = new ByteCursor(bytes, path);
        if (!bytes.AsSpan().StartsWith(NpyHeader.Magic))
            throw new InvalidFileException(
                "NpyDamaged", path, place, "The data does not begin like a NumPy array.", "Save it with numpy.save.");
        input.Take(6, "NumPy header");
        byte major = input.TakeByte("NumPy header");
        input.TakeByte("NumPy header");
        if (major is < 1 or > 3)
            throw new InvalidFileException(
                "NpyDamaged", path, place, $"The array has format version {major}; 1 to 3 are known.", "Save it with numpy.save.",
                unsupported: true);
        long length = major == 1
            ? input.TakeByte("NumPy header") | (input.TakeByte("NumPy header") << 8)
            : (uint)input.TakeInt32("NumPy header");
        if (length > MaximalHeader)
            throw new InvalidFileException("NpyDamaged", path, place, $"The header claims {length} bytes.", "Save it with numpy.save.");
        ReadOnlySpan<byte> text = input.Take(length, "NumPy header");
        (string descr, bool fortran, int[] shape) = NpyHeader.Parse(Encoding.UTF8.GetString(text), path, place);

        if (shape.Length > MostAxes)
            throw new InvalidFileException(
                "NpyTooManyAxes", path, place, $"The array has {shape.Length} axes; at most {MostAxes} are supported, as in NumPy.",
                "Save it with fewer axes.", unsupported: true);
        bool bigEndian = descr.StartsWith('>');
        string code = descr.TrimStart('<', '>', '|', '=');
        ElementType? type = NumpyTypes.Find(code);
        int textLength = texts ? NumpyTypes.TextLength(code) : 0;
        if (type is null && code != "O" && textLength == 0)
            throw new InvalidFileException(
                "NpyTypeUnsupported", path, place, $"The array's elements are of type '{descr}'.",
                "Use float16, float32, float64, integers or bool.", unsupported: true);
        long count = 1;
        foreach (int extent in shape)
        {
            count = extent != 0 && count > long.MaxValue / extent ? long.MaxValue : count * extent;
        }

        long size = type?.Size() ?? (NumpyTypes.BytesPerCharacter * textLength);
        if (size > 0 && (count > input.Remaining || input.Remaining != count * size))
            throw new InvalidFileException(
                "FileTruncated", path, place,
                $"An array of shape ({string.Join(", ", shape)}) of {code} does not match the "
                    + $"{input.Remaining.ToString(CultureInfo.InvariantCulture)} bytes that are there.",
                    "The file is truncated or damaged: save it again.");
        return new(bytes, input.Position, type, bigEndian, fortran, shape, (int)Math.Min(count, int.MaxValue))
        {
            TextLength = textLength,
        };
    }

    /// <summary>All elements in row-major order, whatever order they are stored in.</summary>
    public double[] ReadDoubles()
    {
        var values = new double[Count];
        ElementDecoding.Decode(Data, Type!.Value, BigEndian, values);
        return FortranOrder && Shape.Length > 1 ? RowMajor(values, Shape) : values;
    }

    /// <summary>The texts of an array with at most one axis.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entry">The array's name, for messages.</param>
    public string[] ReadTexts(string path, string entry)
    {
        if (Shape.Length > 1)
            throw new InvalidFileException(
                "NpyTypeUnsupported", path, NameText.Short(entry), $"The texts have {Shape.Length} axes.", "Use one axis.",
                unsupported: true);
        int width = NumpyTypes.BytesPerCharacter * TextLength;
        var strict = new UTF32Encoding(BigEndian, byteOrderMark: false, throwOnInvalidCharacters: true);
        var texts = new string[Count];
        try
        {
            for (int i = 0; i < texts.Length; i++)
                texts[i] = strict.GetString(Data.Slice(width * i, width)).TrimEnd('\0');
        }
        catch (ArgumentException e)
        {
            throw new InvalidFileException(
                "NpyDamaged", path, NameText.Short(entry), "A text has characters that do not exist.", "Save it again.", inner: e);
        }

        return texts;
    }

    /// <summary>Turns column-major elements of any number of axes into row-major ones.</summary>
    public static T[] RowMajor<T>(T[] values, int[] shape)
    {
        var result = new T[values.Length];
        var index = new int[shape.Length];
        for (int at = 0; at < values.Length; at++)
        {
            long to = 0;
            for (int d = 0; d < shape.Length; d++)
                to = (to * shape[d]) + index[d];
            result[to] = values[at];
            for (int d = 0; d < shape.Length; d++)
            {
                if (++index[d] < shape[d])
                    break;
                index[d] = 0;
            }
        }

        return result;
    }
}
