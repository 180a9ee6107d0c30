namespace ExactCompression.Stability;

/// <summary>
/// The points that witness search looks at first and starts attacks from: the rows of the data, then points of the box made from a seed: uniform, corners, and sparse ones
/// (most inputs near their lower end, as in images).
/// </summary>
internal sealed class SamplePool
{
    private const int MostGenerated = 6_000;
    private const int GeneratedValues = 6_000_000;

    private readonly InputData? data;
    private readonly float[] generated;
    private readonly int inputs;

    public SamplePool(InputDomain domain, InputData? data, int seed)
    {
        this.data = data;
        inputs = domain.Size!.Value;
        int kind = Math.Clamp(GeneratedValues / inputs, 300, MostGenerated) / 3;
        generated = Generate(domain, kind, seed);
        Count = (data?.Rows ?? 0) + (generated.Length / inputs);
    }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>Copies neighbouring points; those from data are as the file has them, so they may lie outside the box.</summary>
    /// <param name="first">0-based first point.</param>
    /// <param name="count">How many.</param>
    /// <param name="points">Row-major <paramref name="count"/> x inputs.</param>
    public void Copy(int first, int count, Span<float> points)
    {
        int rows = data?.Rows ?? 0;
        int fromData = Math.Clamp(rows - first, 0, count);
        if (fromData > 0)
            data!.Values.Span.Slice(first * inputs, fromData * inputs).CopyTo(points);
        int rest = count - fromData;
        if (rest > 0)
            generated.AsSpan((first + fromData - rows) * inputs, rest * inputs).CopyTo(points[(fromData * inputs)..]);
    }

    private static float[] Generate(InputDomain domain, int kind, int seed)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        int inputs = lower.Length;
        var random = new Random(seed);
        var points = new float[((3 * kind) + 3) * inputs];
        for (int p = 0; p < 3 * kind; p++)
        {
            for (int i = 0; i < inputs; i++)
            {
                double t = random.NextDouble();
                t = (p / kind) switch
                {
                    0 => t,
                    1 => t < 0.5 ? 0 : 1,
                    _ => Math.Pow(t, 8),
                };
                points[(p * inputs) + i] = (float)(lower[i] + ((upper[i] - lower[i]) * t));
            }
        }

        for (int i = 0; i < inputs; i++)
        {
            points[(3 * kind * inputs) + i] = (float)lower[i];
            points[(((3 * kind) + 1) * inputs) + i] = (float)upper[i];
            points[(((3 * kind) + 2) * inputs) + i] = (float)(lower[i] + ((upper[i] - lower[i]) / 2));
        }

        return points;
    }
}
