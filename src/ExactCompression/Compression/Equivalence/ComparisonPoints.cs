namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// The points of a domain that two networks are compared on, in batches: any batch can be generated alone, and is always the same.
/// </summary>
internal sealed class ComparisonPoints
{
    /// <summary>Rows of a batch.</summary>
    public const int BatchRows = 128;

    private readonly InputDomain domain;
    private readonly InputData? data;
    private readonly EquivalenceOptions options;

    /// <summary>
    /// Generates the list of points: a batch that depends on the domain alone, with both ends and the centre; the data; then random points.
    /// </summary>
    public ComparisonPoints(InputDomain domain, InputData? data, EquivalenceOptions options)
    {
        this.domain = domain;
        this.data = data;
        this.options = options;
        Count = (long)BatchRows + (data?.Rows ?? 0) + Math.Max(0, options.Points);
        Batches = (int)((Count + BatchRows - 1) / BatchRows);
    }

    /// <summary>Number of points.</summary>
    public long Count { get; }

    /// <summary>Number of batches.</summary>
    public int Batches { get; }

    /// <summary>The points of one batch, row-major.</summary>
    public double[] Batch(int batch)
    {
        int size = domain.Lower.Length;
        long first = (long)batch * BatchRows;
        int count = (int)Math.Min(BatchRows, Count - first);
        var random = new Random(batch == 0 ? 0 : unchecked((options.Seed * 31) + (batch * 0x2545F491)));
        var points = new double[count * size];
        for (int i = 0; i < count; i++)
            Fill(first + i, random, points.AsSpan(i * size, size));
        return points;
    }

    private void Fill(long index, Random random, Span<double> point)
    {
        int dataRows = data?.Rows ?? 0;
        if (index < 3)
            Blend(point, index / 2.0);
        else if (index >= BatchRows && index - BatchRows < dataRows)
            FromData((int)(index - BatchRows), point);
        else
            Randomise(index % 3, random, point);
    }

    /// <summary>Uniform points, corners, and sparse corners: most inputs at the lower end, as pixels are.</summary>
    private void Randomise(long kind, Random random, Span<double> point)
    {
        double share = kind == 1 ? 0.5 : Math.Pow(random.NextDouble(), 2);
        ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
        for (int j = 0; j < point.Length; j++)
        {
            double at = random.NextDouble();
            if (kind != 0)
                at = at < share ? 1 : 0;
            point[j] = Between(lower[j], upper[j], at);
        }
    }

    private void Blend(Span<double> point, double at)
    {
        for (int j = 0; j < point.Length; j++)
            point[j] = Between(domain.Lower.Span[j], domain.Upper.Span[j], at);
    }

    private void FromData(int row, Span<double> point)
    {
        ReadOnlySpan<float> values = data!.Row(row);
        for (int j = 0; j < point.Length; j++)
        {
            double lower = domain.Lower.Span[j];
            point[j] = float.IsNaN(values[j]) ? lower : Math.Clamp(values[j], lower, domain.Upper.Span[j]);
        }
    }

    private static double Between(double lower, double upper, double at) =>
        at == 0 ? lower : at == 1 ? upper : Math.Clamp(((1 - at) * lower) + (at * upper), lower, upper);
}
