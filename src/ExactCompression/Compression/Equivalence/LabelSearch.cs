using ExactCompression.Networks;

namespace ExactCompression.Compression.Equivalence;

/// <summary>
/// Searches for inputs at which two networks have different labels: among points, and between pairs of points with different labels, where
/// the label changes at slightly different places if the networks differ there.
/// </summary>
internal sealed class LabelSearch : IDisposable
{
    private const int Bisections = 60;
    private const int MostPairs = 512;
    private const int MostFound = 16;

    private readonly NetworkEvaluator<double> reference;
    private readonly NetworkEvaluator<double> difference;
    private readonly int size;
    private readonly int outputs;
    private readonly List<(double[] Point, double Margin)> found = [];

    /// <summary>Prepares both networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second.</param>
    public LabelSearch(ReluNetwork reference, ReluNetwork difference)
    {
        this.reference = new(reference);
        this.difference = new(difference);
        (size, outputs) = (reference.InputSize, reference.OutputSize);
    }

    /// <summary>Points at which the labels seem to differ, the clearest first, as evaluated in double precision.</summary>
    /// <param name="points">The points to begin with.</param>
    /// <param name="limit">How long to search between points.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public IReadOnlyList<double[]> Run(ComparisonPoints points, TimeSpan limit, CancellationToken cancellation)
    {
        var last = new Dictionary<int, double[]>();
        List<double> from = [], to = [];
        for (int batch = 0; batch < points.Batches; batch++)
        {
            double[] inputs = points.Batch(batch);
            int[] labels = Observe(inputs, cancellation);
            for (int i = 0; i < labels.Length && from.Count < (long)MostPairs * size; i++)
            {
                double[] point = inputs[(i * size)..((i + 1) * size)];
                last[labels[i]] = point;
                foreach ((int label, double[] other) in last)
                {
                    if (label == labels[i])
                        continue;
                    from.AddRange(point);
                    to.AddRange(other);
                }
            }

            if (found.Count >= MostFound)
                break;
        }

        if (found.Count == 0)
        {
            using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timed.CancelAfter(limit);
            try
            {
                Bisect([.. from], [.. to], timed.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Time has run out: nothing is found.
            }
        }

        return [.. found.OrderByDescending(static f => f.Margin).Select(static f => f.Point)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        reference.Dispose();
        difference.Dispose();
    }

    /// <summary>
    /// Halves segments between points of different labels of the first network, then of the second; what lies between the two places where
    /// the label changes has different labels.
    /// </summary>
    private void Bisect(double[] from, double[] to, CancellationToken cancellation)
    {
        int count = from.Length / size;
        if (count == 0)
            return;
        double[] first = Change(reference, from, to, cancellation), second = Change(difference, from, to, cancellation);
        foreach (double share in (double[])[0.5, 0.1, 0.9])
            Observe(Between(from, to, [.. first.Zip(second, (a, b) => ((1 - share) * a) + (share * b))]), cancellation);
    }

    /// <summary>Where on each segment, 0 to 1, the label at its beginning ends.</summary>
    private double[] Change(NetworkEvaluator<double> network, double[] from, double[] to, CancellationToken cancellation)
    {
        int count = from.Length / size;
        int[] labels = LabelsOf(network.Evaluate(from, count, cancellation));
        double[] low = new double[count], high = [.. Enumerable.Repeat(1.0, count)];
        for (int step = 0; step < Bisections; step++)
        {
            double[] middle = [.. low.Zip(high, static (a, b) => 0.5 * (a + b))];
            int[] there = LabelsOf(network.Evaluate(Between(from, to, middle), count, cancellation));
            for (int k = 0; k < count; k++)
            {
                if (there[k] == labels[k])
                    low[k] = middle[k];
                else
                    high[k] = middle[k];
            }
        }

        return low;
    }

    private double[] Between(double[] from, double[] to, double[] shares)
    {
        var points = new double[from.Length];
        for (int k = 0; k < points.Length; k++)
        {
            double share = shares[k / size];
            double low = Math.Min(from[k], to[k]), high = Math.Max(from[k], to[k]);
            points[k] = Math.Clamp(((1 - share) * from[k]) + (share * to[k]), low, high);
        }

        return points;
    }

    /// <summary>The labels of the first network, and what is found on the way.</summary>
    private int[] Observe(double[] inputs, CancellationToken cancellation)
    {
        int count = inputs.Length / size;
        double[] f = reference.Evaluate(inputs, count, cancellation), g = difference.Evaluate(inputs, count, cancellation);
        int[] labels = LabelsOf(f), others = LabelsOf(g);
        for (int i = 0; i < count; i++)
        {
            if (labels[i] == others[i])
                continue;
            ReadOnlySpan<double> mine = f.AsSpan(i * outputs, outputs), theirs = g.AsSpan(i * outputs, outputs);
            double margin = Math.Min(Lead(mine, labels[i]), theirs[others[i]] - theirs[labels[i]]);
            if (margin > 0)
                found.Add((inputs[(i * size)..((i + 1) * size)], margin));
        }

        return labels;
    }

    private static double Lead(ReadOnlySpan<double> values, int label)
    {
        double second = double.NegativeInfinity;
        for (int k = 0; k < values.Length; k++)
            second = k == label ? second : Math.Max(second, values[k]);
        return values[label] - second;
    }

    /// <summary>The number of the largest output for each row; the lowest of several.</summary>
    private int[] LabelsOf(double[] values)
    {
        var labels = new int[values.Length / outputs];
        for (int i = 0; i < labels.Length; i++)
        {
            for (int k = 1; k < outputs; k++)
            {
                if (values[(i * outputs) + k] > values[(i * outputs) + labels[i]])
                    labels[i] = k;
            }
        }

        return labels;
    }
}
