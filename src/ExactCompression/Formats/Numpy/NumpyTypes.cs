using System.Globalization;

namespace ExactCompression.Formats;

/// <summary>NumPy's codes of element types.</summary>
internal static class NumpyTypes
{
    /// <summary>Bytes of a character of a text.</summary>
    public const int BytesPerCharacter = 4;

    // Far longer than any name; widths in bytes stay below what an int holds.
    private const int LongestText = 1 << 24;

    /// <summary>How many characters the texts of a code such as <c>U12</c> have; 0 for other codes.</summary>
    public static int TextLength(string code) =>
        code.StartsWith('U')
            && int.TryParse(code.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= LongestText
            ? length
            : 0;

    /// <summary>The type of a code without byte order, such as <c>f4</c>, or null for one that is not supported.</summary>
    public static ElementType? Find(string code) => code switch
    {
        "f2" => ElementType.Float16,
        "f4" => ElementType.Float32,
        "f8" => ElementType.Float64,
        "i1" => ElementType.Int8,
        "i2" => ElementType.Int16,
        "i4" => ElementType.Int32,
        "i8" => ElementType.Int64,
        "u1" => ElementType.UInt8,
        "u2" => ElementType.UInt16,
        "u4" => ElementType.UInt32,
        "u8" => ElementType.UInt64,
        "b1" => ElementType.Bool,
        _ => null,
    };
}
