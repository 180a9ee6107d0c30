using CsCheck;
using ExactCompression.Numerics;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public class RowBasisTests
{
    [Fact]
    public void Choose_DuplicateRow_IsExpressedByItsTwinAlone()
    {
        RowBasis basis = Choose([0.1f, 0.2f, 0.3f, 0.1f, 0.2f, 0.3f, -5, 1, 0], 3);

        Assert.Equal(2, basis.Rank);
        int kept = basis.Base[0];
        Assert.Equal([1 - kept], basis.Dependent);
        Assert.Equal([1.0, 0], basis.Coefficients);
    }

    [Fact]
    public void Choose_ConstantRows_NeverEnterTheBasis()
    {
        RowBasis basis = Choose([0, 0, 1, 2, 0, 0], 2);

        Assert.Equal([1], basis.Base);
        Assert.Equal([0, 2], basis.Dependent);
        Assert.Equal([0.0, 0], basis.Coefficients);
    }

    [Fact]
    public void Choose_OnlyConstantRows_HasRankZero() => Assert.Equal(0, Choose([0, 0, 0, 0], 2).Rank);

    [Fact]
    public void Choose_NoRows_HasRankZero()
    {
        RowBasis basis = RowBasis.Choose(new double[4], 2, [], CancellationToken.None);
        Assert.Equal((0, 0), (basis.Rank, basis.Dependent.Length));
    }

    [Fact]
    public void Choose_RowsOfVeryDifferentSize_AreJudgedByDirection()
    {
        Assert.Equal(3, Choose([1e20, 0, 0, 0, 1e-20, 0, 1e-20, 0, 1e20], 3).Rank);
        RowBasis basis = Choose([1e20, 2e20, 1e-20, 2e-20, 3, 1], 2);
        Assert.Equal(2, basis.Rank);
    }

    [Fact]
    public void Choose_RowsThatDifferInTheLastPlaceOfFloat32_AreIndependent()
    {
        double one = 1, next = MathF.BitIncrement(1f);
        Assert.Equal(2, Choose([one, one, one, next], 2).Rank);
    }

    [Fact]
    public void Choose_OnlySomeRows_NamesThemAsInTheLayer()
    {
        RowBasis basis = RowBasis.Choose([9, 9, 1, 2, 3, 3, 2, 4], 2, [3, 1], CancellationToken.None);
        Assert.Equal(1, basis.Rank);
        Assert.Equal([1, 3], basis.Base.Concat(basis.Dependent).Order());
        Assert.Equal(basis.Base[0] == 1 ? 2 : 0.5, Assert.Single(basis.Coefficients));
    }

    [Fact]
    public void Choose_RandomLowRank_FindsTheRankOfExactElimination() =>
        (from rows in Gen.Int[1, 14]
         from columns in Gen.Int[1, 10]
         from rank in Gen.Int[0, 6]
         from left in Gen.Int[-4, 4].Array[rows * rank]
         from right in Gen.Int[-9, 9].Array[rank * columns]
         from scales in Gen.Int[-66, 66].Array[rows]
         select (rows, columns, rank, left, right, scales))
        .ForAll(
            c =>
            {
                var matrix = new double[c.rows * c.columns];
                for (int i = 0; i < c.rows; i++)
                {
                    for (int j = 0; j < c.columns; j++)
                    {
                        for (int k = 0; k < c.rank; k++)
                            matrix[(i * c.columns) + j] += Math.ScaleB(
                                c.left[(i * c.rank) + k] * c.right[(k * c.columns) + j], c.scales[i]);
                    }
                }

                RowBasis basis = Choose(matrix, c.columns);
                Assert.Equal(ExactRank.Of(matrix, c.columns), basis.Rank);
                RequireExpressed(matrix, c.columns, basis);
            },
            count: 1000);

    [Fact]
    public void Choose_RandomFloats_FindsTheRankOfExactElimination() =>
        (from rows in Gen.Int[1, 9]
         from columns in Gen.Int[1, 7]
         from values in Gen.Frequency(
             (1, Gen.Const(0.0)), (2, Gen.Int[-1_000_000, 1_000_000].Select(static v => (double)(v / 1048576f)))).Array[rows * columns]
         select (columns, values))
        .ForAll(
            c =>
            {
                RowBasis basis = Choose(c.values, c.columns);
                Assert.Equal(ExactRank.Of(c.values, c.columns), basis.Rank);
                RequireExpressed(c.values, c.columns, basis);
            },
            count: 1000);

    [Fact]
    public void Choose_LowRankOfFullSize_KeepsCoefficientsSmall()
    {
        const int Rows = 120, Columns = 90, Rank = 17;
        var random = new Random(4);
        double[] basisRows = [.. Enumerable.Range(0, Rank * Columns).Select(_ => (double)random.Next(-50, 51))];
        var matrix = new double[Rows * Columns];
        for (int i = 0; i < Rows; i++)
        {
            for (int k = 0; k < Rank; k++)
            {
                int factor = random.Next(-7, 8);
                for (int j = 0; j < Columns; j++)
                    matrix[(i * Columns) + j] += factor * basisRows[(k * Columns) + j];
            }
        }

        RowBasis basis = Choose(matrix, Columns);

        Assert.Equal(Rank, basis.Rank);
        Assert.True(
            basis.Coefficients.Max(Math.Abs) <= 2 * RowBasis.LargestCoefficient); // rows scaled by powers of two differ by less than 2
        RequireExpressed(matrix, Columns, basis);
    }

    private static RowBasis Choose(double[] matrix, int columns) =>
        RowBasis.Choose(matrix, columns, [.. Enumerable.Range(0, matrix.Length / columns)], CancellationToken.None);

    /// <summary>Every row is in one of the two lists, and <c>W_dependent - K W_base</c>, exactly, is rounding of the row.</summary>
    private static void RequireExpressed(double[] matrix, int columns, RowBasis basis)
    {
        Assert.Equal(Enumerable.Range(0, matrix.Length / columns), basis.Base.Concat(basis.Dependent).Order());
        for (int d = 0; d < basis.Dependent.Length; d++)
        {
            ReadOnlySpan<double> row = matrix.AsSpan(basis.Dependent[d] * columns, columns);
            double size = 0;
            foreach (double value in row)
                size = Math.Max(size, Math.Abs(value));
            for (int j = 0; j < columns; j++)
            {
                Rational left = row[j];
                for (int k = 0; k < basis.Rank; k++)
                    left -= (Rational)basis.Coefficients[(d * basis.Rank) + k] * matrix[(basis.Base[k] * columns) + j];
                Assert.True(Rational.Max(left, -left) <= (Rational)2e-12 * size, $"{left} is left of a row of size {size}");
            }
        }
    }
}
