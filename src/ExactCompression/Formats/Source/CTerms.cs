using ExactCompression.Numerics;

namespace ExactCompression.Formats;

/// <summary>Chooses how a linear map is stored in C.</summary>
internal static class CTerms
{
    /// <summary>The term of a map, of the kind that takes least.</summary>
    /// <param name="map">The map.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="number">What tells its arrays from those of other terms.</param>
    /// <param name="arrays">Writes arrays.</param>
    public static CTerm Of(ILinearMap map, string function, string number, CArrays arrays) => map switch
    {
        ConvolutionMap convolution => new CConvolution(convolution, function, number, arrays),
        DiagonalMap diagonal => new CDiagonal(diagonal, function, number, arrays),
        DenseMap => new CRows(map, function, number, arrays),
        _ => (CTerm?)CSelection.TryOf(map, function, number, arrays) ?? new CRows(map, function, number, arrays),
    };
}
