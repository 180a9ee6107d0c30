namespace ExactCompression.Numerics;

/// <summary>
/// A well-conditioned basis among some rows of a layer's weights, and the coefficients of the other rows in it:
/// <c>W_dependent = K W_base</c> up to rounding (LEO++ step 4). Constant rows have rank 0 and never enter the basis.
/// </summary>
internal sealed class RowBasis
{
    private RowBasis(int[] basis, int[] dependent, double[] coefficients)
    {
        Base = basis;
        Dependent = dependent;
        Coefficients = coefficients;
    }

    /// <summary>Rows in the basis, ascending.</summary>
    public int[] Base { get; }

    /// <summary>The other rows, ascending.</summary>
    public int[] Dependent { get; }

    /// <summary><c>K</c>, row-major <c>Dependent.Length x Base.Length</c>.</summary>
    public double[] Coefficients { get; }

    /// <summary>Numerical rank.</summary>
    public int Rank => Base.Length;

    /// <summary>Chooses a basis.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">0-based rows to choose among.</param>
    public static RowBasis Choose(AffineLayer layer, ReadOnlySpan<int> rows) => new([], [.. rows], []); // replaced by the compression work
}
