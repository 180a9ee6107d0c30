using System.Runtime.CompilerServices;

namespace ExactCompression.Witnesses;

/// <summary>
/// The points that witness search samples first and starts attacks from, most promising first: corners where linear bounds are attained,
/// the rows of the data, then points of the box generated from a seed: its lower and upper ends and its middle, and in turn uniform ones,
/// corners, and sparse ones (most inputs near their lower end, as in images). Points are generated on demand; none is stored.
/// </summary>
internal sealed class SamplePool
{
    private const int MostGenerated = 3_000;
    private const int GeneratedValues = 3_000_000;

    /// <summary>Lower end, middle, upper end.</summary>
    private const int Landmarks = 3;

    private readonly InputDomain domain;
    private readonly CornerPoints corners;
    private readonly InputData? data;
    private readonly int seed;
    private readonly int rows;

    /// <summary>Gathers points.</summary>
    /// <param name="domain">The box.</param>
    /// <param name="corners">The first points.</param>
    /// <param name="data">The rows that follow, or null.</param>
    /// <param name="mostRows">How many rows to take at most, spread evenly over the data.</param>
    /// <param name="seed">Seed of the random points.</param>
    public SamplePool(InputDomain domain, CornerPoints corners, InputData? data, int mostRows, int seed)
    {
        this.domain = domain;
        this.corners = corners;
        this.data = data;
        this.seed = seed;
        rows = Math.Min(data?.Rows ?? 0, mostRows);
        Corners = corners.Count;
        Count = Corners + rows + Landmarks + Math.Clamp(GeneratedValues / Inputs, 300, MostGenerated);
    }

    /// <summary>Elements of a point.</summary>
    public int Inputs => domain.Size!.Value;

    /// <summary>Number of corners.</summary>
    public int Corners { get; }

    /// <summary>Number of points.</summary>
    public int Count { get; }

    /// <summary>Whether any target of a corner is open.</summary>
    /// <param name="corner">0-based corner.</param>
    /// <param name="isOpen">Whether a target is open.</param>
    public bool IsOpen(int corner, Func<SignTarget, bool> isOpen) => corners.IsOpen(corner, isOpen);

    /// <summary>Copies a point; one from data is as in the file, so it may lie outside the box.</summary>
    /// <param name="number">0-based number.</param>
    /// <param name="point">Receives it.</param>
    public void Copy(int number, Span<float> point)
    {
        if (number < Corners)
            corners.Copy(number, point);
        else if ((number -= Corners) < rows)
            data!.Row((int)((long)number * data.Rows / rows)).CopyTo(point);
        else
            Generate(number - rows, point);
    }

    /// <summary>
    /// Generates one point, always the same for its number: a counter through the mixer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Generate(int number, Span<float> point)
    {
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        int kind = number % 3;
        ulong counter = ((ulong)(uint)seed << 32 | (uint)number) * 0xD1B54A32D192ED03;
        for (int i = 0; i < point.Length; i++)
        {
            counter += 0x9E3779B97F4A7C15;
            ulong z = (counter ^ (counter >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            double t = (z >> 40) * (1.0 / (1 << 24));
            if (number < Landmarks)
                t = 0.5 * number;
            else if (kind == 1)
                t = Math.Round(t);
            else if (kind == 2)
                t = t * t * t * t * (t * t * t * t);
            point[i] = (float)(lower[i] + ((upper[i] - lower[i]) * t));
        }
    }
}
