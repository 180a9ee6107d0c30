namespace ExactCompression.Tests.Oracles;

/// <summary>The rank of a matrix of doubles, by elimination in exact fractions.</summary>
internal static class ExactRank
{
    public static int Of(double[] matrix, int columns)
    {
        Rational[][] rows = [.. matrix.Chunk(Math.Max(1, columns)).Select(static row => row.Select(static x => (Rational)x).ToArray())];
        int rank = 0;
        for (int column = 0; column < columns && rank < rows.Length; column++)
        {
            int pivot = Array.FindIndex(rows, rank, row => row[column].Sign != 0);
            if (pivot < 0)
                continue;
            (rows[rank], rows[pivot]) = (rows[pivot], rows[rank]);
            for (int i = rank + 1; i < rows.Length; i++)
            {
                if (rows[i][column].Sign == 0)
                    continue;
                Rational factor = rows[i][column] / rows[rank][column];
                rows[i] = [.. rows[i].Zip(rows[rank], (x, y) => x - (factor * y))];
            }

            rank++;
        }

        return rank;
    }
}
