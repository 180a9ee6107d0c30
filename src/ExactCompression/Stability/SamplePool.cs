using System.Runtime.CompilerServices;

namespace ExactCompression.Stability;

/// <summary>
/// The points that witness search looks at first and starts attacks from: the rows of the data, then points of the box made from a seed: uniform, corners, and sparse ones
/// (most inputs near their lower end, as in images).
/// </summary>
internal sealed class SamplePool
{
    private const int MostGenerated = 3_000;
    private const int GeneratedValues = 3_000_000;

    private readonly InputData? data;
    private readonly float[] generated;
    private readonly int inputs;
    private readonly int rows;

    /// <summary>Gathers points.</summary>
    /// <param name="domain">The box.</param>
    /// <param name="data">Rows to begin with, or null.</param>
    /// <param name="mostRows">How many rows to take at most, spread evenly over the data.</param>
    /// <param name="seed">Seed of the random points.</param>
    public SamplePool(InputDomain domain, InputData? data, int mostRows, int seed)
    {
        this.data = data;
        rows = Math.Min(data?.Rows ?? 0, mostRows);
        inputs = domain.Size!.Value;
        int kind = Math.Clamp(GeneratedValues / inputs, 300, MostGenerated) / 3;
        generated = Generate(domain, kind, seed);
        Count = rows + (generated.Length / inputs);
    }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>Copies neighbouring points; those from data are as the file has them, so they may lie outside the box.</summary>
    /// <param name="first">0-based first point.</param>
    /// <param name="count">How many.</param>
    /// <param name="points">Row-major <paramref name="count"/> x inputs.</param>
    public void Copy(int first, int count, Span<float> points)
    {
        int fromData = Math.Clamp(rows - first, 0, count);
        for (int r = 0; r < fromData; r++)
            data!.Row((int)((long)(first + r) * data.Rows / rows)).CopyTo(points[(r * inputs)..]);
        int rest = count - fromData;
        if (rest > 0)
            generated.AsSpan((first + fromData - rows) * inputs, rest * inputs).CopyTo(points[(fromData * inputs)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float[] Generate(InputDomain domain, int kind, int seed)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        int inputs = lower.Length;
        var random = new Random(seed);
        var points = new float[((3 * kind) + 3) * inputs];
        for (int p = 0; p < 3 * kind; p++)
        {
            Span<float> point = points.AsSpan(p * inputs, inputs);
            for (int i = 0; i < inputs; i++)
            {
                float t = random.NextSingle();
                float sparse = t * t * t * t;
                t = p < kind ? t : p < 2 * kind ? MathF.Round(t) : sparse * sparse;
                point[i] = (float)(lower[i] + ((upper[i] - lower[i]) * t));
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
