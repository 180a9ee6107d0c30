namespace ExactCompression;

/// <summary>
/// The floating-point format that weights are stored in. Values are always held as <see cref="double"/>, which represents each exactly.
/// </summary>
public enum WeightPrecision
{
    /// <summary>IEEE 754 binary32: 24 significant bits.</summary>
    Float32,

    /// <summary>IEEE 754 binary64: 53 significant bits.</summary>
    Float64,
}
