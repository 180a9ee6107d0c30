using System.Runtime.CompilerServices;
using ExactCompression.Bounds;
using ExactCompression.Numerics;

namespace ExactCompression.Witnesses;

/// <summary>
/// Points at corners of the input box where linear bounds are attained. Corners whose windows do not overlap share a point, as those of
/// convolutional neurons that are far apart do; inputs outside of all windows are at the middle of the box. Points are made on demand.
/// </summary>
internal sealed class CornerPoints
{
    /// <summary>A corner is offered to this many of the last points.</summary>
    private const int Tries = 16;

    private readonly InputDomain domain;
    private readonly List<List<(SignTarget Target, BoxCorner Corner)>> points = [];

    /// <summary>Arranges corners in points.</summary>
    /// <param name="domain">The box.</param>
    /// <param name="corners">The corners with their targets, in the order in which they are to be tried.</param>
    public CornerPoints(InputDomain domain, IEnumerable<KeyValuePair<SignTarget, BoxCorner>> corners)
    {
        this.domain = domain;
        foreach ((SignTarget target, BoxCorner corner) in corners)
        {
            int at = Math.Max(0, points.Count - Tries);
            while (at < points.Count && points[at].Exists(other => Overlap(other.Corner.Window, corner.Window)))
                at++;
            if (at == points.Count)
                points.Add([]);
            points[at].Add((target, corner));
        }
    }

    /// <summary>No points.</summary>
    /// <param name="domain">The box.</param>
    public static CornerPoints None(InputDomain domain) => new(domain, []);

    /// <summary>Number of points.</summary>
    public int Count => points.Count;

    /// <summary>Makes a point.</summary>
    /// <param name="number">0-based number.</param>
    /// <param name="point">Receives it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Copy(int number, Span<float> point)
    {
        List<(SignTarget Target, BoxCorner Corner)> corners = points[number];
        if (!corners[0].Corner.IsWhole)
        {
            ReadOnlySpan<double> lower = domain.Lower.Span, upper = domain.Upper.Span;
            for (int i = 0; i < point.Length; i++)
                point[i] = (float)(lower[i] + (0.5 * (upper[i] - lower[i])));
        }

        foreach ((_, BoxCorner corner) in corners)
            corner.CopyTo(point);
    }

    /// <summary>Whether any target whose corner a point holds is open.</summary>
    /// <param name="number">0-based number.</param>
    /// <param name="isOpen">Whether a target is open.</param>
    public bool IsOpen(int number, Func<SignTarget, bool> isOpen) => points[number].Exists(p => isOpen(p.Target));

    private static bool Overlap(Window one, Window other) =>
        one.Top < other.Top + other.Height && other.Top < one.Top + one.Height
            && one.Left < other.Left + other.Width && other.Left < one.Left + one.Width;
}
