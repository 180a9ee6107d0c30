using ExactCompression.Certificates.Checking;

namespace ExactCompression.Certificates;

/// <summary>
/// All values of a graph at a few points, in double: two elements with the same numbers there are likely the same function. Nothing is
/// proven by it.
/// </summary>
internal sealed class ValueSamples
{
    /// <summary>Number of points.</summary>
    public const int Points = 7;

    private readonly double[][] values;

    private ValueSamples(double[][] values) => this.values = values;

    /// <summary>
    /// Points of a box, always the same ones: some anywhere, some at corners, some with most inputs at the lower end. So more rectifiers
    /// are on at one of them.
    /// </summary>
    /// <param name="box">The box.</param>
    public static double[][] In(InputBox box)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, Points).Select(p => Enumerable.Range(0, box.Size).Select(i =>
            {
                double share = random.NextDouble();
                share = (p % 3) switch { 0 => share, 1 => share < 0.5 ? share / 8 : 1 - ((1 - share) / 8), _ => Math.Pow(share, 6) };
                return box.Lower[i] + (share * (box.Upper[i] - box.Lower[i]));
            }).ToArray()),
        ];
    }

    /// <summary>Evaluates a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="points">The points.</param>
    /// <param name="budget">What the work is counted in.</param>
    public static ValueSamples Of(CheckedGraph graph, double[][] points, CheckBudget budget)
    {
        var values = new double[graph.Values.Count][];
        for (int v = 0; v < values.Length; v++)
        {
            double[] made = values[v] = new double[graph.Values[v].Size * Points];
            CheckedValue value = graph.Values[v];
            if (value is OpaqueValue { Steepest: null } unknown)
            {
                FillUnknown(unknown, values, made);
                continue;
            }

            int chunks = (value.Size + 63) / 64;
            Parallel.For(0, chunks, budget.Parallel, chunk =>
            {
                var row = new MapRow();
                for (int i = chunk * 64; i < Math.Min(value.Size, (chunk + 1) * 64); i++)
                    Fill(value, i, values, points, row, budget.Sequential, made.AsSpan(i * Points, Points));
            });
        }

        return new(values);
    }

    /// <summary>What an element is at each point.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="index">Its place there.</param>
    public ReadOnlySpan<double> Of(int value, int index) => values[value].AsSpan(index * Points, Points);

    private static void Fill(
        CheckedValue value, int i, double[][] values, double[][] points, MapRow row, CheckBudget budget, Span<double> made)
    {
        for (int p = 0; p < Points; p++)
        {
            made[p] = value switch
            {
                InputValue => points[p][i],
                RectifiedValue rectified => Math.Max(0, values[rectified.Source][(i * Points) + p]),
                AffineValue affine => affine.Bias[i],
                OpaqueValue opaque => Smooth(opaque, values[opaque.Sources[0]], i, p),
                _ => double.NaN,
            };
        }

        if (value is not AffineValue { Terms: var terms })
            return;
        foreach (CheckedTerm term in terms)
        {
            row.Read(term.Map, i, budget);
            double[] from = values[term.Source];
            for (int k = 0; k < row.Count; k++)
            {
                double weight = row.Weights[k];
                ReadOnlySpan<double> x = from.AsSpan(row.Columns[k] * Points, Points);
                for (int p = 0; p < Points; p++)
                    made[p] += weight * x[p];
            }
        }
    }

    /// <summary>
    /// What is not known is some function of all that it takes, the same in both networks, so that what depends on it is found again.
    /// </summary>
    private static void FillUnknown(OpaqueValue value, double[][] values, double[] made)
    {
        var sums = new double[Points];
        foreach (int source in value.Sources)
        {
            for (int at = 0; at < values[source].Length; at++)
                sums[at % Points] += values[source][at] * (1 + (at / Points % 7));
        }

        for (int at = 0; at < made.Length; at++)
            made[at] = Math.Sin(sums[at % Points] + (at / Points));
    }

    private static double Smooth(OpaqueValue opaque, double[] from, int i, int p) => (i * Points) + p >= from.Length ? double.NaN
        : opaque.Meaning == "Tanh" ? Math.Tanh(from[(i * Points) + p])
        : 1 / (1 + Math.Exp(-from[(i * Points) + p]));
}
