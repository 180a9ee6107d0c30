namespace ExactCompression.Formats;

/// <summary>The number formats that tensors are stored in.</summary>
internal enum ElementType
{
    Float16,
    BFloat16,
    Float32,
    Float64,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Bool,
}

internal static class ElementTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Int8 or ElementType.UInt8 or ElementType.Bool => 1,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.Int16 or ElementType.UInt16 => 2,
        ElementType.Float32 or ElementType.Int32 or ElementType.UInt32 => 4,
        _ => 8,
    };

    public static bool IsFloating(this ElementType type) => type <= ElementType.Float64;

    /// <summary>The narrowest supported precision that holds every value of a type exactly.</summary>
    public static WeightPrecision Precision(this ElementType type) => type switch
    {
        ElementType.Float64 or ElementType.Int32 or ElementType.UInt32 or ElementType.Int64 or ElementType.UInt64 =>
            WeightPrecision.Float64,
        _ => WeightPrecision.Float32,
    };
}
