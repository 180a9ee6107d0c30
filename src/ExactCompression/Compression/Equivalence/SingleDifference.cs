using System.Diagnostics;
using ExactCompression.Bounds.Deployed;
using ExactCompression.Numerics;

namespace ExactCompression.Compression.Equivalence;

/// <summary>The largest difference of two networks that runs in float32 show, with sums in the order of their terms.</summary>
internal sealed class SingleDifference
{
    private const int Points = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    private readonly InputDomain domain;
    private readonly SingleRun first;
    private readonly SingleRun second;

    /// <summary>Prepares two networks.</summary>
    /// <param name="reference">The first.</param>
    /// <param name="difference">The second, with as many inputs and outputs.</param>
    /// <param name="domain">The domain, of their size.</param>
    /// <exception cref="InvalidInputException">A network has nodes whose float32 arithmetic is not specified.</exception>
    public SingleDifference(ReluNetwork reference, ReluNetwork difference, InputDomain domain)
    {
        this.domain = domain;
        (first, second) = (DeployedDeviation.RunOf(reference), DeployedDeviation.RunOf(difference));
    }

    /// <summary>The largest difference of an output seen.</summary>
    public double Largest { get; private set; }

    /// <summary>Where it was seen: a float32 input of the domain; null where there was none.</summary>
    public double[]? Input { get; private set; }

    /// <summary>Looks at a point and at random ones.</summary>
    /// <param name="point">The point, or null.</param>
    /// <param name="seed">Seed of the random points.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public void Run(double[]? point, int seed, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var random = new Random(seed);
        if (point is not null)
            Try(point);
        for (int k = 0; k < Points && clock.Elapsed < Patience; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = new double[domain.Lower.Length];
            for (int i = 0; i < next.Length; i++)
                next[i] = domain.Lower.Span[i] + (random.NextDouble() * (domain.Upper.Span[i] - domain.Lower.Span[i]));
            Try(next);
        }
    }

    private void Try(double[] point)
    {
        var input = new double[point.Length];
        for (int i = 0; i < input.Length; i++)
        {
            float low = Rounding.SingleUp(domain.Lower.Span[i]), high = Rounding.SingleDown(domain.Upper.Span[i]);
            if (!(low <= high))
                return; // no float32 lies between the ends
            input[i] = Math.Clamp((float)point[i], low, high);
        }

        double most = first.Outputs(input, SingleRun.InOrder).Zip(
            second.Outputs(input, SingleRun.InOrder), static (f, g) => Math.Abs(f - g)).Max();
        if (most > Largest || Input is null)
            (Largest, Input) = (most, input);
    }
}
