using System.Numerics;

namespace ExactCompression.Tests.Oracles;

/// <summary>The rank of a matrix of doubles, by elimination without division in integers.</summary>
internal static class ExactRank
{
    public static int Of(double[] matrix, int columns)
    {
        int rows = columns == 0 ? 0 : matrix.Length / columns;
        Dyadic[] exact = Array.ConvertAll(matrix, static x => (Dyadic)x);
        int low = exact.Length == 0 ? 0 : exact.Min(static x => x.Exponent);
        BigInteger[][] m = [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Select(j => exact[(i * columns) + j].Scaled(low)).ToArray())];
        int rank = 0;
        for (int column = 0; column < columns && rank < rows; column++)
        {
            int pivot = Array.FindIndex(m, rank, row => !row[column].IsZero);
            if (pivot < 0)
                continue;
            (m[rank], m[pivot]) = (m[pivot], m[rank]);
            for (int i = rank + 1; i < rows; i++)
            {
                if (m[i][column].IsZero)
                    continue;
                BigInteger a = m[rank][column], b = m[i][column];
                m[i] = [.. m[i].Zip(m[rank], (x, y) => (x * a) - (y * b))];
                BigInteger divisor = m[i].Aggregate(BigInteger.Zero, BigInteger.GreatestCommonDivisor);
                if (!divisor.IsOne && !divisor.IsZero)
                    m[i] = [.. m[i].Select(x => x / divisor)];
            }

            rank++;
        }

        return rank;
    }
}
