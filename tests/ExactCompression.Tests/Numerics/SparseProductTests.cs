using CsCheck;
using ExactCompression.Tests.Oracles;
using ExactCompression.Numerics;
using Xunit;

namespace ExactCompression.Tests.Numerics;

public sealed unsafe class SparseProductTests
{
    private static readonly Gen<(int Rows, int Inner, int Panels, double Share, int Seed)> Shapes = Gen.Select(
        Gen.Int[1, 40], Gen.Int[1, 4], Gen.Int[1, 5], Gen.Double[0, 1], Gen.Int);

    [Fact]
    public void Multiply_RowsWithZeros_GivesTheBitsOfTheDenseProduct() =>
        Shapes.ForAll(
            s =>
            {
                int inner = 16 * s.Inner, columns = s.Panels * PackedMatrix<float>.PanelWidth;
                var random = new Random(s.Seed);
                float[] a = Values(random, s.Rows * inner, s.Share), b = Values(random, inner * columns, 1),
                    bias = Values(random, columns, 1);
                float[] expected = new float[s.Rows * columns], c = new float[expected.Length];
                using PackedMatrix<float> packed = PackedMatrix<float>.FromRows(b, inner, columns);
                MatrixProduct.Multiply(a, s.Rows, packed, bias, expected);
                float* values = stackalloc float[inner];
                int* offsets = stackalloc int[inner];
                fixed (float* pa = a, pb = bias, pc = c)
                {
                    for (int row = 0; row < s.Rows; row++)
                    {
                        int count = SparseProduct.Collect(pa + (row * inner), inner, values, offsets);
                        Assert.Equal(a.AsSpan(row * inner, inner).ToArray().Count(static v => v != 0), count);
                        for (int panel = 0; panel < s.Panels; panel += 2)
                        {
                            int at = panel * PackedMatrix<float>.PanelWidth;
                            SparseProduct.Multiply(
                                values, offsets, count, packed, panel, Math.Min(2, s.Panels - panel), pb + at, pc + (row * columns) + at);
                        }
                    }
                }

                Assert.Equal(expected, c);
            },
            count: 100);

    [Fact]
    public void CollectColumns_AnyRows_FindsWhatIsNotZeroInItsOrder() =>
        Shapes.ForAll(
            s =>
            {
                int stride = 16 * s.Inner, width = PackedMatrix<float>.PanelWidth;
                float[] a = Values(new(s.Seed), s.Rows * stride, s.Share);
                var values = new float[SparseProduct.ColumnBlock * s.Rows];
                var offsets = new int[values.Length];
                var counts = new int[SparseProduct.ColumnBlock];
                int first = stride - SparseProduct.ColumnBlock;
                fixed (float* pa = a, pv = values)
                fixed (int* po = offsets, pc = counts)
                    SparseProduct.CollectColumns(pa + first, s.Rows, stride, pv, po, pc);
                for (int column = 0; column < SparseProduct.ColumnBlock; column++)
                {
                    var expected = Enumerable.Range(0, s.Rows).Select(
                        row => (Value: a[(row * stride) + first + column], Offset: row * width)).Where(static x => x.Value != 0);
                    Assert.Equal(
                        expected,
                        Enumerable.Range(0, counts[column]).Select(i => (values[(column * s.Rows) + i], offsets[(column * s.Rows) + i])));
                }
            },
            count: 100);

    private static float[] Values(Random random, int count, double share)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = random.NextDouble() < share ? (float)((2 * random.NextDouble()) - 1) : 0;
        return values;
    }
}
