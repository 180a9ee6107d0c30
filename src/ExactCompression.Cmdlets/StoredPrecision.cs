namespace ExactCompression.Cmdlets;

/// <summary>What weights are stored as.</summary>
public enum StoredPrecision
{
    /// <summary>As in the file that the network came from, so that the new file is not larger; a warning states if that rounds.</summary>
    Source,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,
}

/// <summary>Conversion of the parameter to the library's type.</summary>
internal static class StoredPrecisions
{
    /// <summary>The library's precision, or null for that of the source.</summary>
    public static WeightPrecision? ToWeightPrecision(this StoredPrecision precision) => precision switch
    {
        StoredPrecision.Float32 => WeightPrecision.Float32,
        StoredPrecision.Float64 => WeightPrecision.Float64,
        _ => null,
    };
}
