using ExactCompression.Bounds;
using ExactCompression.Networks;

namespace ExactCompression.Milp.Models;

/// <summary>
/// Searches for the point of the box where an element is largest: gradient steps from many points, then linear programs over the region of
/// the best one in turn with steps from points around it.
/// </summary>
internal sealed class OutputAscent : IDisposable
{
    /// <summary>Random points to start from, and around the best one.</summary>
    private const int Random = 13, Around = 16;

    /// <summary>How often the best region is left at most, and at least.</summary>
    private const int MostRegions = 8, LeastRegions = 3;

    /// <summary>Corners that are tried with gradient steps, of every few rounds of a tree.</summary>
    private const int Corners = 8, AscentEvery = 4;

    private readonly PointAscent points;
    private readonly RegionAscent? region;
    private readonly double[] lower;
    private readonly double[] upper;
    private readonly Random random = new(1);

    /// <summary>Prepares for an element.</summary>
    /// <param name="network">The layers below.</param>
    /// <param name="layer">The layer of the element.</param>
    /// <param name="element">0-based element.</param>
    /// <param name="above">Whether it is maximised; minimised otherwise.</param>
    /// <param name="canSolve">Whether there may be linear programs.</param>
    public OutputAscent(RelaxedGraph network, LoweredLayer layer, int element, bool above, bool canSolve)
    {
        points = new(network, layer, element, above);
        region = canSolve && DualSolver.CanSolve(network) ? new(network, layer, element, above) : null;
        (lower, upper) = (network.Domain.Lower.ToArray(), network.Domain.Upper.ToArray());
    }

    /// <summary>The best value so far, with its sign; computed in double.</summary>
    public double Best => points.Best;

    /// <summary>Where it is.</summary>
    public double[] Point => points.Point;

    /// <summary>Starts from the middle of the box, from random points and from given ones.</summary>
    /// <param name="starts">Points.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public void Begin(IEnumerable<double[]> starts, CancellationToken cancellation)
    {
        double[] middle = [.. lower.Zip(upper, static (a, b) => a + (0.5 * (b - a)))];
        points.Run([.. starts, middle, .. Near(middle, 1, Random)], 60, 0.25, 0.002, cancellation);
        points.Run([points.Point], 60, 0.02, 1e-5, cancellation);
        Polish(cancellation);
    }

    /// <summary>Tries corners where bounds of a tree are attained.</summary>
    /// <param name="corners">The corners.</param>
    /// <param name="isLast">Whether no more follow, so that their regions are worth a linear program.</param>
    /// <param name="round">0-based number of the call.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public void Try(double[][] corners, bool isLast, int round, CancellationToken cancellation)
    {
        double before = Best;
        points.Run(corners, 0, 1, 1, cancellation);
        double[][] last = corners.Length > Corners ? corners[^Corners..] : corners;
        if (Best <= before && round % AscentEvery == 0)
            points.Run(last, 30, 0.1, 1e-3, cancellation);
        if (Best <= before && isLast)
        {
            foreach (double[] corner in last)
                Solve(corner, cancellation);
        }

        if (Best > before)
            Polish(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => points.Dispose();

    private void Polish(CancellationToken cancellation)
    {
        for (int k = 0; k < MostRegions; k++)
        {
            Solve(points.Point, cancellation);
            double reached = Best, width = 0.1 * Math.Pow(0.5, k % 4);
            points.Run(Near(points.Point, width, Around), 40, width / 4, 1e-4, cancellation);
            if (Best <= reached && k >= LeastRegions)
                return;
        }
    }

    private void Solve(double[] point, CancellationToken cancellation)
    {
        if (region?.Best(point, cancellation) is { } best)
            points.Run([best], 0, 1, 1, cancellation);
    }

    private double[][] Near(double[] point, double width, int count)
    {
        var near = new double[count][];
        for (int r = 0; r < count; r++)
            near[r] = [.. point.Select((v, i) => v + ((random.NextDouble() - 0.5) * width * (upper[i] - lower[i])))];
        return near;
    }
}
