using ExactCompression.Branching.InputSplitting;
using Xunit;

namespace ExactCompression.Tests.Branching.InputSplitting;

/// <summary>The product of small matrices against sums in plain loops.</summary>
public sealed class SubdomainProductTests
{
    [Fact]
    public unsafe void Multiply_AllWidths_IsTheProduct()
    {
        var random = new Random(5);
        for (int inputs = 1; inputs <= 70; inputs++)
        {
            int stride = SubdomainProduct.Pad(inputs), rows = random.Next(1, 10), count = random.Next(0, 20), aStride = count + 3;
            int most = (rows + SubdomainProduct.RowGroup - 1) / SubdomainProduct.RowGroup * SubdomainProduct.RowGroup;
            double[] a = Random(most * aStride), w = Random((count + 1) * stride), c = Random(most * stride);
            fixed (double* left = a, right = w, into = c)
                SubdomainProduct.Multiply(left, aStride, rows, count, right, stride, into);
            for (int r = 0; r < rows; r++)
            {
                for (int i = 0; i < stride; i++)
                {
                    double sum = 0;
                    for (int k = 0; k < count; k++)
                        sum += a[(r * aStride) + k] * w[(k * stride) + i];
                    Assert.Equal(sum, c[(r * stride) + i], 1e-12);
                }
            }
        }

        double[] Random(int length) => [.. Enumerable.Range(0, length).Select(_ => (random.NextDouble() * 2) - 1)];
    }
}
