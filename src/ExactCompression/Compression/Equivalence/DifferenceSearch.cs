using ExactCompression.Networks;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Searches for the input of a domain where two networks differ most: many points first, then ascent from the worst of them.
/// </summary>
internal sealed class DifferenceSearch : IDisposable
{
    private const int Starts = 32;
    private const int AscentSteps = 40;
    private const long AfterAllPoints = long.MaxValue / 2;

    private readonly NetworkEvaluator<double> reference;
    private readonly NetworkEvaluator<double> difference;
    private readonly InputDomain domain;
    private readonly Func<int, double, double, double>? excess;
    private readonly Lock gate = new();
    private readonly PriorityQueue<Finding, (double Gap, long Order)> starts = new();
    private Finding? worst;
    private Finding? farthest;

    /// <summary>Prepares both networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <param name="excess">Of output and both values: what is to be made large; null for the difference.</param>
    public DifferenceSearch(
        ReluNetwork reference, ReluNetwork difference, InputDomain domain, Func<int, double, double, double>? excess = null)
    {
        this.excess = excess;
        this.reference = new(reference);
        this.difference = new(difference);
        this.domain = domain;
    }

    /// <summary>Points tried so far.</summary>
    public long Tried { get; private set; }

    /// <summary>
    /// The largest magnitude of any output of either network on the first batch, which is the same whatever the data, the seed and the
    /// number of points.
    /// </summary>
    public double LargestOutput { get; private set; }

    /// <summary>The worst point so far, as evaluated in double precision.</summary>
    public double[]? Worst => worst?.Point;

    /// <summary>The point so far where the difference is largest.</summary>
    public double[]? Farthest => excess is null ? Worst : farthest?.Point;

    /// <summary>Evaluates both networks on all points, then climbs from the worst.</summary>
    public void Run(ComparisonPoints points, CancellationToken cancellation)
    {
        // No more batches at a time than cores: on large networks each takes long, and all must end when the user stops.
        var parallel = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, points.Batches, parallel, batch =>
        {
            double[] inputs = points.Batch(batch);
            int count = inputs.Length / domain.Lower.Length;
            Observe(inputs, count, (long)batch * ComparisonPoints.BatchRows, reference.Evaluate(inputs, count, cancellation),
                difference.Evaluate(inputs, count, cancellation));
        });
        Climb(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reference.Dispose();
        difference.Dispose();
    }

    /// <summary>
    /// Steps along the sign of the gradient of the difference, with a decreasing step, for all starting points at once. Each pushes the
    /// output in which it differs most away from 0.
    /// </summary>
    private void Climb(CancellationToken cancellation)
    {
        Finding[] from = [.. starts.UnorderedItems.Select(static x => x.Element).OrderByDescending(static f => f.Difference).ThenBy(
            static f => f.Index)];
        int count = from.Length, size = domain.Lower.Length, outputs = reference.Network.OutputSize;
        double[] inputs = [.. from.SelectMany(static f => f.Point)];
        for (int step = 0; step < AscentSteps && count > 0; step++)
        {
            double[][] first = reference.Trace(inputs, count, cancellation), second = difference.Trace(inputs, count, cancellation);
            Observe(inputs, count, AfterAllPoints + ((long)step * Starts), first[^1], second[^1]);
            double[] seeds = new double[count * outputs];
            for (int i = 0; i < count; i++)
                seeds[(i * outputs) + from[i].Output] = from[i].Sign;
            double[] up = reference.Gradient(first, seeds, count, cancellation),
                down = difference.Gradient(second, seeds, count, cancellation);
            double length = 0.3 * Math.Pow(1 - ((double)step / AscentSteps), 2);
            for (int k = 0; k < inputs.Length; k++)
            {
                double lower = domain.Lower.Span[k % size], upper = domain.Upper.Span[k % size];
                double direction = up[k] - down[k];
                if (double.IsFinite(direction))
                    inputs[k] = Math.Clamp(inputs[k] + (length * Math.Sign(direction) * (upper - lower)), lower, upper);
            }
        }
    }

    private void Observe(double[] inputs, int count, long index, double[] first, double[] second)
    {
        int size = domain.Lower.Length, outputs = reference.Network.OutputSize;
        lock (gate)
        {
            Tried += count;
            for (int i = 0; i < count; i++)
            {
                int at = -1, far = -1;
                double largest = double.NegativeInfinity, longest = -1;
                for (int o = 0; o < outputs; o++)
                {
                    double one = first[(i * outputs) + o], other = second[(i * outputs) + o];
                    if (index == 0)
                        LargestOutput = Math.Max(LargestOutput, Math.Max(Finite(one), Finite(other)));
                    double gap = Math.Abs(one - other), score = excess is null ? gap : excess(o, one, other);
                    if (score > largest)
                        (at, largest) = (o, score);
                    if (gap > longest)
                        (far, longest) = (o, gap);
                }

                if (excess is not null && far >= 0 && Exceeds(longest, index + i, farthest))
                    farthest = new(inputs.AsSpan(i * size, size).ToArray(), far, 0, longest, index + i);

                if (at >= 0) // ignores NaN
                    Note(inputs.AsSpan(i * size, size), at, Math.Sign(first[(i * outputs) + at] - second[(i * outputs) + at]), largest,
                        index + i);
            }
        }
    }

    /// <summary>
    /// Remembers a point among the starting points and as the worst; of equal ones the first, so that the result does not depend on
    /// threads.
    /// </summary>
    private void Note(ReadOnlySpan<double> point, int output, int sign, double gap, long index)
    {
        bool isWorst = Exceeds(gap, index, worst);
        bool isStart = starts.Count < Starts
            || (starts.TryPeek(out _, out (double Gap, long Order) least) && (gap, -index).CompareTo(least) > 0);
        if (!isWorst && !isStart)
            return;
        var found = new Finding(point.ToArray(), output, sign, gap, index);
        if (isWorst)
            worst = found;
        if (!isStart)
            return;
        starts.Enqueue(found, (gap, -index));
        if (starts.Count > Starts)
            starts.Dequeue();
    }

    private static bool Exceeds(double gap, long index, Finding? known) =>
        known is null || gap > known.Difference || (gap == known.Difference && index < known.Index);

    private static double Finite(double output) => double.IsFinite(output) ? Math.Abs(output) : 0;

    private sealed record Finding(double[] Point, int Output, int Sign, double Difference, long Index);
}
