namespace ExactCompression.Bounds;

/// <summary>Arrays for blocks of rows, used again and again; for one thread.</summary>
internal sealed class RowBuffers
{
    private readonly List<double[]> free = [];

    /// <summary>An array with any content, and room for padding (<see cref="RowPadding"/>).</summary>
    /// <param name="length">Number of elements without the padding.</param>
    public double[] Rent(int length)
    {
        int best = -1;
        for (int k = 0; k < free.Count; k++)
        {
            if (free[k].Length >= length + RowPadding.Length && (best < 0 || free[k].Length < free[best].Length))
                best = k;
        }

        if (best < 0)
            return new double[length + RowPadding.Length];
        double[] array = free[best];
        free.RemoveAt(best);
        return array;
    }

    /// <summary>Takes an array back.</summary>
    /// <param name="array">The array.</param>
    public void Return(double[] array) => free.Add(array);
}
