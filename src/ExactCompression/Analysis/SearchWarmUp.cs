namespace ExactCompression;

/// <summary>
/// Lets the runtime compile a search's code in the background: most networks are decided in a few milliseconds, but the first search in a
/// process would take a tenth of a second.
/// </summary>
public static class SearchWarmUp
{
    private const int Inputs = 16;
    private static int begun;

    /// <summary>Starts on a background thread, once a process; returns at once. Searches do not wait for it.</summary>
    public static void Begin()
    {
        if (Interlocked.Exchange(ref begun, 1) == 0)
            new Thread(
                static () => Run()) { IsBackground = true, Name = nameof(SearchWarmUp), Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary>Searches a small network that needs every kind of evidence, from intervals to search trees.</summary>
    internal static StabilityTable Run() =>
        StabilityAnalysis.FindStable(
            StabilityTable.Undecided(Network(), InputDomain.Uniform(-1, 1)), null, new() { Threads = 1 }, CancellationToken.None);

    private static ReluNetwork Network()
    {
        // Widths that cover full tiles, half tiles and remainders of the kernels.
        double[][] first = Rows(41, Inputs, new Random(1)), second = Rows(25, first.Length, new Random(2)),
            third = Rows(19, second.Length, new Random(3)), output = Rows(2, third.Length, new Random(4));

        // |x| + |y| >= |x + y|, built from rectifiers: true everywhere, but not proven by any linear bound before some are split.
        double[][] triangle = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]];
        for (int i = 0; i < triangle.Length; i++)
        {
            Array.Clear(first[i]);
            triangle[i].CopyTo(first[i], 0);
        }

        Array.Clear(second[0]);
        ((double[])[1, 1, 1, 1, -1, -1]).CopyTo(second[0], 0);
        return new(
            [Layer(first, Activation.Relu), Layer(second, Activation.Relu, 0.01), Layer(third, Activation.Relu),
                Layer(output, Activation.Identity)], nameof(SearchWarmUp));
    }

    private static double[][] Rows(int count, int columns, Random random)
    {
        var rows = new double[count][];
        for (int r = 0; r < count; r++)
        {
            rows[r] = new double[columns];
            for (int c = 0; c < columns; c++)
                rows[r][c] = random.NextSingle() - 0.5f;
        }

        return rows;
    }

    private static AffineLayer Layer(double[][] rows, Activation activation, double firstBias = 0)
    {
        var bias = new double[rows.Length];
        bias[0] = firstBias;
        return new([.. rows.SelectMany(static r => r)], bias, rows.Length, rows[0].Length, activation);
    }
}
