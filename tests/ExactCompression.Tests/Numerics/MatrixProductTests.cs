using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed class MatrixProductTests
{
    private static readonly Gen<(int Rows, int Inner, int Columns, int Seed)> Shapes = Gen.Select(
        Gen.Int[1, 70], Gen.Int[1, 40], Gen.Int[1, 70], Gen.Int);

    [Fact]
    public void Multiply_DoubleOfAnyShape_EqualsTheSumsTakenOneByOne() =>
        Shapes.ForAll(
            s =>
            {
                (double[] a, double[] b, double[] bias) = Integers(s);
                var c = new double[s.Rows * s.Columns];
                using PackedMatrix<double> packed = PackedMatrix<double>.FromRows(b, s.Inner, s.Columns);
                MatrixProduct.Multiply(a, s.Rows, packed, bias, c);
                Assert.Equal(Naive(a, b, bias, s), c);
            },
            count: 200);

    [Fact]
    public void Multiply_TransposedFactor_EqualsTheSumsTakenOneByOne() =>
        Shapes.ForAll(
            s =>
            {
                (double[] a, double[] b, double[] bias) = Integers(s);
                var transposed = new double[b.Length];
                for (int k = 0; k < s.Inner; k++)
                {
                    for (int j = 0; j < s.Columns; j++)
                        transposed[(j * s.Inner) + k] = b[(k * s.Columns) + j];
                }

                var c = new double[s.Rows * s.Columns];
                using PackedMatrix<double> packed = PackedMatrix<double>.FromTransposed(transposed, s.Columns, s.Inner);
                MatrixProduct.Multiply(a, s.Rows, packed, bias, c);
                Assert.Equal(Naive(a, b, bias, s), c);
            },
            count: 200);

    [Fact]
    public void Multiply_SingleOfAnyShape_EqualsTheSumsTakenOneByOne() =>
        Shapes.ForAll(
            s =>
            {
                (double[] a, double[] b, _) = Integers(s);
                var c = new float[s.Rows * s.Columns];
                using PackedMatrix<float> packed = PackedMatrix<float>.FromRows([.. b.Select(v => (float)v)], s.Inner, s.Columns);
                MatrixProduct.Multiply<float>([.. a.Select(v => (float)v)], s.Rows, packed, [], c);
                Assert.Equal(Naive(a, b, new double[s.Columns], s), c.Select(v => (double)v));
            },
            count: 200);

    [Fact]
    public void Multiply_EveryTileAndPanel_EqualsTheSumsAndWritesNothingBeyond()
    {
        for (int rows = 1; rows <= 18; rows++)
        {
            for (int columns = 1; columns <= 67; columns++)
            {
                (int Rows, int Inner, int Columns, int Seed) s = (rows, 5, columns, (100 * rows) + columns);
                (double[] a, double[] b, double[] bias) = Integers(s);
                double[] expected = [.. Naive(a, b, bias, s), .. Enumerable.Repeat(-1000.0, 64)];

                var wide = new double[expected.Length];
                Array.Fill(wide, -1000.0);
                using PackedMatrix<double> doubles = PackedMatrix<double>.FromRows(b, s.Inner, columns);
                MatrixProduct.Multiply(a, rows, doubles, bias, wide);
                Assert.Equal(expected, wide);

                var single = new float[expected.Length];
                Array.Fill(single, -1000f);
                using PackedMatrix<float> singles = PackedMatrix<float>.FromRows(
                    Array.ConvertAll(b, static v => (float)v), s.Inner, columns);
                MatrixProduct.Multiply(
                    Array.ConvertAll(a, static v => (float)v), rows, singles, Array.ConvertAll(bias, static v => (float)v), single);
                Assert.Equal(expected, Array.ConvertAll(single, static v => (double)v));
            }
        }
    }

    [Fact]
    public void Multiply_RowsSplitAnywhere_GivesTheSameBits() =>
        Shapes.ForAll(
            s =>
            {
                var random = new Random(s.Seed);
                double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5)];
                double[] a = Draw(s.Rows * s.Inner), bias = Draw(s.Columns);
                using PackedMatrix<double> packed = PackedMatrix<double>.FromRows(Draw(s.Inner * s.Columns), s.Inner, s.Columns);
                var whole = new double[s.Rows * s.Columns];
                MatrixProduct.Multiply(a, s.Rows, packed, bias, whole);
                var split = new double[whole.Length];
                for (int row = 0; row < s.Rows;)
                {
                    int rows = Math.Min(s.Rows - row, random.Next(1, 12));
                    MatrixProduct.Multiply(a.AsSpan(row * s.Inner), rows, packed, bias, split.AsSpan(row * s.Columns));
                    row += rows;
                }

                Assert.Equal(whole, split);
            },
            count: 200);

    [Fact]
    public void Multiply_SpanTooShort_Throws()
    {
        using PackedMatrix<double> packed = PackedMatrix<double>.FromRows([1, 2, 3, 4], 2, 2);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply<double>(new double[3], 2, packed, [], new double[4]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply<double>(new double[4], 2, packed, [], new double[3]));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply<double>(new double[4], 2, packed, [1], new double[4]));
    }

    /// <summary>Small integers: every sum is exact in any order, so results must be equal to the bit.</summary>
    private static (double[] A, double[] B, double[] Bias) Integers((int Rows, int Inner, int Columns, int Seed) s)
    {
        var random = new Random(s.Seed);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)random.Next(-9, 10))];
        return (Draw(s.Rows * s.Inner), Draw(s.Inner * s.Columns), Draw(s.Columns));
    }

    private static double[] Naive(double[] a, double[] b, double[] bias, (int Rows, int Inner, int Columns, int Seed) s)
    {
        var c = new double[s.Rows * s.Columns];
        for (int i = 0; i < s.Rows; i++)
        {
            for (int j = 0; j < s.Columns; j++)
            {
                c[(i * s.Columns) + j] = bias[j];
                for (int k = 0; k < s.Inner; k++)
                    c[(i * s.Columns) + j] += a[(i * s.Inner) + k] * b[(k * s.Columns) + j];
            }
        }

        return c;
    }
}
