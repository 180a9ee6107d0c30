namespace ExactCompression.Tests.Training;

/// <summary>Rows to train on.</summary>
internal static class MadeData
{
    /// <summary>Random rows with labels that depend on them, so that there is something to learn.</summary>
    /// <param name="rows">How many; at least as many as classes.</param>
    /// <param name="columns">Values a row.</param>
    /// <param name="classes">How many labels.</param>
    /// <param name="share">Share of the values that are not zero.</param>
    /// <param name="seed">Of the random numbers.</param>
    public static InputData Random(int rows, int columns, int classes, double share, int seed)
    {
        var random = new Random(seed);
        var values = new float[rows * columns];
        var labels = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            labels[i] = i % classes;
            for (int k = 0; k < columns; k++)
                values[(i * columns) + k] = random.NextDouble() < share
                    ? (float)random.NextDouble() * (k % classes == labels[i] ? 1 : 0.5f)
                    : 0;
        }

        return new(values, rows, columns, labels, "made");
    }
}
